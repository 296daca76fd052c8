package import PatchbayCore
internal import Synchronization

/// What a folder of trusted metadata says, without network and whatever the date: signatures,
/// versions and hashes are checked from the root on.
///
/// Any thread may use it; a role that was read once is not read again.
package final class TUFTrust: Sendable {
  private let folder: MetadataFolder
  private let known: Mutex<TrustedMetadata>
  /// When the first of root, timestamp, snapshot and targets expires, or did.
  package let expiresMS: Int64

  /// Throws where anything of these four is missing or does not hold.
  package init(_ folder: String) throws(Failure) {
    let folder = MetadataFolder(folder)
    var trusted = try TrustedMetadata(root: folder.trustedRoot(), nowMS: .min)
    _ = try trusted.update(
      timestamp: folder.read("timestamp", limit: TrustedMetadata.Limit.timestamp))
    let timestamp = try trusted.checkedTimestamp()
    let limit = TrustedMetadata.limit(timestamp.snapshot, TrustedMetadata.Limit.snapshot)
    try trusted.update(snapshot: folder.read("snapshot", limit: limit))
    let targets = try Self.load("targets", trusted.root[.targets], folder, &trusted)
    expiresMS = min(
      trusted.root.expiresMS, timestamp.expiresMS, trusted.snapshot?.expiresMS ?? .min,
      targets.expiresMS)
    self.folder = folder
    known = Mutex(trusted)
  }

  /// Who describes a target, and how; `nil` if nobody does who may. Throws where a role that must
  /// be asked is not in the folder: it comes there when a client looks for what it describes.
  package func find(_ path: String) throws(Failure) -> (target: TargetFile, role: String)? {
    try known.withLock { (trusted) throws(Failure) in
      var search = DelegationSearch(path, root: trusted.root)
      while let visit = try search.next() {
        let metadata = try Self.load(visit.role, visit.keys, folder, &trusted)
        if let target = search.look(into: metadata) { return (target, visit.role) }
      }
      return nil
    }
  }

  /// What a role says that was asked for a target before: see ``TUFClient/known(_:)``.
  package func known(_ role: String) -> TargetsMetadata? { known.withLock { $0.known(role) } }

  private static func load(
    _ role: String, _ keys: RoleKeys, _ folder: MetadataFolder, _ trusted: inout TrustedMetadata
  ) throws(Failure) -> TargetsMetadata {
    if let known = try trusted.targets(of: role, keys) { return known }
    let limit = TrustedMetadata.limit(
      try trusted.file(of: role), TrustedMetadata.Limit.targets)
    return try trusted.update(targets: folder.read(role, limit: limit), of: role, keys)
  }
}
