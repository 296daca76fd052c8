import Foundation
import PatchbayCore
import PatchbayJSON
import Testing

@testable import PatchbayStore

@Suite struct RotationTests {
  private static let secrets = ["token": "t-1", "refresh": "r-2", "empty": ""]

  private struct Place {
    let shelf: Shelf
    let vault: Vault
    var path: String { MasterKey.file(in: shelf.folder.path) }

    init() async throws {
      shelf = try await Shelf()
      vault = Vault(store: shelf.store, folder: shelf.folder.path, environment: [:])
      for (name, secret) in RotationTests.secrets {
        try await vault.replace(secret, connection: "crm", name: name)
      }
    }

    func files() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: shelf.folder.path)
        .filter { $0.hasPrefix("master") && !$0.hasSuffix(".lock") }
    }
  }

  @Test func `Rotation seals every secret under a new key`() async throws {
    let place = try await Place()
    let old = try MasterKey.read(place.path)
    let before = try await place.shelf.store.sealedSecrets(of: "crm")
    #expect(try await place.shelf.rotate() == 3)
    let new = try MasterKey.read(place.path)
    #expect(new != old && new?.count == 32)
    #expect(try place.files() == ["master.key"])
    #expect(try await place.vault.secrets(of: "crm") == Self.secrets)
    let after = try await place.shelf.store.sealedSecrets(of: "crm")
    for (name, bytes) in after { #expect(bytes.dropFirst() != before[name]?.dropFirst()) }
    // The old key opens nothing any more.
    try FileManager.default.removeItem(atPath: place.path)
    try MasterKey(bytes: try #require(old)).write(to: place.path)
    let failure = await #expect(throws: Failure.self) {
      try await place.vault.secrets(of: "crm")
    }
    #expect(failure?.code == "secrets.key")
  }

  @Test func `A rotation that ended before anything was sealed anew is taken up again`()
    async throws
  {
    let place = try await Place()
    let next = try MasterKey.fresh()
    try next.write(to: place.path + ".next")
    #expect(try await place.vault.secrets(of: "crm") == Self.secrets)
    #expect(try await place.shelf.rotate() == 3)
    #expect(try MasterKey.read(place.path) == next.bytes)
    #expect(try place.files() == ["master.key"])
    #expect(try await place.vault.secrets(of: "crm") == Self.secrets)
  }

  @Test func `A rotation that ended between sealing and renaming leaves all to be opened`()
    async throws
  {
    let place = try await Place()
    let old = try #require(try MasterKey.read(place.path))
    #expect(try await place.shelf.rotate() == 3)
    // As it was before the rename: the old key in its place, the new one beside it.
    try FileManager.default.moveItem(atPath: place.path, toPath: place.path + ".next")
    try MasterKey(bytes: old).write(to: place.path)
    #expect(try await place.vault.secrets(of: "crm") == Self.secrets)
    // A secret set meanwhile, under the old key, does not get lost either.
    try await place.vault.replace("t-2", connection: "crm", name: "token")
    #expect(try await place.shelf.rotate() == 3)
    let expected = Self.secrets.merging(["token": "t-2"]) { $1 }
    #expect(try await place.vault.secrets(of: "crm") == expected)
    #expect(try place.files() == ["master.key"])
  }

  @Test func `A rotation that cannot store what it sealed leaves the old state`() async throws {
    let place = try await Place()
    let database = try place.shelf.folder.hubDatabase()
    try database.execute(
      """
      CREATE TRIGGER breaks BEFORE UPDATE ON secrets WHEN NEW.name = 'token'
      BEGIN SELECT RAISE(ABORT, 'the disk broke'); END
      """)
    await #expect(throws: Failure.self) { try await place.shelf.rotate() }
    #expect(try await place.vault.secrets(of: "crm") == Self.secrets)
    try database.execute("DROP TRIGGER breaks")
    #expect(try await place.shelf.rotate() == 3)
    #expect(try await place.vault.secrets(of: "crm") == Self.secrets)
  }

  @Test func `A damaged secret stops a rotation before any key is replaced`() async throws {
    let place = try await Place()
    let old = try MasterKey.read(place.path)
    var bytes = try #require(try await place.shelf.store.sealedSecrets(of: "crm")["token"])
    bytes[bytes.count - 1] ^= 1
    try await place.shelf.store.replaceSealedSecrets([
      SealedSecret(connection: "crm", name: "token", sealed: bytes)
    ])
    let failure = await #expect(throws: Failure.self) { try await place.shelf.rotate() }
    #expect(failure?.code == "secrets.damaged")
    #expect(try MasterKey.read(place.path) == old)
  }

  @Test func `A key half written by a process that died is not taken for a key`() async throws {
    let place = try await Place()
    // A key appears under its name whole or not at all; what is left over does not matter.
    let key = try MasterKey.fresh()
    try key.write(to: place.path + ".other")
    #expect(try MasterKey.read(place.path + ".other") == key.bytes)
    #expect(throws: Failure.self) { try MasterKey.fresh().write(to: place.path + ".other") }
    #expect(try MasterKey.read(place.path + ".other") == key.bytes)
    #expect(try place.files().sorted() == ["master.key", "master.key.other"])
  }
}
