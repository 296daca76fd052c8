package import PatchbayCore
internal import PatchbayEgress
internal import PatchbayHost
internal import PatchbayMessages
package import PatchbayJSON
package import PatchbayStore
internal import Synchronization

/// One run over streams of one connection.
package struct SyncRun: Sendable {
  package struct Options: Sendable {
    /// Stream names; empty for the manifest's defaults.
    package var streams: [String] = []
    package var isFull = false
    /// Marks as deleted what a full pass did not see, however much that is.
    package var acceptsDeletions = false
    /// Forgets the state, reads everything anew, and marks as deleted what is not there.
    package var resets = false
    /// A file for what is said to and by the plugin.
    package var transcript: String?

    package init(
      streams: [String] = [], isFull: Bool = false, acceptsDeletions: Bool = false,
      resets: Bool = false, transcript: String? = nil
    ) {
      self.streams = streams
      self.acceptsDeletions = acceptsDeletions
      self.resets = resets
      self.isFull = isFull
      self.transcript = transcript
    }
  }

  package struct Summary: Sendable {
    package let run: String
    package let connection: String
    package let status: String
    package let streams: [StreamReport]
    package let json: JSON

    package var counters: Counters {
      streams.reduce(into: Counters()) { $0 += $1.counters }
    }
  }

  private let hub: Hub
  private let connection: OpenConnection
  private let options: Options
  private let tell: @Sendable (RunEvent) -> Void
  private let staging: StagingBudget
  private let gate: (any SpendGate)?
  private let account: RunAccount
  package var id: RunID { account.id }

  package init(
    hub: Hub, connection: OpenConnection, options: Options, gate: (any SpendGate)? = nil,
    tell: @escaping @Sendable (RunEvent) -> Void
  ) {
    self.hub = hub
    self.connection = connection
    self.options = options
    self.tell = tell
    self.gate = gate
    staging = StagingBudget(limitBytes: connection.limits.stagedBytes)
    account = RunAccount(connection, gate)
  }

  /// Runs to the end. Throws only where the run could not begin; what happens to streams is in the
  /// summary.
  package func execute() async throws(Failure) -> Summary {
    let streams = try chosenStreams()
    let locks = try StreamLocks(
      streams.map(\.name), of: connection.name, in: hub.leases
    ) { stream in
      Failure(
        .conflict, "sync.running", "\(connection.name)/\(stream) is being synced by another run",
        mend: "wait for it, or stop it: patchbay sync list, then patchbay sync cancel RUN")
    }
    // From here on nobody changes it; until here somebody may have.
    guard try await hub.store.connection(connection.name) == connection.stored else {
      throw Failure(
        .conflict, "connection.changed", "\(connection.name) was changed as the run began",
        mend: "run it again")
    }
    guard let alive = try hub.leases.tryLease(Self.aliveLease(id.text)) else {
      throw Failure(.bug, "sync.run_id", "the run's id is taken")
    }
    defer {
      alive.endForGood()
      withExtendedLifetime((locks, alive)) {}
    }
    let startedMS = Time.nowMS()
    var record = RunRecord(
      id: id.text, connection: connection.name, status: "running", startedMS: startedMS,
      finishedMS: nil, summary: .object(JSONObject()))
    try await account.begin(record, hub.store)
    var transcript: RunTranscript?
    if let path = options.transcript { transcript = try RunTranscript(path, connection) }
    let reports = await runAll(streams, transcript)
    try await transcript?.writer.finish()
    record.finishedMS = Time.nowMS()
    record.status = Self.status(of: reports)
    record.summary = summaryJSON(reports, record)
    try await hub.store.end(record, usage: account.usage(record))
    try await hub.note(
      reports.compactMap(\.failure), isServed: reports.contains { $0.status == .done },
      of: connection.plugin)
    return Summary(
      run: id.text, connection: connection.name, status: record.status, streams: reports,
      json: record.summary)
  }

  /// Held by the process of a run for as long as it lives.
  private static func aliveLease(_ run: String) -> String { "run.\(run)" }

  /// Whether the process of a run that was begun is still there.
  package static func isAlive(_ hub: Hub, _ run: String) -> Bool {
    let name = aliveLease(run)
    if hub.leases.isLeased(name) { return true }
    hub.leases.forgetLease(name)
    return false
  }

  private func chosenStreams() throws(Failure) -> [Manifest.Stream] {
    let streams = connection.streams
    if options.streams.isEmpty {
      let usual = streams.filter(\.isDefault)
      if !usual.isEmpty { return usual }
      // A run over nothing would be done, and have done nothing.
      let known = streams.map(\.name).joined(separator: ", ")
      throw Failure(
        .config, "stream.none", "\(connection.name) has no stream that is synced without its name",
        mend: known.isEmpty
          ? "the plugin has no streams with these settings" : "name them with --stream: \(known)")
    }
    var chosen: [Manifest.Stream] = []
    for name in options.streams {
      let stream = try connection.stream(name)
      if !chosen.contains(where: { $0.name == name }) { chosen.append(stream) }
    }
    return chosen
  }

  /// Streams that are read side by side; the others wait. Each holds pages of its own.
  static let streamsAtOnce = 4

  private func runAll(_ streams: [Manifest.Stream], _ transcript: RunTranscript?) async
    -> [StreamReport]
  {
    let watch = CancelWatch(store: hub.store, run: id.text)
    let watching = Task { await watch.poll() }
    defer { watching.cancel() }
    return await withTaskCancellationHandler {
      await withTaskGroup(of: (Int, StreamReport).self) { group in
        var waiting = streams.enumerated().makeIterator()
        func beginNext() {
          guard let (index, stream) = waiting.next() else { return }
          group.addTask { (index, await self.runOne(stream, watch, transcript)) }
        }
        for _ in 0..<Self.streamsAtOnce { beginNext() }
        var reports: [(Int, StreamReport)] = []
        for await report in group {
          reports.append(report)
          beginNext()
        }
        return reports.sorted { $0.0 < $1.0 }.map(\.1)
      }
    } onCancel: {
      watch.cancel()
    }
  }

  private func runOne(
    _ stream: Manifest.Stream, _ watch: CancelWatch, _ transcript: RunTranscript?
  ) async -> StreamReport {
    let pass = StreamPass(
      hub: hub, connection: connection, stream: stream, options: options, run: id,
      watch: watch, budget: account.budget, staging: staging, gate: gate, transcript: transcript,
      tell: tell
    )
    return await pass.execute()
  }

  /// What the run used besides its records.
  private static func status(of reports: [StreamReport]) -> String {
    if reports.contains(where: { [.failed, .unproven, .held].contains($0.status) }) {
      return "failed"
    }
    return reports.contains { $0.status == .cancelled } ? "cancelled" : "done"
  }

  private func summaryJSON(_ reports: [StreamReport], _ record: RunRecord) -> JSON {
    let traffic = account.traffic
    return [
      "run": .string(id.text), "connection": .string(connection.name),
      "status": .string(record.status), "started": .string(Time.format(record.startedMS)),
      "ms": .integer((record.finishedMS ?? record.startedMS) - record.startedMS),
      "requests": .integer(traffic.requests), "retries": .integer(traffic.retries),
      "refusals": .integer(traffic.refusals), "bytes_in": .integer(traffic.bytesIn),
      "bytes_out": .integer(traffic.bytesOut), "paced_ms": .integer(traffic.pacedMS),
      "streams": .array(reports.map(\.json)),
    ]
  }
}

/// Passes on a wish to stop, from a signal or from another process.
final class CancelWatch: Sendable {
  private struct State {
    var isCancelled = false
    var targets: [StreamRun] = []
  }

  private let state = Mutex(State())
  private let store: any RunStore
  private let run: String

  init(store: any RunStore, run: String) {
    self.store = store
    self.run = run
  }

  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  func add(_ target: StreamRun) {
    let isCancelled = state.withLock {
      $0.targets.append(target)
      return $0.isCancelled
    }
    if isCancelled { target.cancel() }
  }

  func cancel() {
    let targets = state.withLock {
      $0.isCancelled = true
      return $0.targets
    }
    for target in targets { target.cancel() }
  }

  func poll() async {
    while !Task.isCancelled {
      guard (try? await Task.sleep(for: .milliseconds(200))) != nil else { return }
      if (try? await store.isCancelRequested(run)) == true { return cancel() }
    }
  }
}
