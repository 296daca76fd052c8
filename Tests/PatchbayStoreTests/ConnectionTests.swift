import Foundation
import PatchbayCore
import PatchbayJSON
import Testing

@testable import PatchbayStore

@Suite struct ConnectionTests {
  private func connection(_ name: String, _ plugin: String = "p") -> Connection {
    Connection(name: name, plugin: plugin, settings: JSONObject(), createdMS: 1)
  }

  @Test func `Several connections are stored together, or none of them`() async throws {
    let shelf = try await Shelf()
    let store = shelf.store
    try await store.save(["a", "b"].map { ConnectionChange(connection($0), replaces: nil) })
    let failure = await #expect(throws: Failure.self) {
      try await store.save(
        ["c", "A"].map { ConnectionChange(connection($0), replaces: nil, secrets: ["s": [1]]) })
    }
    #expect(failure?.code == "connection.exists" && failure?.mend.isEmpty == false)
    #expect(try await store.connections().map(\.name) == ["a", "b", "crm"])
    #expect(try await store.allSealedSecrets().isEmpty)
    withExtendedLifetime(shelf) {}
  }

  @Test func `What was changed meanwhile is not overwritten`() async throws {
    let shelf = try await Shelf()
    let store = shelf.store
    let seen = try #require(try await store.connection("crm"))
    var mine = seen
    mine.settings["colour"] = "red"
    var theirs = seen
    theirs.settings["colour"] = "blue"
    try await store.save([ConnectionChange(theirs, replaces: seen)])
    for old in [seen, nil] {
      let failure = await #expect(throws: Failure.self) {
        try await store.save([ConnectionChange(mine, replaces: old)])
      }
      #expect(failure?.code == "connection.changed")
    }
    #expect(try await store.connection("crm") == theirs)
    try await store.removeConnection("crm")
    await #expect(throws: Failure.self) {
      try await store.save([ConnectionChange(mine, replaces: theirs)])
    }
    #expect(try await store.connections().isEmpty)
    withExtendedLifetime(shelf) {}
  }

  @Test func `A reset forgets checkpoints, and the next full pass sweeps what it does not see`()
    async throws
  {
    let shelf = try await Shelf()
    let store = shelf.store
    let kept = try await shelf.stream("contacts")
    let gone = try await shelf.stream("fairs")
    for stream in [kept, gone] {
      _ = try await store.beginPass(stream.id, .full, run: shelf.run)
      try await shelf.commit(stream, [#"{"id":"1"}"#, #"{"id":"2"}"#], checkpoint: ["at": 9])
      _ = try await store.finishPass(stream.id, nowMS: 3)
      #expect(try await store.sweep(stream.id, nowMS: 3).isOver)
    }
    // One is in the midst of a pass.
    _ = try await store.beginPass(kept.id, .incremental, run: shelf.run)
    let old = try #require(try await store.connection("crm"))
    var change = ConnectionChange(connection("crm", "q"), replaces: old, secrets: ["new": [2]])
    change.resetsTo = ["contacts"]
    change.forgetsSecrets = true
    try await store.replaceSealedSecrets([
      SealedSecret(connection: "crm", name: "old", sealed: [1])
    ])
    try await store.save([change])
    #expect(try await store.sealedSecrets(of: "crm") == ["new": [2]])
    let record = try #require(try await store.stream("crm", "contacts"))
    #expect(record.phase == .idle && record.state == nil && record.completedMS == nil)
    #expect(!record.resumes && record.pass == nil)
    #expect(try await store.records(gone.id, limit: 9).map(\.isDeleted) == [true, true])
    #expect(try await store.records(kept.id, limit: 9).map(\.isDeleted) == [false, false])
    _ = try await store.beginPass(kept.id, .full, run: shelf.run)
    try await shelf.commit(kept, [#"{"id":"2"}"#])
    _ = try await store.finishPass(kept.id, nowMS: 4)
    #expect(try await store.sweep(kept.id, nowMS: 4).deleted == 1)
  }

  @Test func `A view takes its name from an alias that had it before`() async throws {
    let shelf = try await Shelf()
    try await shelf.connect("a")
    let first = try await shelf.stream("crm__deals", of: "a")
    try await shelf.commit(first, [#"{"id":"1"}"#])
    let second = try await shelf.stream("deals")
    try await shelf.commit(second, [#"{"id":"2"}"#, #"{"id":"3"}"#])
    #expect(try await shelf.rows("SELECT count(*) FROM crm__deals") == [[2]])
    #expect(try await shelf.rows("SELECT count(*) FROM a__crm__deals") == [[1]])
  }

  @Test func `Only its owner may read the database`() async throws {
    let folder = try DataFolder()
    let store = try folder.open()
    try await store.save(connection("crm"), secrets: [:])
    for name in ["hub.db", "hub.db-wal", "data.db", "data.db-wal", "data.db-shm"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(name)")
      #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
    }
  }

  @Test func `A database that cannot be written says which, and what to do`() throws {
    for blocked in ["data.db", "data.db-shm", "hub.db"] {
      let folder = try DataFolder()
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/\(blocked)/x", withIntermediateDirectories: true)
      let failure = #expect(throws: Failure.self) { try folder.open() }
      #expect(failure?.code == "store.open" && failure?.kind == .config, "\(blocked)")
      let file = blocked == "hub.db" ? folder.hubFile : folder.file
      #expect(failure?.message.contains(file) == true)
      #expect(failure?.mend.contains("--data") == true)
    }
  }

  @Test func `Writing to a database that may only be read says the same`() throws {
    let folder = try DataFolder()
    _ = try folder.open()
    let database = try SQLiteConnection(path: folder.file, mode: .readOnly)
    let failure = #expect(throws: Failure.self) { try database.execute("DELETE FROM streams") }
    #expect(failure?.code == "store.open" && failure?.mend.contains("--data") == true)
  }

  @Test func `What is up to date is opened and read while another writes`() async throws {
    let folder = try DataFolder()
    _ = try folder.open()
    let other = try folder.hubDatabase()
    try other.execute("BEGIN IMMEDIATE")
    let store = try folder.open()
    #expect(try await store.connections().isEmpty)
    // A task that is cancelled does not wait for the other to end.
    let writing = Task {
      try await store.save([ConnectionChange(connection("c"), replaces: nil)])
    }
    writing.cancel()
    let failure = await #expect(throws: Failure.self) { try await writing.value }
    #expect(failure?.code == "store.cancelled" && failure?.kind == .cancelled)
    try other.execute("ROLLBACK")
    try await store.save(connection("c"), secrets: [:])
  }
}
