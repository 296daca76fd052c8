internal import CWorker
package import PatchbayCore

/// How far a plugin is trusted. The tier decides where its code runs; the plugin does not notice.
package enum Tier: String, Sendable, CaseIterable, Comparable {
  /// Part of the hub: in its process.
  case core
  /// Somebody else's, signed: in a worker.
  case verified
  /// Anybody's: in a worker.
  case community

  /// A tier that trusts less is less.
  package static func < (one: Tier, other: Tier) -> Bool {
    allCases.firstIndex(of: one) ?? 0 > allCases.firstIndex(of: other) ?? 0
  }

  package var isolation: Isolation { self == .core ? .process : .worker }
}

extension Isolation {
  /// Why this system cannot keep a plugin apart, or `nil`.
  package static var obstacle: Failure? {
    var lacks: [String] = []
    if sandbox_landlock_version() == 0 { lacks.append("Landlock") }
    if sandbox_has_filter() == 0 { lacks.append("seccomp filters") }
    if lacks.isEmpty { return nil }
    return Failure(
      .unsupported, "worker.kernel",
      "this kernel lacks \(lacks.joined(separator: " and ")): plugins cannot be kept apart",
      mend: "use Linux 5.13 or later with both switched on, or, for a plugin that you trust as you "
        + "trust this program: patchbay plugin trust ID core")
  }
}
