package import PatchbayCore
internal import PatchbayHost

/// Builds a plugin, tests it and does its transcripts again, each time that its source is saved.
///
/// A build is tested from a copy under its hash, in workers that have its bytes in memory: whatever
/// the next build does to the file, nothing that runs notices. The last good plugin is kept.
package final class PluginDev {
  private let folder: DevFolder
  private let filter: SourceFilter
  private let rules: [KitRule]
  private let stop: StopSwitch
  private let tell: (DevEvent) -> Void
  private var number = 0

  /// Builds in a row that nobody asked for but files that changed meanwhile.
  static let loopLimit = 8
  private static let tickMS: Int32 = 1000

  /// - Parameters:
  ///   - ignored: names and paths in the folder that are not source, besides the usual ones.
  ///   - rules: ids of the kit's rules to try; all where there are none.
  ///   - tell: is given all that happens, in order.
  package init(
    _ folder: DevFolder, ignoring ignored: [String] = [], rules: [String] = [],
    stop: StopSwitch, tell: @escaping (DevEvent) -> Void
  ) throws(Failure) {
    self.folder = folder
    self.rules = try KitRule.named(rules)
    self.stop = stop
    self.tell = tell
    filter = SourceFilter(ignoring: ignored)
  }

  /// One round; `nil` when it was stopped.
  package func once() -> DevRound? {
    tell(.begun(folder: folder.path, command: folder.build.line))
    return round()
  }

  /// A round now and after each save, until it is stopped.
  package func run() throws(Failure) {
    // Watched from before anything is read: what is saved from here on is seen.
    let watch = try FolderWatch(folder.path, filter)
    var known = SourceSnapshot(of: folder.path, filter)
    var builds: (files: [String], count: Int) = ([], 0)
    guard once() != nil else { return }
    while true {
      // What was saved during the round.
      var early = try watch.take()
      if early != nil, builds.count >= Self.loopLimit {
        tell(.looping(builds.files, builds: builds.count))
        early = nil
      }
      let isEarly = early != nil
      guard let (files, snapshot) = try change(watch, early, known) else { return }
      known = snapshot
      builds = isEarly ? (files, builds.files == files ? builds.count + 1 : 1) : ([], 0)
      tell(.changed(files))
      guard round() != nil else { return }
    }
  }

  /// Waits until the source differs from what is known. Returns what differs, or nothing where
  /// anything may, and how it is now; `nil` when it was stopped.
  private func change(
    _ watch: FolderWatch, _ before: FolderWatch.Change?, _ known: SourceSnapshot
  ) throws(Failure) -> ([String], SourceSnapshot)? {
    var before = before
    var isFirst = true
    while true {
      let news = try watch.next(stop, before: before, tickMS: Self.tickMS) {
        tell(.waiting(isFirst: isFirst))
        isFirst = false
      }
      guard let news else { return nil }
      before = nil
      let now = SourceSnapshot(of: folder.path, filter, after: known)
      let files = now.changes(since: known)
      if news == .everything { return ([], now) }
      if !files.isEmpty { return (files, now) }
    }
  }

  private func round() -> DevRound? {
    number += 1
    var round = DevRound(number: number)
    let startMS = Time.monotonicMS()
    do throws(Failure) {
      try build(&round)
    } catch {
      round.failures.append(error.code)
      tell(.failed(error))
    }
    if stop.isSet { return nil }
    round.good = folder.lastGood()
    round.milliseconds = Time.monotonicMS() - startMS
    tell(.ended(round))
    return round
  }

  private func build(_ round: inout DevRound) throws(Failure) {
    let manifest = try folder.manifest()
    guard let outcome = try folder.build.run(stop, tick: { tell(.building(line: $0)) }) else {
      return
    }
    tell(.built(outcome))
    if !outcome.hasPassed {
      round.failures.append("build")
      return
    }
    let plugin = try folder.take(manifest)
    round.plugin = plugin
    let test = DevTest(folder: folder.path, plugin: plugin, rules: rules.map(\.id))
    let work = DevWork { tell throws(Failure) in try test.run(tell) }
    guard let result = try work.wait(stop, tell: tell) else { return }
    (round.rules, round.transcripts) = (result.rules, result.transcripts)
    round.failures += result.failures
    if round.hasPassed { try folder.keep(plugin) }
  }
}

/// The kit's rules and the transcripts of a folder, tried with what a build made.
private struct DevTest: Sendable {
  let folder: String
  let plugin: DevPlugin
  /// Ids of rules.
  let rules: [String]

  struct Result: Sendable {
    var rules = 0
    var transcripts = 0
    /// Ids of rules, and paths of transcripts.
    var failures: [String] = []
  }

  func run(_ tell: (DevEvent) -> Void) throws(Failure) -> Result {
    var result = Result()
    var transcripts: [(name: String, transcript: Transcript)] = []
    for name in Kit.fixtures(in: folder) {
      transcripts.append((name, try Transcript(reading: "\(folder)/\(name)")))
    }
    let total = rules.count + transcripts.count
    let kit = Kit(plugin.path, transcripts: transcripts.map(\.transcript))
    let report = try kit.run(
      only: rules,
      tell: {
        result.rules += 1
        tell(.rule($0))
      },
      goesOn: {
        tell(.testing($0.id, done: result.rules, total: total))
        return true
      })
    result.failures = report.failures.map(\.rule.id)
    if report.failures.contains(where: \.rule.isFirst) { return result }
    let loaded = try LoadedPlugin.alone(PluginFile(reading: plugin.path))
    for (name, transcript) in transcripts {
      tell(.testing(name, done: result.rules + result.transcripts, total: total))
      let replay = Replay(transcript)
      let difference = try replay.run(loaded)
      result.transcripts += 1
      if difference != nil { result.failures.append(name) }
      tell(.replayed(name, steps: replay.steps, difference))
    }
    return result
  }
}
