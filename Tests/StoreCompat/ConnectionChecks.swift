import PatchbayCore
import PatchbayJSON
import PatchbayStore
import Testing

extension StoreCompat.Check {
  static let connections: [Self] = [
    .init("Several connections are stored together, or none of them", together),
    .init("What was changed meanwhile is not overwritten", changedMeanwhile),
    .init("A name that differs from another one in case alone is refused", caseTwins),
    .init("Connections are listed by the bytes of their names", sortedNames),
    .init("A connection that is replaced keeps its beginning and its other secrets", replaced),
    .init("What is agreed to takes the place of what was known, or of nothing", accepted),
    .init("A connection goes with all that is its own, and with nothing else", removed),
    .init("A reset forgets checkpoints, and marks what nobody will read again", reset),
  ]

  private static func together(_ shelf: Shelf) async throws {
    let store = shelf.store
    try await store.save(["a", "b"].map { ConnectionChange(.ofTests($0), replaces: nil) })
    let code = await shelf.code {
      try await store.save(
        ["c", "A"].map { ConnectionChange(.ofTests($0), replaces: nil, secrets: ["s": [1]]) })
    }
    #expect(code == "connection.exists")
    #expect(try await store.connections().map(\.name) == ["a", "b", "crm"])
    #expect(try await store.allSealedSecrets().isEmpty)
  }

  private static func changedMeanwhile(_ shelf: Shelf) async throws {
    let store = shelf.store
    let seen = try #require(try await store.connection("crm"))
    var (mine, theirs) = (seen, seen)
    mine.settings["colour"] = "red"
    theirs.settings["colour"] = "blue"
    try await shelf.another().save([ConnectionChange(theirs, replaces: seen)])
    for old in [seen, nil] {
      let change = ConnectionChange(mine, replaces: old)
      #expect(await shelf.code { try await store.save([change]) } == "connection.changed")
    }
    #expect(try await store.connection("crm") == theirs)
    try await store.removeConnection("crm")
    let late = ConnectionChange(mine, replaces: theirs)
    #expect(await shelf.code { try await store.save([late]) } == "connection.changed")
    #expect(try await store.connections().isEmpty)
  }

  private static func caseTwins(_ shelf: Shelf) async throws {
    let store = shelf.store
    #expect(await shelf.code { try await store.connect("CRM") } == "connection.exists")
    #expect(try await store.connection("Crm") == nil)
    try await store.removeConnection("crm")
    try await store.connect("CRM")
    #expect(await shelf.code { try await store.connect("crm") } == "connection.exists")
  }

