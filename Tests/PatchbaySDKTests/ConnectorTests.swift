import PatchbayCore
import PatchbaySDK
import PatchbaySDKTesting
import Synchronization
import Testing

/// What a connector sees of answers, and what becomes of failures.
@Suite struct ConnectorTests {
  /// Asks once, shows what came, and covers it.
  struct Once: Connector, Reader {
    let request: Request
    let seen: @Sendable (Response) -> Void

    func check(_ settings: Settings) -> Request { request }
    func reader(of stream: String, _ task: ReadTask) -> (any Reader)? { self }
    func start(_ steps: inout Steps) { steps.send(request) }
    func received(_ response: Response, _ steps: inout Steps) {
      seen(response)
      steps.checkpoint(1, covers: response.correlation)
      steps.done()
    }
  }

  private func response(_ answer: Answer, _ request: Request) throws -> Response {
    let box = Mutex<Response?>(nil)
    let connector = Once(request: request) { response in box.withLock { $0 = response } }
    _ = try TestHost(connector).read("items", answers: [answer])
    return try #require(box.withLock { $0 })
  }

  @Test func aResponseHasTheResidueAndWhatWasExtracted() throws {
    var extract = Extract(records: "/data", key: "/id")
    extract.cursor = "/n"
    extract.cursorType = .number
    extract.keep = ["/n", "/no"]
    extract.total = "/total"
    let body: JSON = ["data": [["id": "a", "n": 10], ["id": "b", "n": 9]], "total": 2, "x": [1]]
    let found = try response(
      .json(body, headers: ["x-trace": "7"]), .get("/items", extract: extract))
    #expect(found.correlation == 1 && found.status == 200)
    #expect(found.headers == ["x-trace": "7", "content-type": "application/json"])
    #expect(found.json == ["data": [], "total": 2, "x": [1]])
    #expect(found.page.count == 2 && found.page.lastKey == "b")
    #expect(found.page.maxCursor == "10" && found.page.total == 2)
    #expect(found.page.kept == [[10, nil], [9, nil]])
  }

  @Test func aBodyThatIsNoJSONReadsAsNull() throws {
    let found = try response(.text("a,b\n1,2", type: "text/csv"), .get("/items"))
    #expect(found.json == .null && found.extracted.isEmpty && found.page.count == 0)
    #expect(String(decoding: found.body, as: UTF8.self) == "a,b\n1,2")
  }

  @Test func aStatusThatIsAskedForIsAnAnswer() throws {
    var request = Request.get("/items")
    request.statuses = [404]
    #expect(try response(.json(["gone": true], status: 404), request).json == ["gone": true])
  }

  @Test func anAnswerThatNobodyAskedForIsIgnored() {
    let unread: @Sendable (Response) -> Void = { _ in Issue.record("it read what was not for it") }
    for op in ["read", "check"] {
      var session = ConnectorSession(Once(request: .get("/items"), seen: unread))
      let moment = Moment(nowMS: 1_772_784_000_000, seed: 1)
      var output = Output()
      session.receive(
        Message(.open, head: ["op": .string(op), "stream": "items"]), at: moment, into: &output)
      for kind in [MessageKind.httpResponse, .failed] {
        session.receive(Message(kind, correlation: 7, head: [:]), at: moment, into: &output)
      }
      #expect(output.messages.map(\.kind) == [.httpRequest])
    }
  }

  private static let failed: Problem = {
    var problem = Problem(.auth, "http.401", "the vendor answered 401", isRetryable: true)
    problem.mend = "check the secret"
    problem.params = JSONObject([.init("status", 401)])
    problem.retryAfterMS = 5000
    return problem
  }()

  @Test(arguments: ["read", "check"])
  func aFailureReachesTheAdministratorAsTheHostPutIt(operation: String) throws {
    let host = try TestHost(Declared(.items(.none)))
    let run = try host.run(operation, ["stream": "items"]) { _ in
      .failed(Self.failed)
    }
    #expect(run.problem == Self.failed && run.checkpoints.isEmpty)
  }

  @Test func checkAsksOnceAndIsDone() throws {
    let run = try TestHost(Declared(.items(.none))).run("check") { _ in .json([:]) }
    #expect(run.asked == ["GET {base_url}/me"] && run.problem == nil)
  }

  @Test(arguments: ["read", "check"])
  func aCancelledOperationEndsAtOnce(operation: String) throws {
    let host = try TestHost(Declared(.items(.cursor(at: "/next", parameter: "after"))))
    let run = try host.run(operation, ["stream": "items"]) { request in
      operation == "read" && request["after"] == nil ? .page([1], [("next", "b")]) : .cancel
    }
    #expect(run.problem?.kind == .cancelled)
    #expect(run.keys == (operation == "read" ? ["1"] : []))
  }

  @Test func whatDoesNotExistIsRefusedByName() throws {
    let host = try TestHost(Declared(.items(.none)))
    let stream = try host.read("itmes", answers: [])
    #expect(stream.problem?.code == "stream.unknown")
    #expect(stream.problem?.message.contains("itmes") == true)
    let operation = try host.run("webhook") { _ in nil }
    #expect(operation.problem?.kind == .unsupported)
    #expect(operation.problem?.message.contains("webhook") == true)
    let written = try host.write("itmes", []) { _ in nil }
    #expect(written.problem?.code == "stream.not_written")
  }

  /// Drops what its first answer brought.
  struct Dropping: Connector, Reader {
    func check(_ settings: Settings) -> Request { .get("/me") }
    func reader(of stream: String, _ task: ReadTask) -> (any Reader)? { self }
    func start(_ steps: inout Steps) {
      let extract = Extract(records: "/data", key: "/id")
      steps.send(.get("/old", extract: extract))
      steps.send(.get("/new", extract: extract))
    }
    func received(_ response: Response, _ steps: inout Steps) {
      if response.correlation == 1 { return steps.cancel(1) }
      steps.checkpoint(1, covers: 2)
      steps.done()
    }
  }

  @Test func recordsOfACancelledRequestAreNotStored() throws {
    let run = try TestHost(Dropping()).read("items", answers: [.page([1]), .page([2])])
    #expect(run.keys == ["2"])
  }
}
