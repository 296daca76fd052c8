import Foundation
import PatchbayCore
import PatchbayCrypto
import PatchbayJSON
import Testing

@testable import PatchbayStore

@Suite struct VaultTests {
  private static let planted = "planted-secret-9c1f77"

  private func vault(_ shelf: Shelf, _ environment: [String: String] = [:]) -> Vault {
    Vault(store: shelf.store, folder: shelf.folder.path, environment: environment)
  }

  private func replaceSealed(_ shelf: Shelf, _ bytes: [UInt8], name: String = "token") async throws
  {
    try await shelf.store.replaceSealedSecrets([
      SealedSecret(connection: "crm", name: name, sealed: bytes)
    ])
  }

  private func key(_ shelf: Shelf, _ suffix: String = "") -> URL {
    URL(fileURLWithPath: shelf.folder.path + "/master.key" + suffix)
  }

  private func mode(_ url: URL) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: url.path)
    return attributes[.posixPermissions] as? Int ?? -1
  }

  @Test(arguments: ["", "x", planted, "漢🙂\u{0}\n", String(repeating: "long", count: 50_000)])
  func `What is sealed comes back`(secret: String) async throws {
    let shelf = try await Shelf()
    let vault = vault(shelf)
    try await vault.replace(secret, connection: "crm", name: "token")
    #expect(try await vault.secrets(of: "crm") == ["token": secret])
    #expect(try await vault.secrets(of: "other").isEmpty)
    #expect(try mode(key(shelf)) == 0o600)
  }

  @Test func `The same secret sealed twice looks different`() async throws {
    let shelf = try await Shelf()
    let vault = vault(shelf)
    let once = try await vault.seal(Self.planted, connection: "crm", name: "token")
    let twice = try await vault.seal(Self.planted, connection: "crm", name: "token")
    #expect(once.dropFirst(9) != twice.dropFirst(9))
    #expect(try mode(key(shelf)) == 0o600)
    #expect(zip(once, twice).dropFirst(9).count { $0.0 == $0.1 } < 20)
  }

  @Test func `Every flipped bit, every cut and every added byte is refused`() async throws {
    let shelf = try await Shelf()
    let vault = vault(shelf)
    let sealed = try await vault.seal(Self.planted, connection: "crm", name: "token")
    var codes: Set<String> = []
    func expectRefused(_ bytes: [UInt8], _ comment: Comment) async throws {
      try await replaceSealed(shelf, bytes)
      let failure = await #expect(throws: Failure.self, comment) {
        try await vault.secrets(of: "crm")
      }
      codes.insert(failure?.code ?? "")
      #expect(failure?.description.contains(Self.planted) == false)
      #expect(failure?.message.contains("token") == true)
    }
    for index in sealed.indices {
      var bytes = sealed
      bytes[index] ^= 1 << UInt8(index % 8)
      try await expectRefused(bytes, "byte \(index)")
      try await expectRefused(Array(sealed.prefix(index)), "cut at \(index)")
    }
    try await expectRefused(sealed + [0], "a byte more")
    #expect(codes == ["secrets.form", "secrets.key", "secrets.damaged"])
    try await replaceSealed(shelf, sealed)
    #expect(try await vault.secrets(of: "crm") == ["token": Self.planted])
  }

  @Test func `A sealed value does not open in another place`() async throws {
    let shelf = try await Shelf()
    let vault = vault(shelf)
    for (connection, name) in [("crm", "other"), ("cr", "mtoken"), ("CRM", "token")] {
      try await replaceSealed(shelf, vault.seal("x", connection: connection, name: name))
      let failure = await #expect(throws: Failure.self) { try await vault.secrets(of: "crm") }
      #expect(failure?.code == "secrets.damaged", "\(connection) \(name)")
    }
  }

  @Test func `Under another master key a secret is told to be lost, not damaged`() async throws {
    let shelf = try await Shelf()
    try await vault(shelf).replace(Self.planted, connection: "crm", name: "token")
    let other = String(repeating: "ab", count: 32)
    let failure = await #expect(throws: Failure.self) {
      try await vault(shelf, ["PATCHBAY_MASTER_KEY": other]).secrets(of: "crm")
    }
    #expect(failure?.code == "secrets.key" && failure?.mend.contains("master.key") == true)
    #expect(failure?.description.contains(other) == false)
  }

  @Test func `The master key of the environment seals and opens, and no file is made`() async throws
  {
    let shelf = try await Shelf()
    let key = ["PATCHBAY_MASTER_KEY": String(repeating: "0A", count: 32)]
    try await vault(shelf, key).replace("x", connection: "crm", name: "token")
    #expect(try await vault(shelf, key).secrets(of: "crm") == ["token": "x"])
    #expect(!FileManager.default.fileExists(atPath: self.key(shelf).path))
    let failure = await #expect(throws: Failure.self) { try await shelf.rotate(key) }
    #expect(failure?.code == "secrets.rotate_environment")
  }

  @Test(arguments: [
    "", "xyz", String(repeating: "g", count: 64), String(repeating: "+1", count: 32),
    String(repeating: "0", count: 62), String(repeating: "0", count: 66),
  ])
  func `A master key that is none is refused without showing it`(text: String) async throws {
    let shelf = try await Shelf()
    let failure = await #expect(throws: Failure.self) {
      try await vault(shelf, ["PATCHBAY_MASTER_KEY": text]).seal("x", connection: "c", name: "n")
    }
    #expect(failure?.code == "secrets.master_key")
    #expect(text.isEmpty || failure?.description.contains(text) == false)
    try Data(text.utf8).write(to: key(shelf))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key(shelf).path)
    let other = await #expect(throws: Failure.self) {
      try await vault(shelf).seal("x", connection: "c", name: "n")
    }
    #expect(other?.code == "secrets.master_key" && other?.message.contains("master.key") == true)
    #expect(text.isEmpty || other?.description.contains(text) == false)
  }

  @Test(arguments: [0o640, 0o604, 0o660, 0o620, 0o644, 0o601, 0o777])
  func `A key file that others may touch is refused`(mode: Int) async throws {
    let shelf = try await Shelf()
    try await vault(shelf).replace("x", connection: "crm", name: "token")
    func set(_ mode: Int) throws {
      try FileManager.default.setAttributes(
        [.posixPermissions: mode], ofItemAtPath: key(shelf).path)
    }
    try set(mode)
    let failure = await #expect(throws: Failure.self) { try await vault(shelf).secrets(of: "crm") }
    #expect(failure?.code == "secrets.master_key" && failure?.kind == .permission)
    #expect(failure?.message.contains(String(mode, radix: 8)) == true)
    #expect(failure?.mend.contains("chmod 600") == true)
    try set(0o400)
    #expect(try await vault(shelf).secrets(of: "crm") == ["token": "x"])
  }

  @Test func `A key file that is a link is not followed`() async throws {
    let shelf = try await Shelf()
    try await vault(shelf).replace("x", connection: "crm", name: "token")
    try FileManager.default.moveItem(at: key(shelf), to: key(shelf, ".elsewhere"))
    try FileManager.default.createSymbolicLink(
      at: key(shelf), withDestinationURL: key(shelf, ".elsewhere"))
    let failure = await #expect(throws: Failure.self) { try await vault(shelf).secrets(of: "crm") }
    #expect(failure?.code == "secrets.master_key")
  }

  @Test func `The planted secret and the keys are nowhere in the bytes of the files`() async throws
  {
    let shelf = try await Shelf()
    let vault = vault(shelf)
    try await vault.replace(Self.planted, connection: "crm", name: "token")
    try await vault.replace("another", connection: "crm", name: "other")
    _ = try await shelf.rotate()
    let keyText = try String(contentsOf: key(shelf), encoding: .utf8).trimmingCharacters(
      in: .whitespacesAndNewlines)
    let keyBytes = try #require(try MasterKey.read(key(shelf).path))
    let needles = [
      Data(Self.planted.utf8), Data(Self.planted.utf8).base64EncodedData(),
      Data(Hex.encode(Array(Self.planted.utf8)).utf8), Data(keyText.utf8), Data(keyBytes),
    ]
    let names = try FileManager.default.contentsOfDirectory(atPath: shelf.folder.path)
    #expect(names.contains("hub.db") && names.contains("hub.db-wal"))
    for name in names {
      let data = try Data(contentsOf: URL(fileURLWithPath: shelf.folder.path + "/" + name))
      for (index, needle) in needles.enumerated() where name != "master.key" {
        #expect(data.range(of: needle) == nil, "needle \(index) is in \(name)")
      }
      #expect(data.range(of: needles[0]) == nil)
    }
  }

  @Test func `Nothing is sealed beside what another master key sealed, and no key is made`()
    async throws
  {
    let shelf = try await Shelf()
    try await vault(shelf).replace("x", connection: "crm", name: "token")
    let other = ["PATCHBAY_MASTER_KEY": String(repeating: "0A", count: 32)]
    let failure = await #expect(throws: Failure.self) {
      try await vault(shelf, other).replace("y", connection: "crm", name: "second")
    }
    #expect(failure?.code == "secrets.key")
    await #expect(throws: Failure.self) { try await vault(shelf, other).key("ledger.seal") }
    try FileManager.default.removeItem(at: key(shelf))
    let gone = await #expect(throws: Failure.self) {
      try await vault(shelf).replace("y", connection: "crm", name: "second")
    }
    #expect(gone?.code == "secrets.master_key" && gone?.mend.contains("backup") == true)
    #expect(!FileManager.default.fileExists(atPath: key(shelf).path))
  }

  @Test func `A key of the hub stays the same, for everyone and after a rotation`() async throws {
    let shelf = try await Shelf()
    let once = try await vault(shelf).key("blobs")
    #expect(once.count == 32)
    #expect(try await vault(shelf).key("blobs") == once)
    #expect(try await vault(shelf).key("other") != once)
    _ = try await shelf.rotate()
    #expect(try await vault(shelf).key("blobs") == once)
    #expect(try await vault(shelf).key("old", adopting: [1, 2, 3]) == [1, 2, 3])
  }
}
