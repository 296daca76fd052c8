package import PatchbayCore

/// Leases as locks on files of one folder, for the processes of one machine.
package struct FileLeases: LeaseStore {
  private let folder: String

  /// Makes the folder where there is none.
  package init(folder: String) throws(Failure) {
    try FileBytes.makeFolder(folder)
    self.folder = folder
  }

  private func path(_ name: String) -> String { "\(folder)/\(name).lock" }

  package func tryLease(_ name: String) throws(Failure) -> (any Lease)? {
    try FileLock.tryTake(path(name))
  }

  package func lease(_ name: String) async throws(Failure) -> any Lease {
    try await FileLock.take(path(name))
  }

  package func isLeased(_ name: String) -> Bool { FileLock.isHeld(path(name)) }

  package func forgetLease(_ name: String) { FileLock.removeLeftover(path(name)) }
}

extension FileLock: Lease {
  package func endForGood() { removeFile() }
}
