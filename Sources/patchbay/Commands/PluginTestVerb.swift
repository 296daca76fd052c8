internal import Glibc
internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbaySDKTesting
internal import PatchbayTerminal

enum PluginTestVerb: Verb {
  static let command = Command(
    ["plugin", "test"], summary: "Try a plugin's file by the rules that every plugin keeps.",
    discussion: """
      For a plugin in any language. It runs in workers, no vendor is asked, and nothing is stored.
      Most rules are tried with conversations: transcripts that “sync run --transcript” wrote. Those
      in a folder Fixtures beside the file, or beside the file's folder, are found by themselves.

      Examples:
        patchbay plugin test acme.so
        patchbay plugin test acme.so --transcript run.ndjson --junit report.xml
        patchbay plugin test acme.so --rule end.state
      """,
    options: [
      Option(
        "transcript", valueName: "FILE", isRepeated: true,
        about: "a conversation with the plugin", completion: .files),
      Option(
        "rule", valueName: "ID", isRepeated: true, about: "only this rule",
        completion: .choices(KitRule.all.map(\.id))),
      Option(
        "junit", valueName: "FILE", about: "also write a report for build servers (JUnit's XML)",
        completion: .files),
    ],
    arguments: [Argument("FILE.so", about: "the plugin's file", completion: .files)])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let path = context.argument(0)
    var transcripts: [Transcript] = []
    let named = context.invocation.values("transcript")
    for file in named.isEmpty ? Kit.fixtures(of: path) : named {
      transcripts.append(try Transcript(reading: file))
    }
    let kit = Kit(path, transcripts: transcripts)
    let report = try kit.run(only: context.invocation.values("rule")) { show($0, context) }
    if let file = context.invocation.value("junit") {
      try FileBytes.replace(file, with: Array(report.junit.utf8))
    }
    if context.wantsJSON { context.print(report.json) }
    let failed = report.failures.count
    let skipped = report.entries.count { if case .skipped = $0.verdict { true } else { false } }
    context.say("")
    context.say(
      failed == 0
        ? "\(path) keeps all \(report.entries.count - skipped) rules that could be tried"
          + (skipped == 0 ? "." : "; \(skipped) had nothing to look at.")
        : "\(path) breaks \(failed) of \(report.entries.count) rules.")
    return failed == 0 ? 0 : 1
  }

  private static func show(_ entry: KitReport.Entry, _ context: Context) {
    let id = entry.rule.id.padded(to: 16)
    switch entry.verdict {
    case .passed: context.say("ok    \(id) \(entry.rule.about)")
    case .skipped(let why): context.say("-     \(id) \(visible(why))")
    case .failed(let why):
      context.say("FAIL  \(id) \(entry.rule.about)")
      context.say("      \("".padded(to: 16)) \(visible(why))")
    }
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
