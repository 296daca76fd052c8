import PatchbayStore
import StoreCompat
import Testing

/// The embedded store does what every engine of the store does.
@Suite struct SQLiteCompatTests {
  private static let compat = StoreCompat {
    let folder = try DataFolder()
    let hub = try SQLiteHub(folder: folder.path)
    let leases = try FileLeases(folder: folder.path + "/leases")
    return StoreCompat.Engine(hub: hub, leases: leases) { organisation in
      try SQLiteStore(folder: folder.path, organisation: organisation)
    }
  }

  @Test(arguments: StoreCompat.checks)
  func `The embedded store passes`(check: StoreCompat.Check) async throws {
    try await Self.compat.run(check)
  }
}
