internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMessages
internal import PatchbaySDK

/// One session under way: what it asked for, what it has not been given yet, what it staged.
struct Stage {
  private(set) var run: Run
  private let session: PluginSession
  private let host: TestHost
  private var nowMS: Int64
  private var conduct = Conduct()
  private var state: ConversationState
  private var inbox: [Message] = []
  /// All that the plugin was given and said, step by step.
  private var steps: [(given: Message, moment: Moment, said: [Message])] = []
  private var staged: [UInt64: [CutPage]] = [:]
  private var pages: [String: Int] = [:]
  private var totals = TotalCheck()
  private let mappings = Mappings()

  private static let stepLimit = 100_000

  init(_ run: Run, session: PluginSession, host: TestHost) {
    self.run = run
    self.session = session
    self.host = host
    nowMS = host.nowMS
    let operation = run.opening["op"]?.string
    state = ConversationState(Role.all.first { $0.operation == operation } ?? .read)
  }

  /// Gives the plugin the first message and what is to be written, and plays on to the end.
  mutating func play(_ given: [Message], _ answer: (SentRequest) -> Answer?) throws(Failure) {
    inbox = given
    while !session.isEnded {
      if inbox.isEmpty || steps.count == Self.stepLimit {
        throw broken("it waits for nothing and is not done, or never ends")
      }
      let message = inbox.removeFirst()
      if message.correlation != 0 {
        _ = state.answers(
          message.correlation, by: message.kind, isVerified: message.head["verified"]?.bool == true)
      }
      if message.kind == .input { state.gives(Int(message.head["count"]?.integer ?? 0)) }
      let moment = Moment(nowMS: nowMS, seed: UInt64(steps.count) &* 0x9E37_79B9_7F4A_7C15)
      let place = "step \(steps.count + 1)"
      conduct.take(message, isToPlugin: true, place: place)
      let said = try session.step(message, moment)
      steps.append((message, moment, said))
      for message in said {
        conduct.take(message, isToPlugin: false, place: place)
        if !conduct.problems.isEmpty { throw broken(conduct.problems.joined(separator: "; ")) }
        run.messages.append(message)
        try perform(message, answer)
      }
    }
    if run.problem == nil { run.unproven = run.unproven ?? mismatch }
  }

  /// What a total says of the records that the store would have.
  private var mismatch: String? {
    let records = run.checkpoints.flatMap(\.records)
    let live = records.filter { $0.fault == nil }
    let keys = Set(live.map(\.key)).count
    let texts = Set(live.map { "\($0.key) \($0.raw)" }).count
    return totals.mismatch(
      seen: Int64(keys + records.count - live.count), clashing: Int64(texts - keys))
  }

  /// Gives another session the same messages at the same moments: it must say the same.
  func repeatAll(with other: PluginSession) throws(Failure) {
    for (index, step) in steps.enumerated() {
      let said = try other.step(step.given, step.moment)
      if !said.elementsEqual(step.said, by: { $0.isSame(as: $1) }) {
        throw broken("step \(index + 1): the same messages and moments give other answers")
      }
    }
  }

  private mutating func perform(_ message: Message, _ answer: (SentRequest) -> Answer?)
    throws(Failure)
  {
    switch try state.said(message) {
    case .ask(let question): try ask(question, answer)
    case .withdraw(let correlation):
      inbox.removeAll { $0.correlation == correlation }
      staged[correlation] = nil
    case .stage(let records):
      let plan = try ExtractPlan(head: records.head["extract"] ?? .null)
      let cut = try CutPage(records: records.body, plan: plan)
      if let fault = cut.fault { throw broken("its records cannot be cut by its plan: \(fault)") }
      stage([cut], records.correlation)
    case .store(let checkpoint, let covers):
      let records = covers.flatMap { staged.removeValue(forKey: $0) ?? [] }.flatMap(\.records)
      run.checkpoints.append(.init(state: checkpoint.head["state"] ?? .null, records: records))
    case .end(let end) where end.kind == .error: run.problem = Problem(end.head)
    case .end(let end):
      run.done = end.head
      run.unproven = end.head["unproven"]?.string
    case .tell, nil: break
    }
  }

  private mutating func stage(_ cuts: [CutPage], _ correlation: UInt64) {
    staged[correlation, default: []] += cuts
    state.staged(cuts.reduce(0) { $0 + $1.count + $1.deadCount }, under: correlation)
  }

  private mutating func ask(_ question: Message, _ answer: (SentRequest) -> Answer?)
    throws(Failure)
  {
    switch question.kind {
    case .httpRequest: try send(SentRequest(message: question), answer)
    case .wait:
      nowMS += question.head["delay_ms"]?.integer ?? 0
      inbox.append(Message(.waited, correlation: question.correlation))
    default:
      guard let result = host.effect(question) else {
        throw Failure(.bug, "test.effect", "nothing answers the plugin's \(question.kind.name)")
      }
      inbox.append(result)
    }
  }

  private mutating func send(_ request: SentRequest, _ answer: (SentRequest) -> Answer?)
    throws(Failure)
  {
    run.requests.append(request)
    if let problem = request.headerProblem(host.manifest) { throw broken(problem) }
    let contract = try PageContract(request.message.head, mappings)
    let name = "\(request) " + String(decoding: request.message.body, as: UTF8.self)
    if !contract.plans.isEmpty { pages[name, default: 0] += 1 }
    if pages[name, default: 0] > 2 {
      throw Failure(.data, "page.cursor_repeats", "the next page is the same again: \(request)")
    }
    switch answer(request) {
    case .response(let status, let headers, let body):
      do throws(Failure) {
        let page = try judge(request, contract, status, headers, body)
        stage(page.cuts, request.correlation)
        totals.note(page)
        inbox.append(page.message(request.correlation))
      } catch {
        inbox.append(Message(.failed, correlation: request.correlation, head: error.json))
      }
    case .failed(let problem):
      inbox.append(Message(.failed, correlation: request.correlation, head: problem.json))
    case .cancel: inbox.append(Message(.cancel, head: ["grace_ms": 1000]))
    case nil: throw Failure(.bug, "test.answers", "there is no answer to \(request)")
    }
  }

  /// The answer as the plugin gets it, after all the retries that the host would make.
  private func judge(
    _ request: SentRequest, _ contract: PageContract, _ status: Int, _ headers: [String: String],
    _ body: [UInt8]
  ) throws(Failure) -> PageContract.Page {
    let taken = request.message.head["statuses"]?.array?.contains(.integer(Int64(status))) ?? false
    if (200..<300).contains(status) || taken {
      return try contract.judge(status: status, headers: headers, body: ByteBuffer(body))
    }
    let text = String(decoding: body.prefix(300), as: UTF8.self)
    throw Failure(
      ErrorClass(httpStatus: status), "http.\(status)", "\(request) answered \(status): \(text)",
      isRetryable: status == 429 || status >= 500)
  }

  private func broken(_ text: String) -> Failure {
    Failure(.bug, "plugin.contract", "the plugin broke the contract: \(text)")
  }
}

extension Message {
  fileprivate func isSame(as other: Message) -> Bool {
    kind == other.kind && correlation == other.correlation && head == other.head
      && body == other.body
  }
}
