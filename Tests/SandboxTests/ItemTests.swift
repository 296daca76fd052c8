import PatchbayCore
import PatchbayJSON
import Synchronization
import Testing

@testable import patchbay_sandbox

@Suite struct ItemTests {
  private func ids(_ sandbox: Sandbox, _ query: (String, String)...) throws -> [String] {
    var request = Request(method: "GET", path: "/v1/items")
    request.authorization = "Bearer sandbox-token"
    var found: [String] = []
    while true {
      request.query = query.map { ($0.0, $0.1) } + [("limit", "7")]
      if let last = found.last { request.query.append(("after", String(last.dropFirst(5)))) }
      guard case .reply(let reply) = sandbox.answer(request).outcome else { return found }
      let json = try JSON(reading: reply.body)
      found += (json["data"]?.array ?? []).compactMap { $0["id"]?.string }
      if json["next"]?.isNull ?? true { return found }
    }
  }

  @Test func `Following the cursors gives every item once`() throws {
    var options = Options()
    options.records = 30
    options.limit = nil
    #expect(try ids(Sandbox(options)) == (1...30).map { "item-\($0)" })
  }

  @Test func `Another item changes every ten seconds, and then the first again`() throws {
    var options = Options()
    options.records = 5
    options.limit = nil
    let now = Mutex<Int64>(1_800_000_000_000)
    let sandbox = Sandbox(options) { now.withLock { $0 } }
    let began = Time.format(1_800_000_000_000)
    #expect(try ids(sandbox, ("updated_since", began)) == [])
    now.withLock { $0 += 20_000 }
    #expect(try ids(sandbox, ("updated_since", began)) == ["item-1", "item-2"])
    now.withLock { $0 += 40_000 }
    let later = Time.format(1_800_000_000_000 + 50_000)
    #expect(try ids(sandbox, ("updated_since", later)) == ["item-1", "item-5"])
  }

  @Test(arguments: [("after", "x"), ("updated_since", "soon"), ("limit", "0")])
  func `A bad parameter is refused`(parameter: (String, String)) throws {
    var request = Request(method: "GET", path: "/v1/items")
    request.authorization = "Bearer sandbox-token"
    request.query = [parameter]
    guard case .reply(let reply) = Sandbox(Options()).answer(request).outcome else { return }
    #expect(reply.status == 400)
  }
}
