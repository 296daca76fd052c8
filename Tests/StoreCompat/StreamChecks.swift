import PatchbayCore
import PatchbayJSON
import PatchbayStore
import Testing

extension StoreCompat.Check {
  static let streams: [Self] = [
    .init("Streams are listed in the order in which they came, each with its own number", order),
    .init("What is not there is said to be gone", gone),
    .init("Another process sees where a pass stands, and goes on there", otherProcess),
  ]

  static let columns: [Self] = [
    .init("A new column is told and added; a known one keeps its place and never goes", added),
    .init("A column that came later is filled from the records that are kept", filled),
    .init("A column whose pointer led to nothing so far is named", withoutValues),
    .init("More columns than there may be are cut and told of, and the stream goes on", many),
  ]

  private static func order(_ shelf: Shelf) async throws {
    try await shelf.store.connect("other")
    let names = ["zeta", "alpha", "Ünï \"'"]
    var ids: [Int64] = []
    for name in names { ids.append(try await shelf.stream(name).id) }
    ids.append(try await shelf.stream("zeta", of: "other").id)
    #expect(Set(ids).count == 4)
    #expect(try await shelf.store.streams(of: "crm").map(\.stream) == names)
    #expect(try await shelf.store.streams(of: "crm").map(\.id) == Array(ids.prefix(3)))
    #expect(try await shelf.store.stream("crm", "alpha")?.id == ids[1])
    #expect(try await shelf.stream("alpha").id == ids[1])
    #expect(try await shelf.store.streams(of: "nobody").isEmpty)
  }

  private static func gone(_ shelf: Shelf) async throws {
    let store = shelf.store
    #expect(try await store.stream("crm", "contacts") == nil)
    for body: @Sendable () async throws -> Void in [
      { _ = try await store.beginPass(99, .full, run: shelf.run, fingerprint: nil) },
      { _ = try await store.restartPass(99, keepsSeen: false) },
      { _ = try await store.finishPass(99, marks: false, isComplete: true, nowMS: 1) },
      {
        _ = try await store.commit(
          Batch(
            stream: 99, run: shelf.run, pages: [.ofTests([])], checkpoint: nil, stateTag: nil,
            nowMS: 1))
      },
    ] { #expect(await shelf.code(body) == "stream.gone") }
  }

  private static func otherProcess(_ shelf: Shelf) async throws {
    let stream = try await shelf.stream()
    try await shelf.begin(stream, .full)
    try await shelf.commit(stream, [#"{"id":"a"}"#], checkpoint: ["n": 1], tag: "t")
    let other = try await shelf.another()
    let seen = try await other.stream("crm", "contacts")
    #expect(seen?.resumes == true && seen?.state == ["n": 1] && seen?.stateTag == "t")
    var batch = shelf.batch(stream, [#"{"id":"a"}"#, #"{"id":"b"}"#])
    batch.checkpoint = ["n": 2]
    #expect(
      try await other.commit(batch).fates == .of { ($0.read, $0.inserted, $0.repeated) = (1, 1, 1) }
    )
    #expect(try await shelf.store.stream("crm", "contacts")?.state == ["n": 2])
    #expect(try await shelf.store.stream("crm", "contacts")?.stateTag == nil)
  }

  private static func prepare(_ shelf: Shelf, _ columns: [Column]) async throws -> PreparedStream {
    try await shelf.store.prepare(
      StreamDescription(connection: "crm", stream: "contacts", columns: columns, unified: [:]))
  }

  private static func added(_ shelf: Shelf) async throws {
    let (a, b, c) = (
      Column(name: "a", at: "/a", kind: .text), Column(name: "b", at: "/b", kind: .text),
      Column(name: "c", at: "/c", kind: .number)
    )
    let first = try await prepare(shelf, [a, b])
    #expect(first.isNew && first.addedColumns.isEmpty && first.notes.isEmpty)
    let second = try await prepare(shelf, [c, b])
    #expect(!second.isNew && second.addedColumns == ["c"])
    let shown = try await shelf.store.query("SELECT * FROM contacts", limits: QueryLimits())
    #expect(shown.columns.prefix(3) == ["a", "b", "c"])
    #expect(try await prepare(shelf, [a, b, c]).addedColumns.isEmpty)
    // What was text turns out to be a number.
    _ = try await prepare(shelf, [Column(name: "a", at: "/a", kind: .number)])
    try await shelf.commit(second.record, [#"{"id":"1","a":"12"}"#])
    #expect(try await shelf.rows("SELECT a FROM contacts") == [[12]])
  }

  private static func filled(_ shelf: Shelf) async throws {
    let (store, stream) = (shelf.store, try await shelf.stream())
    #expect(try await store.unfilledStreams().isEmpty)
    try await shelf.commit(stream, (1...5).map { "{\"id\":\"\($0)\",\"v\":\($0)}" })
    _ = try await prepare(shelf, [Column(name: "v", at: "/v", kind: .number)])
    #expect(try await store.unfilledStreams() == [stream.id])
    // What comes meanwhile has its values at once.
    try await shelf.commit(stream, [#"{"id":"6","v":6}"#])
    #expect(try await shelf.rows("SELECT v FROM contacts ORDER BY _key")[5] == [6])
    var count: Int64 = 0
    while true {
      let step = try await store.fill(stream.id)
      count += step.filled
      if step.isOver { break }
    }
    #expect(count == 5)
    #expect(try await store.unfilledStreams().isEmpty)
    #expect(try await store.fill(stream.id) == (0, true))
    #expect(
      try await shelf.rows("SELECT v FROM contacts ORDER BY _key").map { $0[0].integer }
        == [1, 2, 3, 4, 5, 6])
  }

  private static func withoutValues(_ shelf: Shelf) async throws {
    let (a, b) = (
      Column(name: "a", at: "/a", kind: .text), Column(name: "b", at: "/deep/b", kind: .json)
    )
    let stream = try await prepare(shelf, [a, b]).record
    #expect(try await shelf.store.columnsWithoutValues(stream.id) == [a, b])
    try await shelf.commit(stream, [#"{"id":"1","a":"x"}"#])
    #expect(try await shelf.store.columnsWithoutValues(stream.id) == [b])
    try await shelf.commit(stream, [#"{"id":"2","deep":{"b":[]}}"#])
    #expect(try await shelf.another().columnsWithoutValues(stream.id).isEmpty)
  }

  private static func many(_ shelf: Shelf) async throws {
    let columns = (0..<1600).map { Column(name: "c\($0)", at: "/c\($0)", kind: .text) }
    let prepared = try await prepare(shelf, columns)
    #expect(prepared.notes.count == 1 && prepared.notes[0].contains("“c1500”"))
    try await shelf.commit(prepared.record, [#"{"id":"1","c0":"x","c1599":"y"}"#])
    #expect(try await shelf.rows("SELECT c0, c1499 FROM contacts") == [["x", .null]])
    let long = String(repeating: "é", count: 60)
    let other = try await shelf.store.prepare(
      StreamDescription(
        connection: "crm", stream: "long", columns: [Column(name: long, at: "/a", kind: .text)],
        unified: [:]))
    #expect(other.notes.count == 1)
  }
}
