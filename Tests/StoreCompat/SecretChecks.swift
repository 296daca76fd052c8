import PatchbayCore
import PatchbayStore
import Testing

extension StoreCompat.Check {
  static let secrets: [Self] = [
    .init("A secret without its connection is not stored, nor those that came with it", orphan),
    .init("Sealed bytes come back as they are, and are replaced by name", bytes),
    .init("A secret of another organisation is refused", foreignSecret),
  ]

  static let keys: [Self] = [
    .init("The first key of a name is kept, whoever comes later", firstKey),
    .init("Any sealed value is one that there is", anyValue),
  ]

  private static func secret(_ connection: String, _ name: String, _ sealed: [UInt8])
    -> SealedSecret
  {
    SealedSecret(organisation: .standard, connection: connection, name: name, sealed: sealed)
  }

  private static func orphan(_ shelf: Shelf) async throws {
    let store = shelf.store
    _ = await shelf.code {
      try await store.replaceSealedSecrets([
        secret("crm", "a", [1]), secret("nobody", "b", [2]),
      ])
    }
    #expect(try await store.allSealedSecrets().isEmpty)
    // A store that refused something goes on.
    try await store.replaceSealedSecrets([secret("crm", "a", [1])])
    #expect(try await store.sealedSecrets(of: "crm") == ["a": [1]])
  }

  private static func bytes(_ shelf: Shelf) async throws {
    let (store, all) = (shelf.store, Array(UInt8.min...UInt8.max))
    try await store.replaceSealedSecrets([
      secret("crm", "every", all), secret("crm", "none", []), secret("crm", "é'\"", [0]),
    ])
    #expect(
      try await store.sealedSecrets(of: "crm") == ["every": all, "none": [], "é'\"": [0]])
    try await store.replaceSealedSecrets([secret("crm", "every", [7])])
    #expect(try await store.sealedSecrets(of: "crm")["every"] == [7])
    #expect(try await store.allSealedSecrets().count == 3)
    #expect(try await store.sealedSecrets(of: "nobody").isEmpty)
  }

  private static func foreignSecret(_ shelf: Shelf) async throws {
    let other = try await shelf.organisation("acme")
    let foreign = SealedSecret(
      organisation: other.organisation, connection: "crm", name: "a", sealed: [1])
    #expect(
      await shelf.code { try await shelf.store.replaceSealedSecrets([foreign]) }
        == "store.organisation")
    #expect(try await shelf.store.allSealedSecrets().isEmpty)
  }

  private static func firstKey(_ shelf: Shelf) async throws {
    let stores = [shelf.store, try await shelf.another()]
    #expect(try await stores[0].sealedKey("blobs") == nil)
    #expect(try await stores[0].keepKey("blobs", sealed: [1, 0, 2]) == [1, 0, 2])
    for store in stores {
      #expect(try await store.keepKey("blobs", sealed: [9]) == [1, 0, 2])
      #expect(try await store.sealedKey("blobs") == [1, 0, 2])
    }
    #expect(try await stores[1].keepKey("other", sealed: [9]) == [9])
    // Of some that come at once, one is the first.
    let kept = try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for number in 0..<10 {
        group.addTask {
          try await stores[number % 2].keepKey("raced", sealed: [UInt8(number)])
        }
      }
      return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
    }
    #expect(kept.count == 1)
  }

  private static func anyValue(_ shelf: Shelf) async throws {
    #expect(try await shelf.store.anySealedValue() == nil)
    let other = try await shelf.organisation("acme")
    _ = try await other.keepKey("k", sealed: [5])
    #expect(try await shelf.store.anySealedValue() == [5])
    try await shelf.store.replaceSealedSecrets([secret("crm", "a", [6])])
    let found = try await other.anySealedValue()
    #expect(found == [5] || found == [6])
  }
}
