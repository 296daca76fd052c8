public import PatchbayCore
package import PatchbayHost

/// Tests a plugin's file, whatever language it was written in: what is true of every good plugin,
/// tried with the conversations of transcripts. The plugin runs in workers; no vendor is asked.
public struct Kit: Sendable {
  private let path: String
  private let transcripts: [Transcript]

  /// - Parameters:
  ///   - path: the plugin's .so file.
  ///   - transcripts: conversations with the plugin, as `sync run --transcript` writes them.
  package init(_ path: String, transcripts: [Transcript]) {
    self.path = path
    self.transcripts = transcripts
  }

  /// Looks at all rules, or at those named. `tell` is given each verdict as it is known. The first
  /// rules decide whether there is a plugin to talk to at all; where one of them fails, the rest is
  /// left out.
  public func run(
    only: [String] = [], tell: (KitReport.Entry) -> Void = { _ in }
  ) throws(Failure) -> KitReport {
    let known = KitRule.all.map(\.id)
    for name in only where !known.contains(name) {
      throw Failure(
        .config, "usage.rule", "the kit has no rule “\(name)”",
        mend: "its rules: \(known.joined(separator: ", "))")
    }
    let bench = KitBench(path, transcripts)
    var report = KitReport(plugin: path)
    for rule in KitRule.all where only.isEmpty || only.contains(rule.id) {
      let startMS = Time.monotonicMS()
      let verdict = Self.verdict(rule, bench)
      let entry = KitReport.Entry(
        rule: rule, verdict: verdict, milliseconds: Time.monotonicMS() - startMS)
      report.entries.append(entry)
      tell(entry)
      if case .failed = verdict, rule.id.hasPrefix("file.") || rule.id == "talk.loads" { break }
    }
    return report
  }

  private static func verdict(_ rule: KitRule, _ bench: KitBench) -> KitReport.Verdict {
    do {
      return try rule.check(bench)
    } catch let failure as Failure {
      return .failed(failure.description)
    } catch {
      return .failed("\(error)")
    }
  }
}
