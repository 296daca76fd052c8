package import PatchbayHost

/// All that somebody is shown of a version before it is agreed to: an admin before it is installed,
/// the registry before it is countersigned.
package struct Disclosure: Sendable {
  package let release: Release
  /// The packs that it is about: that for this machine, or all.
  package let artifacts: [Release.Artifact]
  package let publisher: Policy.Publisher?
  /// As the registry says.
  package let tier: Tier
  /// The platform's part of what it costs, in parts per million.
  package let platformPPM: Int64
  /// The version that it is compared with, if any.
  package let before: String?
  /// What it may do, or costs, beyond that.
  package let wider: [String]
  package let dearer: [String]
  /// Names that it could be taken for.
  package let lookAlikes: [LookAlike]
  /// Libraries of the system that it asks for.
  package let libraries: [String]
}

extension Candidate {
  package var disclosure: Disclosure {
    Disclosure(
      release: release, artifacts: [artifact], publisher: publisher, tier: tier,
      platformPPM: platformPPM, before: current?.version, wider: wider, dearer: dearer,
      lookAlikes: lookAlikes, libraries: libraries)
  }
}
