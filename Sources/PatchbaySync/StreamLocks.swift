internal import PatchbayCore
internal import PatchbayStore

/// Locks on streams of a connection, one process at a time: whoever syncs, or changes what a sync
/// relies on. They are given up with the last reference.
struct StreamLocks: Sendable {
  private let locks: [FileLock]

  /// Takes them all, or none. Throws `busy(stream)` where one is held.
  init(
    _ streams: some Sequence<String>, of connection: String, in folder: String,
    busy: (String) -> Failure
  ) throws(Failure) {
    var locks: [FileLock] = []
    for stream in Set(streams).sorted() {
      guard let lock = try FileLock.tryTake("\(folder)/locks/\(connection).\(stream).lock") else {
        throw busy(stream)
      }
      locks.append(lock)
    }
    self.locks = locks
  }

  /// Takes their files away, where there will be no such streams any more.
  func removeFiles() { for lock in locks { lock.removeFile() } }
}
