import PatchbayCore
import PatchbayJSON
import Synchronization
import Testing

@testable import patchbay_sandbox

/// Requests that no client should send. Nothing may crash, and every answer must be an answer.
@Suite struct GarbageTests {
  private static let pieces = [
    "0", "-1", "9223372036854775807", "-9223372036854775808", "99999999999999999999", "1e400",
    "nan",
    "", "null", "%", "%zz", "é", "{}", "[]", "contacts", "archived", "true", "2026-01-01",
    "é\u{301}",
  ]
  private static let paths = [
    "/crm/v3/objects/contacts", "/crm/v3/objects/deals/search", "/crm/v3/objects/tasks/batch/read",
    "/crm/v3/owners", "/crm/v3/properties/notes", "/crm/v4/associations/contacts/deals/batch/read",
    "/crm/v4/objects/companies/@/associations/contacts", "/crm/v3/objects/contacts/@",
    "/oauth/v1/token", "/_sandbox/records", "/_sandbox/faults", "/_sandbox/mutate", "/_sandbox/@",
    "/@/@/@/@", "//", "",
  ]
  private static let names = [
    "limit", "after", "archived", "properties", "associations", "type", "inputs", "id", "sorts",
    "filterGroups", "filters", "propertyName", "operator", "value", "values", "highValue", "at_ms",
    "faults", "kind", "at", "probability", "update", "seed", "query", "path_prefix", "delay_ms",
  ]
  private static let words =
    pieces + [
      "hs_object_id", "lastmodifieddate", "amount", "BETWEEN", "IN", "GT", "CONTAINS_TOKEN",
      "DESCENDING", "slow", "status", "probability",
    ]

  private func json(_ draw: inout Draw, depth: Int) -> JSON {
    switch draw.below(depth > 4 ? 5 : 8) {
    case 0: return .string(draw.pick(Self.words))
    case 1: return [Int64.min, -1, 0, 7, .max].map { JSON.integer($0) }[draw.below(5)]
    case 2: return draw.below(2) == 0 ? nil : true
    case 3: return .number("1e999")
    case 4: return .string(draw.pick(Self.words))
    case 5: return .array((0..<draw.below(4)).map { _ in json(&draw, depth: depth + 1) })
    default:
      var object = JSONObject()
      for _ in 0..<draw.below(6) { object[draw.pick(Self.names)] = json(&draw, depth: depth + 1) }
      return .object(object)
    }
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `No request crashes the sandbox`(seed: UInt64) {
    var options = Options()
    options.records = 20
    options.limit = nil
    options.searchLimit = nil
    let sandbox = Sandbox(options)
    var draw = Draw(seed)
    for _ in 0..<2000 {
      let template = draw.pick(Self.paths)
      var path = ""
      for character in template {
        path += character == "@" ? draw.pick(Self.pieces) : String(character)
      }
      var request = Request(method: draw.below(2) == 0 ? "GET" : "POST", path: path)
      request.authorization = draw.below(9) == 0 ? draw.pick(Self.pieces) : "Bearer sandbox-token"
      for _ in 0..<draw.below(4) {
        request.query.append((draw.pick(Self.names), draw.pick(Self.words)))
      }
      request.body = draw.below(8) == 0 ? Array("{\"".utf8) : json(&draw, depth: 0).bytes
      if case .reply(let reply) = sandbox.answer(request).outcome {
        #expect((200...599).contains(reply.status), "seed \(seed): \(path)")
      }
      if draw.below(50) == 0 { sandbox.state.withLock { $0.faults = [] } }
    }
  }
}
