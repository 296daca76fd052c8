import Built
import Foundation
import Loopback
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbayStore
import PatchbaySync
import Seeded
import Synchronization
import Testing

/// A vendor whose list changes between pages: records are added, changed, deleted and moved.
private final class MovingVendor: Sendable {
  struct State {
    var draw: Draw
    var list: [(id: Int, value: Int)] = []
    var nextID = 100
    var moves = true
  }

  static let size = 5
  let kind: String
  private let state: Mutex<State>

  init(_ kind: String, seed: UInt64) {
    self.kind = kind
    var state = State(draw: Draw(seed))
    state.list = (0..<23).map { ($0 + 10, 0) }
    self.state = Mutex(state)
  }

  var records: [String: Int] {
    state.withLock { Dictionary(uniqueKeysWithValues: $0.list.map { (String($0.id), $0.value) }) }
  }

  func rest() { state.withLock { $0.moves = false } }
  func wake() { state.withLock { $0.moves = true } }

  func answer(_ target: String) -> (body: String, link: String?) {
    state.withLock { state in
      if state.moves { Self.move(&state, isOrdered: ["cursor", "last_key"].contains(kind)) }
      return Self.page(state, kind, target)
    }
  }

  /// A list that is walked by key stays in order; any other is shuffled as well.
  private static func move(_ state: inout State, isOrdered: Bool) {
    for _ in 0..<state.draw.below(3) {
      let place = state.draw.below(max(1, state.list.count))
      switch state.draw.below(4) {
      case 0:
        state.nextID += 1
        let at = isOrdered ? state.list.count : place
        state.list.insert((state.nextID, 0), at: min(at, state.list.count))
      case 1 where state.list.count > 8: state.list.remove(at: place)
      case 2 where !state.list.isEmpty: state.list[place].value += 1
      case 3 where !isOrdered && !state.list.isEmpty:
        let moved = state.list.remove(at: place)
        state.list.insert(moved, at: state.draw.below(state.list.count + 1))
      default: break
      }
    }
  }

  private static func page(_ state: State, _ kind: String, _ target: String)
    -> (body: String, link: String?)
  {
    func number(_ name: String) -> Int? {
      target.split(whereSeparator: { "?&".contains($0) }).lazy
        .compactMap { $0.hasPrefix("\(name)=") ? Int($0.dropFirst(name.count + 1)) : nil }.first
    }
    let rows: ArraySlice<(id: Int, value: Int)>
    let sorted = state.list.sorted { $0.id < $1.id }
    switch kind {
    case "cursor", "last_key":
      rows = sorted.filter { $0.id > number("after") ?? 0 }[...]
    case "offset": rows = state.list.dropFirst(number("offset") ?? 0)
    default: rows = state.list.dropFirst(((number("page") ?? 1) - 1) * size)
    }
    let shown = rows.prefix(size)
    let hasMore = rows.count > size
    let data = shown.map { "{\"id\":\($0.id),\"v\":\($0.value)}" }.joined(separator: ",")
    let next =
      hasMore ? "\(kind == "cursor" ? shown.last?.id ?? 0 : (number("page") ?? 1) + 1)" : ""
    let place = hasMore ? "\"\(kind == "next_link" ? "/list?page=\(next)" : next)\"" : "null"
    return (
      "{\"data\":[\(data)],\"more\":\(hasMore),\"next\":\(place)}",
      hasMore && kind == "link_header" ? "</list?page=\(next)>; rel=\"next\"" : nil
    )
  }

  static func pagination(_ kind: String) -> JSON {
    switch kind {
    case "cursor": ["kind": "cursor", "at": "/next", "parameter": "after"]
    case "last_key": ["kind": "last_key", "parameter": "after", "more": "/more"]
    case "next_link": ["kind": "next_link", "at": "/next"]
    case "link_header": ["kind": "link_header", "absent_is_end": true]
    default: ["kind": .string(kind), "size": .integer(Int64(size))]
    }
  }
}

@Suite struct MovingVendorTests {
  /// Runs in which something is claimed that is not so, and what is stored in the end.
  private func follow(_ kind: String, seed: UInt64) async throws {
    let vendor = MovingVendor(kind, seed: seed)
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    Built.nameWorker()
    let server = try LoopbackServer { request in
      let (body, link) = vendor.answer(request.target)
      var head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
      if let link { head += "Link: \(link)\r\n" }
      return [.send(Array("\(head)Content-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8))]
    }
    defer { server.stop() }
    var hub = try Self.hub(folder.path)
    try await hub.trust("rest", as: .core, actor: "tests")
    var draft = ConnectionDraft(name: "c", plugin: "rest")
    draft.settings["base_url"] = .string(server.url)
    draft.settings["deletion_guard_percent"] = 100
    draft.settings["streams"] = [
      "s": [
        "path": "/list", "records": "/data", "key": "/id",
        "pagination": MovingVendor.pagination(kind),
        "columns": ["v": ["at": "/v", "type": "number"]],
      ]
    ]
    try await hub.save([hub.plan(draft, resets: false)], resets: false)
    var draw = Draw(seed ^ 0xABCD)
    for round in 0..<4 {
      vendor.wake()
      let limit: JSON = draw.below(2) == 0 ? 1_000_000 : .integer(Int64(1 + draw.below(5)))
      // A run that is cut short, and the next one on a hub opened anew.
      draft.settings["max_requests"] = limit
      try await hub.save([hub.plan(draft, resets: false)], resets: false)
      let summary = try await Self.sync(hub)
      vendor.rest()
      let marked = Set(try await Self.stored(hub).filter(\.isDeleted).map(\.key))
      let living = Set(vendor.records.keys)
      #expect(
        summary.status != "done" || marked.isDisjoint(with: living),
        "\(kind), seed \(seed), round \(round): \(marked.intersection(living)) live")
      hub = try Self.hub(folder.path)
    }
    draft.settings["max_requests"] = 1_000_000
    try await hub.save([hub.plan(draft, resets: false)], resets: false)
    // Ends the pass that was under way; then one more over a vendor at rest.
    let ending = try await Self.sync(hub)
    let last = try await Self.sync(hub)
    #expect(last.status == "done", "\(kind), seed \(seed): \(last.json.text)")
    let stored = try await Self.stored(hub)
    let alive = stored.filter { !$0.isDeleted }
    let found = Dictionary(
      uniqueKeysWithValues: alive.map {
        ($0.key, (try? JSON(reading: $0.raw))?["v"]?.integer.map { Int($0) } ?? -1)
      })
    #expect(
      found == vendor.records,
      "\(kind), seed \(seed): \(ending.json.text) then \(last.json.text)")
  }

  private static func hub(_ folder: String) throws -> Hub {
    try Hub(folder: folder, pluginFolders: [Built.folder + "/../plugins"], environment: [:])
  }

  private static func sync(_ hub: Hub) async throws -> SyncRun.Summary {
    try await SyncRun(hub: hub, connection: hub.open("c"), options: .init()) { _ in }.execute()
  }

  private static func stored(_ hub: Hub) async throws -> [StoredRecord] {
    guard let stream = try await hub.store.stream("c", "s") else { return [] }
    return try await hub.store.records(stream.id, withDeleted: true, limit: 100_000)
  }

  @Test(arguments: ["cursor", "last_key", "next_link", "link_header", "page", "offset"])
  func `After the vendor rests one more sync has exactly its records, and none was lied about`(
    kind: String
  ) async throws {
    for seed in Scale.seeds(quick: 3, nightly: 60) { try await follow(kind, seed: seed) }
  }
}
