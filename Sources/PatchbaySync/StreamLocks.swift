internal import PatchbayCore
internal import PatchbayStore

/// Locks on streams of a connection, one process at a time: whoever syncs, or changes what a sync
/// relies on. They are given up with the last reference.
struct StreamLocks: Sendable {
  private let leases: [any Lease]

  /// Takes them all, or none. Throws `busy(stream)` where one is held.
  init(
    _ streams: some Sequence<String>, of connection: String, in store: any LeaseStore,
    busy: (String) -> Failure
  ) throws(Failure) {
    var leases: [any Lease] = []
    for stream in Set(streams).sorted() {
      guard let lease = try store.tryLease("\(connection).\(stream)") else { throw busy(stream) }
      leases.append(lease)
    }
    self.leases = leases
  }

  /// Takes their files away, where there will be no such streams any more.
  func removeFiles() { for lease in leases { lease.endForGood() } }
}
