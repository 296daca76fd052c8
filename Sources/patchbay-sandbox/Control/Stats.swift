internal import PatchbayJSON

/// What was asked, and what was served.
struct Stats: Sendable {
  /// Paths and cursors beyond this many are counted together.
  private static let namesLimit = 100_000

  private(set) var requests: [String: [Int: Int]] = [:]
  private(set) var pages: [String: [String: Int]] = [:]
  private(set) var faults: [String: Int] = [:]
  private(set) var total = 0
  private(set) var refused = 0

  /// `status` 0 stands for a request without a response.
  mutating func count(_ method: String, _ path: String, status: Int) {
    total += 1
    if status == 429 { refused += 1 }
    var name = method + " " + Self.withoutIDs(path)
    if requests.count >= Self.namesLimit, requests[name] == nil { name = "other" }
    requests[name, default: [:]][status, default: 0] += 1
  }

  mutating func countPage(_ stream: String, after: String) {
    let isFull = (pages[stream]?.count ?? 0) >= Self.namesLimit
    let name = isFull && pages[stream]?[after] == nil ? "other" : after
    pages[stream, default: [:]][name, default: 0] += 1
  }

  mutating func countFault(_ kind: String) { faults[kind, default: 0] += 1 }

  private static func withoutIDs(_ path: String) -> String {
    path.split(separator: "/", omittingEmptySubsequences: false)
      .map { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } ? "{id}" : $0 }
      .joined(separator: "/")
  }

  var json: JSON {
    func object<Key: Comparable>(_ counts: [Key: Int]) -> JSON {
      .object(
        JSONObject(
          counts.sorted { $0.key < $1.key }.map { .init("\($0.key)", .integer(Int64($0.value))) }))
    }
    func table<Key: Comparable>(_ counts: [String: [Key: Int]]) -> JSON {
      .object(
        JSONObject(counts.sorted { $0.key < $1.key }.map { .init($0.key, object($0.value)) }))
    }
    return [
      "total": .integer(Int64(total)), "rate_limited": .integer(Int64(refused)),
      "requests": table(requests), "pages": table(pages), "faults": object(faults),
    ]
  }
}
