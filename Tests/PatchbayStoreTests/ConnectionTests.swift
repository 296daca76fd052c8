import Foundation
import PatchbayCore
import PatchbayJSON
import Testing

@testable import PatchbayStore

@Suite struct ConnectionTests {
  private func connection(_ name: String, _ plugin: String = "p") -> Connection {
    Connection(name: name, plugin: plugin, settings: JSONObject(), createdMS: 1)
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