  private static func sortedNames(_ shelf: Shelf) async throws {
    for name in ["alpha", "Zeta", "a2", "ä", "a-b", "A10"] { try await shelf.store.connect(name) }
    #expect(
      try await shelf.store.connections().map(\.name)
        == ["A10", "Zeta", "a-b", "a2", "alpha", "crm", "ä"])
  }

  private static func replaced(_ shelf: Shelf) async throws {
    let (store, stream) = (shelf.store, try await shelf.stream())
    try await shelf.commit(stream, [#"{"id":"1"}"#])
    try await store.save(.ofTests("crm"), secrets: ["token": [1], "other": [2]])
    let changed = Connection(
      name: "crm", plugin: "q", settings: JSONObject([.init("é", ["n": 1, "x": .null])]),
      createdMS: 99)
    try await store.save(changed, secrets: ["token": [3]])
    let found = try #require(try await store.connection("crm"))
    #expect(found.plugin == "q" && found.settings == changed.settings && found.createdMS == 1)
    #expect(try await store.sealedSecrets(of: "crm") == ["token": [3], "other": [2]])
    #expect(try await shelf.records(stream).map(\.key) == ["1"])
    var last = ConnectionChange(changed, replaces: found, secrets: ["new": [4]])
    last.forgetsSecrets = true
    try await store.save([last])
    #expect(try await store.sealedSecrets(of: "crm") == ["new": [4]])
  }

  private static func accepted(_ shelf: Shelf) async throws {
    let (store, other) = (shelf.store, try await shelf.another())
    let made = try #require(try await store.connection("crm"))
    #expect(made.accepted == nil)
    #expect(try await store.accept(["v": 1], replacing: nil, of: "crm", .ofTests("a")))
    #expect(try await other.connection("crm")?.accepted == ["v": 1])
    for stale in [nil, ["v": 2]] as [JSON?] {
      #expect(try await !other.accept(["v": 3], replacing: stale, of: "crm", .ofTests("b")))
    }
    #expect(try await !store.accept(["v": 3], replacing: nil, of: "nobody", .ofTests("b")))
    #expect(try await store.auditLog(limit: 9).map(\.action).contains("b") == false)
    #expect(try await other.accept(["v": 2], replacing: ["v": 1], of: "crm", .ofTests("c")))
    let stale = ConnectionChange(made, replaces: made)
    #expect(await shelf.code { try await store.save([stale]) } == "connection.changed")
    var now = try #require(try await store.connection("crm"))
    let before = now
    now.accepted = ["v": 4]
    try await store.save([ConnectionChange(now, replaces: before)])
    #expect(try await other.connection("crm") == now)
  }

  private static func removed(_ shelf: Shelf) async throws {
    let store = shelf.store
    try await store.save(.ofTests("crm"), secrets: ["token": [1]])
    try await store.save(.ofTests("other"), secrets: ["token": [2]])
    let (mine, theirs) = (try await shelf.stream(), try await shelf.stream(of: "other"))
    for stream in [mine, theirs] { try await shelf.commit(stream, [#"{"id":"1"}"#, #"{"v":1}"#]) }
    try await store.removeConnection("crm")
    try await store.removeConnection("nobody")
    #expect(try await store.connections().map(\.name) == ["other"])
    #expect(try await store.allSealedSecrets().map(\.connection) == ["other"])
    #expect(try await store.streams(of: "crm").isEmpty)
    #expect(try await store.deadLetters("crm", stream: nil, limit: 9).isEmpty)
    #expect(try await store.deadLetters("other", stream: nil, limit: 9).count == 1)
    #expect(try await shelf.records(theirs).count == 1)
    #expect(await shelf.code { try await shelf.commit(mine, [#"{"id":"2"}"#]) } == "stream.gone")
    // One of the same name begins with nothing.
    try await store.connect("crm")
    let again = try await shelf.stream()
    #expect(try await shelf.records(again).isEmpty && again.state == nil)
    #expect(try await store.sealedSecrets(of: "crm").isEmpty)
  }

  private static func reset(_ shelf: Shelf) async throws {
    let store = shelf.store
    let (kept, gone) = (try await shelf.stream("contacts"), try await shelf.stream("fairs"))
    for stream in [kept, gone] {
      try await shelf.begin(stream, .full)
      try await shelf.commit(stream, [#"{"id":"1"}"#, #"{"id":"2"}"#], checkpoint: ["at": 9])
      _ = try await store.finishPass(stream.id, marks: true, isComplete: true, nowMS: 3)
      #expect(try await store.sweep(stream.id, nowMS: 3, meter: nil).isOver)
    }
    // One is in the middle of a pass.
    _ = try await store.beginPass(kept.id, .incremental, run: shelf.run, fingerprint: "f")
    let old = try #require(try await store.connection("crm"))
    var change = ConnectionChange(.ofTests("crm", "q"), replaces: old)
    change.resetsTo = ["contacts"]
    try await store.save([change])
    let record = try #require(try await store.stream("crm", "contacts"))
    #expect(record.phase == .idle && record.state == nil && record.completedMS == nil)
    #expect(!record.resumes && record.pass == nil && record.fingerprint == nil)
    #expect(try await shelf.records(gone).map(\.isDeleted) == [true, true])
    #expect(try await shelf.records(kept).map(\.isDeleted) == [false, false])
    try await shelf.begin(kept, .full)
    try await shelf.commit(kept, [#"{"id":"2"}"#])
    _ = try await store.finishPass(kept.id, marks: true, isComplete: true, nowMS: 4)
    #expect(try await store.sweep(kept.id, nowMS: 4, meter: nil).deleted == 1)
  }
}
