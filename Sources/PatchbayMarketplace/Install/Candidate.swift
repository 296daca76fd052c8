package import PatchbayCore
package import PatchbayHost

/// A version that could be installed: verified, unpacked in memory, and compared with what is
/// there. Nothing is changed until it is given to ``Market/install(_:)``.
package struct Candidate: Sendable {
  package let release: Release
  package let artifact: Release.Artifact
  package let tier: Tier
  /// The platform's part of what it costs, in parts per million.
  package let platformPPM: Int64
  package let publisher: Policy.Publisher?
  /// The version in use, if any.
  package let current: Lock.Version?
  /// What it may do, or costs, beyond what was accepted; empty for what is new here.
  package let wider: [String]
  package let dearer: [String]
  /// Names that it could be taken for.
  package let lookAlikes: [LookAlike]
  /// Libraries of the system that it asks for. What they are used for, the worker's walls decide.
  package let libraries: [String]
  package let isPinned: Bool
  /// Whether the store has it, and every file of it is as it was signed.
  let isWhole: Bool
  let releaseBytes: [UInt8]
  let pack: Pack

  /// Whether it is in use already, byte by byte and with the same tier.
  package var isCurrent: Bool {
    current?.pack == artifact.sha256 && current?.tier == tier && isWhole
  }
}

/// What an admin asks for.
package struct InstallRequest: Sendable {
  /// An id, or a whole name.
  package let name: String
  /// One version, which upgrades then pass by; `nil` for the newest that runs here.
  package let version: String?
  /// The pack that it must be, where a lock file of another hub says so.
  package var pack: String?
  /// Whether upgrades pass it by; `nil`: as is usual.
  package var isPinned: Bool?

  /// Reads ID, NAMESPACE/ID, and either with @VERSION.
  package init(_ text: String) throws(Failure) {
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    name = String(parts[0])
    version = parts.count == 2 ? String(parts[1]) : nil
    if name.isEmpty || version.map({ SemanticVersion($0) == nil }) ?? false {
      throw Failure(
        .config, "usage.plugin", "“\(text)” names no plugin",
        mend: "write ID, NAMESPACE/ID, or ID@VERSION, as in acme@1.4.2")
    }
  }

  init(name: String, version: String?, pack: String? = nil, isPinned: Bool? = nil) {
    (self.name, self.version, self.pack, self.isPinned) = (name, version, pack, isPinned)
  }
}
