package import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayHost

/// What was found out about the log of releases.
package struct LogReport: Sendable {
  package let head: LogHead
  /// Installed versions, as “NAME VERSION”, whose releases are proven to be in it.
  package let proven: [String]
  /// Those that are not, and why.
  package let unproven: [(name: String, failure: Failure)]
  /// How it goes with the head of another hub.
  package let comparison: LogComparison?
}

extension Market {
  /// Looks at the marketplace, and proves that each installed release is in its log, as everybody
  /// else sees it who has the same head. Throws `market.no_log` where it keeps none, and
  /// `market.fork` where it does not go on from what was seen before.
  package func log(comparing other: LogHead? = nil) async throws(Failure) -> LogReport {
    try await visit { (visit) async throws(Failure) in
      guard let head = visit.lists.log else { throw Failure.noLog }
      var proven: [String] = []
      var unproven: [(name: String, failure: Failure)] = []
      for plugin in try store().lock.plugins {
        for version in plugin.versions {
          let name = "\(plugin.name) \(version.version)"
          do throws(Failure) {
            try await visit.check(
              LogEntry(plugin.name, version.version, sha256: version.release),
              of: plugin.name, version.version)
            proven.append(name)
          } catch {
            if error.code != "market.unlogged" { throw error }
            unproven.append((name, error))
          }
        }
      }
      return LogReport(
        head: head, proven: proven, unproven: unproven,
        comparison: try await compared(other, visit))
    }
  }

  private func compared(_ other: LogHead?, _ visit: MarketVisit) async throws(Failure)
    -> LogComparison?
  {
    guard let other else { return nil }
    return try await visit.compare(other)
  }

  /// Forgets what was seen of the log, and that it was broken: the next look begins with what there
  /// is then.
  package func forgetLog() async throws(Failure) {
    try await locked { () async throws(Failure) in
      if let trust = TrustFolder("\(folder)/trust") {
        FileBytes.removeTree("\(trust.current)/\(LogHead.path)")
      }
      LogFork.forget(folder)
    }
  }
}

extension Failure {
  static let noLog = Failure(
    .permission, "market.no_log", "the marketplace keeps no log of its releases",
    mend: "let its owner begin one, with the keys of registry and targets: "
      + "patchbay market sign REPOSITORY --keys KEYS")
}
