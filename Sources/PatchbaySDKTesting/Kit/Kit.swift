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

  /// The files of transcripts in the folder Fixtures of a plugin's folder, by their paths in that,
  /// sorted.
  package static func fixtures(in folder: String) -> [String] {
    FileBytes.names(in: "\(folder)/Fixtures").filter { $0.hasSuffix(".ndjson") }
      .map { "Fixtures/\($0)" }
  }

  /// Those that belong to a plugin's file: they lie beside it, or beside the folder that it is in.
  package static func fixtures(of path: String) -> [String] {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    for place in [folder, "\(folder)/.."] {
      let files = fixtures(in: place)
      if !files.isEmpty { return files.map { "\(place)/\($0)" } }
    }
    return []
  }

  /// Looks at all rules, or at those named. `tell` is given each verdict as it is known. The first
  /// rules decide whether there is a plugin to talk to at all; where one of them fails, the rest is
  /// left out, as it is where `goesOn`, asked before each rule, says no.
  public func run(
    only: [String] = [], tell: (KitReport.Entry) -> Void = { _ in },
    goesOn: (KitRule) -> Bool = { _ in true }
  ) throws(Failure) -> KitReport {
    let rules = try KitRule.named(only)
    let bench = KitBench(path, transcripts)
    var report = KitReport(plugin: path)
    for rule in rules {
      if !goesOn(rule) { break }
      let startMS = Time.monotonicMS()
      let verdict = Self.verdict(rule, bench)
      let entry = KitReport.Entry(
        rule: rule, verdict: verdict, milliseconds: Time.monotonicMS() - startMS)
      report.entries.append(entry)
      tell(entry)
      if case .failed = verdict, rule.isFirst { break }
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
