internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMessages

extension KitRule {
  /// The C library of the oldest system that plugins should run on (Debian 12).
  static let oldestLibc = LibcVersion(2, 36)

  static let file: [KitRule] = [
    KitRule("file.sound", "one self-contained library with one export and a sound manifest") {
      bench in
      _ = try bench.file()
      return .passed
    },
    KitRule("file.libc", "nothing newer than the C library of the oldest system, \(oldestLibc)") {
      bench in
      guard let libc = try bench.file().libc, libc > oldestLibc else { return .passed }
      return .failed(
        "it needs the C library \(libc): build it on a system that has \(oldestLibc), or link less")
    },
    KitRule("file.explained", "the manifest says what it, its streams, settings and secrets are") {
      bench in
      let manifest = try bench.file().manifest
      var silent = isBlank(manifest.about) ? ["about"] : []
      silent += manifest.streams.filter { isBlank($0.about) }.map { "streams/\($0.name)" }
      silent += manifest.settings.filter { isBlank($0.about) }.map { "settings/\($0.name)" }
      silent += manifest.secrets.filter { isBlank($0.about) }.map { "secrets/\($0.name)" }
      if silent.isEmpty { return .passed }
      return .failed("an admin reads these lines, and they are empty: \(silent)")
    },
  ]

  private static func isBlank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }

  static let talk: [KitRule] = [
    KitRule("talk.loads", "loads and opens a session where nothing but computing is allowed") {
      bench in
      try bench.plugin().probe()
      return .passed
    },
    KitRule("talk.answered", "asks only for what its transcripts answer, and comes to an end") {
      bench in
      if bench.vendors.isEmpty { return KitBench.noTranscript }
      for (index, vendor) in bench.vendors.enumerated() {
        let talk = try KitTalk(bench.plugin(), vendor)
        let flaw: String? =
          switch talk.end {
          case .stuck: "it waits for nothing, and is not done"
          case .broken: "it comes to no end"
          case .foreign(let question):
            "the transcript has no answer to \(question.prefix(300)): record a new one"
          case .error where vendor.wasDone:
            "it ends with an error, and not as the transcript: \(talk.last?.head.text ?? "")"
          default: nil
          }
        if let flaw { return .failed("session \(index + 1): \(flaw)") }
      }
      return .passed
    },
    KitRule(
      "talk.conduct", "keeps the contract: correlations, checkpoints, kinds, offered features"
    ) {
      bench in
      try bench.each { vendor, talk in
        let problems = Self.problems(talk)
        return problems.isEmpty ? .passed : .failed(problems.prefix(3).joined(separator: "; "))
      }
    },
    KitRule("talk.requires", "uses only features that its manifest requires, or that are offered") {
      bench in
      let requires = try bench.file().manifest.requires
      return try bench.each { vendor, _ in
        var changes = KitChanges()
        changes.input = { message in
          guard message.kind == .open, var head = message.head.object else { return message }
          var message = message
          head["features"] = .array(requires.map { .string($0) })
          message.head = .object(head)
          return message
        }
        let talk = try KitTalk(bench.plugin(), vendor, changes)
        let missing = Self.problems(talk).filter { $0.contains("does not offer") }
        guard let first = missing.first else { return .passed }
        return .failed("\(first): name it under “requires”, or do without it")
      }
    },
    KitRule("talk.hosts", "asks only the hosts of its manifest") { bench in
      let manifest = try bench.file().manifest
      return try bench.each { _, talk in
        for message in talk.all where message.kind == .httpRequest {
          let url = message.head["url"]?.string ?? "{handle}"
          if url.hasPrefix("{") || url.hasPrefix("/") { continue }
          let rest = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).last
          let host = rest?.prefix { $0 != "/" && $0 != ":" && $0 != "?" } ?? ""
          let isKnown = manifest.hosts.contains {
            host == $0 || $0.hasPrefix("*.") && host.hasSuffix($0.dropFirst())
          }
          if !isKnown { return .failed("\(host) is not among the manifest's hosts") }
        }
        return .passed
      }
    },
    KitRule("talk.headers", "sets no header that belongs to the transport or to the credential") {
      bench in
      let manifest = try bench.file().manifest
      return try bench.each { _, talk in
        let problem = talk.all.lazy.filter { $0.kind == .httpRequest }
          .compactMap { SentRequest(message: $0).headerProblem(manifest) }.first
        return problem.map { .failed($0) } ?? .passed
      }
    },
  ]

  /// What `Conduct` has to say about a talk.
  private static func problems(_ talk: KitTalk) -> [String] {
    var conduct = Conduct()
    for (index, pair) in zip(talk.heard, talk.said).enumerated() {
      conduct.take(pair.0, isToPlugin: true, place: "step \(index + 1)")
      for message in pair.1 {
        conduct.take(message, isToPlugin: false, place: "step \(index + 1)")
      }
    }
    if talk.end == .done || talk.end == .error { conduct.end() }
    return conduct.problems
  }
}
