internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMessages

/// What the rules have in their hands: the file, the plugin, and talks to have with it.
final class KitBench: @unchecked Sendable {
  // @unchecked: rules are looked at one after the other.
  let path: String
  let vendors: [KitVendor]
  private var loaded: LoadedPlugin?

  /// Sessions of a transcript that are looked at.
  private static let sessionLimit = 16

  init(_ path: String, _ transcripts: [Transcript]) {
    self.path = path
    let sessions = transcripts.flatMap { $0.conversations }
    vendors = sessions.compactMap { KitVendor($0.steps.map(\.step)) }.prefix(Self.sessionLimit)
      .map { $0 }
  }

  func file() throws(Failure) -> PluginFile { try PluginFile(reading: path) }

  /// The plugin, in a worker that the rules share.
  func plugin() throws(Failure) -> LoadedPlugin {
    if let loaded { return loaded }
    let plugin = try LoadedPlugin.alone(file())
    loaded = plugin
    return plugin
  }

  static let noTranscript = KitReport.Verdict.skipped(
    "give a transcript: patchbay sync run … --transcript FILE, then --transcript FILE here")

  /// Looks at each talk that came to a good end, with its vendor. The first complaint counts.
  func each(
    _ why: String = "no session of the transcripts has anything to look at",
    _ look: (KitVendor, KitTalk) throws -> KitReport.Verdict?
  ) throws -> KitReport.Verdict {
    if vendors.isEmpty { return Self.noTranscript }
    var hasLooked = false
    for (index, vendor) in vendors.enumerated() {
      let talk = try KitTalk(plugin(), vendor)
      // Another rule complains about these.
      guard talk.end == .done || talk.end == .error else { continue }
      switch try look(vendor, talk) {
      case .failed(let text): return .failed("session \(index + 1): \(text)")
      case .passed: hasLooked = true
      case .skipped, nil: continue
      }
    }
    return hasLooked ? .passed : .skipped(why)
  }
}
