internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayHost
internal import PatchbayMarketplace
internal import PatchbaySDKTesting
internal import PatchbayTerminal
internal import Synchronization

/// A pack must keep the rules of the kit.
func publishingRules(_ context: Context) -> PublishingRules {
  let tried = Mutex<Set<String>>([])
  var rules = PublishingRules { (library, fixtures) throws(Failure) in
    // Who has all keys is publisher and registry at once, and need not try the same twice.
    let parts = try ([library] + fixtures).map { path throws(Failure) in
      Hex.encode(Digest.sha256(try FileBytes.read(path, limit: 400 << 20)))
    }
    let key = parts.joined()
    if tried.withLock({ $0.contains(key) }) { return }
    let transcripts = try fixtures.map { path throws(Failure) in try Transcript(reading: path) }
    let report = try Kit(library, transcripts: transcripts).run()
    if report.failures.isEmpty { return tried.withLock { _ = $0.insert(key) } }
    let broken = report.failures.map { entry -> String in
      if case .failed(let why) = entry.verdict { return "\(entry.rule.id): \(why)" }
      return entry.rule.id
    }
    throw Failure(
      .permission, "market.kit", "the plugin breaks rules: \(broken.joined(separator: "; "))",
      mend: "patchbay plugin test shows them all")
  }
  rules.allowsLookAlikes = context.invocation.flag("allow-look-alike")
  rules.replaces = context.invocation.flag("replace")
  return rules
}
