package import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayEgress
internal import PatchbayHost
package import PatchbayJSON
internal import PatchbayMessages
package import PatchbayStore

/// Brings records to a vendor: what a file says, and what earlier runs left.
///
/// Every record is in the outbox before anything is sent, and is marked as sent before the plugin
/// gets it. So what a run that was killed had sent is known: it is sent again only where the vendor
/// sees to it that nothing is done twice, and is `unknown` otherwise, for somebody to decide.
package struct WriteRun: Sendable {
  package struct Options: Sendable {
    package var policy = WritePolicy.ask
    /// Tells what would be sent, and neither keeps nor sends anything.
    package var isDry = false

    package init() {}
  }

  /// What came of it.
  package struct Summary: Sendable {
    package fileprivate(set) var run = ""
    /// Lines that say what is so already, by what is stored.
    package fileprivate(set) var unchanged: Int64 = 0
    /// Lines that were taken from the same file before.
    package fileprivate(set) var known: Int64 = 0
    package fileprivate(set) var queued: Int64 = 0
    /// What came to its end in this run, by what came of it: created, updated, deleted, unchanged,
    /// dropped, failed, conflict.
    package fileprivate(set) var outcomes: [String: Int64] = [:]
    /// Entries that somebody has to decide on.
    package fileprivate(set) var unknown: Int64 = 0
    /// What is still to be sent.
    package fileprivate(set) var waiting: Int64 = 0
    /// Of a dry run: what would be sent.
    package fileprivate(set) var changes: [WriteEntry] = []
    /// What ended the run before everything was sent.
    package fileprivate(set) var failure: Failure?
  }

  private let hub: Hub
  private let connection: OpenConnection
  private let stream: Manifest.Stream
  private let writes: Manifest.Writes
  private let options: Options
  private let account: RunAccount
  private let gate: (any SpendGate)?

  /// Throws where the stream is not written.
  package init(
    hub: Hub, connection: OpenConnection, stream name: String, options: Options,
    gate: (any SpendGate)? = nil
  ) throws(Failure) {
    let stream = try connection.stream(name)
    guard let writes = stream.writes, connection.file.manifest.operations.contains("write") else {
      let written = connection.streams.filter { $0.writes != nil }.map(\.name)
      throw Failure(
        .unsupported, "stream.not_written",
        "\(connection.file.manifest.id) does not write “\(name)”",
        mend: written.isEmpty
          ? "it writes none of its streams" : "it writes: \(written.joined(separator: ", "))")
    }
    (self.hub, self.connection, self.stream) = (hub, connection, stream)
    (self.writes, self.options) = (writes, options)
    self.gate = gate
    account = RunAccount(connection, gate)
  }

  /// Reads what changed at the vendor since the stream was last read, so that a change there is
  /// seen. Where it was never read, or cannot be read so, there is nothing to compare with. `say`
  /// is told of what keeps it from that.
  package func readChanges(say: @Sendable (String) -> Void) async throws(Failure) {
    guard stream.isIncremental,
      try await hub.store.stream(connection.name, stream.name)?.completedMS != nil
    else {
      say("\(stream.name) is not compared with what changed at the vendor: sync it first.")
      return
    }
    let run = SyncRun(
      hub: hub, connection: connection, options: .init(streams: [stream.name]), gate: gate
    ) { _ in }
    let summary = try await run.execute()
    if let failure = summary.streams.compactMap(\.failure).first { throw failure }
  }

  /// Takes the lines of the file into the outbox, and sends all of the stream's that wait there.
  /// Throws only where nothing could begin. `actor` is who it is done for.
  package func execute(_ file: WriteFile?, actor: String) async throws(Failure) -> Summary {
    let locks = try StreamLocks([stream.name], of: connection.name, in: hub.leases) { stream in
      Failure(
        .conflict, "sync.running", "\(connection.name)/\(stream) is being synced or written",
        mend: "wait for the run: patchbay sync list")
    }
    defer { withExtendedLifetime(locks) {} }
    var summary = Summary()
    let entries = try await planned(file, &summary)
    if options.isDry {
      summary.changes = entries
      return summary
    }
    let audit = AuditEntry(
      atMS: Time.nowMS(), actor: actor, action: "records.write",
      details: ["connection": .string(connection.name), "stream": .string(stream.name)])
    summary.queued = try await hub.store.queueWrites(entries, audit)
    summary.known = Int64(entries.count) - summary.queued
    try await send(&summary)
    let counts = try await hub.store.countWrites(connection.name, stream: stream.name)
    summary.unknown = counts[.unknown] ?? 0
    summary.waiting = counts[.waiting, default: 0] + counts[.sent, default: 0]
    _ = try await hub.store.forgetWrites(doneBeforeMS: Time.nowMS() - Self.keptMS)
    return summary
  }

  /// For how long it is known which lines were written.
  private static let keptMS: Int64 = 90 * 86_400_000

  // MARK: The file

  private func planned(_ file: WriteFile?, _ summary: inout Summary) async throws(Failure)
    -> [WriteEntry]
  {
    guard let file else { return [] }
    var entries: [WriteEntry] = []
    for line in file.lines {
      guard writes.actions.contains(line.action) else {
        throw Failure(
          .unsupported, "write.action",
          "\(connection.file.manifest.id) does not \(line.action) records of \(stream.name)",
          mend: "nothing was written; it can: \(writes.actions.sorted().joined(separator: ", "))")
      }
      if let entry = try entry(line, try await stored(line.key)) {
        entries.append(entry)
      } else {
        summary.unchanged += 1
      }
    }
    return entries
  }

  /// The record as it was last read; `nil` where it was not, or has no key yet.
  private func stored(_ key: String?) async throws(Failure) -> StoredRecord? {
    guard let key else { return nil }
    return try await hub.store.record(connection.name, stream.name, key: key)
  }

  /// What is to be sent of a line; `nil` where all of it is so already.
  private func entry(_ line: WriteFile.Line, _ stored: StoredRecord?) throws(Failure)
    -> WriteEntry?
  {
    var (record, base) = (line.record, line.base ?? JSON.null)
    if let stored {
      if stored.isDeleted && line.action == "delete" { return nil }
      if !stored.isDeleted {
        let now = (try? JSON(reading: stored.raw)) ?? .null
        if line.action == "delete" {
          base = line.base ?? now
        } else if let seen = line.base {
          base = RecordPatch.base(of: record, in: RecordPatch.seen(seen, over: now))
        } else if let change = RecordPatch.difference(record, from: now) {
          (record, base) = change
        } else {
          return nil
        }
      }
    }
    let nowMS = Time.nowMS()
    return WriteEntry(
      connection: connection.name, stream: stream.name, source: line.source, action: line.action,
      key: line.key, record: record, base: base, idempotencyKey: idempotencyKey(line),
      changedMS: line.changedMS ?? nowMS, atMS: nowMS)
  }

  /// The same for the same line, whatever happens to what is stored here.
  private func idempotencyKey(_ line: WriteFile.Line) -> String {
    let place = [connection.organisation.name, connection.name, stream.name, line.source]
    return Hex.encode(Digest.sha256(place.joined(separator: "\n")).prefix(16))
  }

  // MARK: Sending

  private func send(_ summary: inout Summary) async throws(Failure) {
    try await settleInterrupted()
    if try await next(after: 0).isEmpty { return }
    let startedMS = Time.nowMS()
    var record = RunRecord(
      id: account.id.text, connection: connection.name, status: "running", startedMS: startedMS,
      finishedMS: nil, summary: .object(JSONObject()))
    try await account.begin(record, hub.store)
    summary.run = account.id.text
    do throws(Failure) {
      // What is to be tried once more comes behind the rest.
      while try await sendAll(&summary) {}
    } catch {
      summary.failure = connection.line.redacted(error)
    }
    record.finishedMS = Time.nowMS()
    record.status =
      summary.failure == nil ? "done" : summary.failure?.kind == .cancelled ? "cancelled" : "failed"
    record.summary = summary.json(of: record, account.traffic, stream.name)
    try await hub.store.end(record, usage: account.usage(record))
    try await hub.note(
      [summary.failure].compactMap { $0 }, isServed: summary.failure == nil,
      of: connection.plugin)
  }

  /// One attempt at all that waits. Returns whether there was anything.
  private func sendAll(_ summary: inout Summary) async throws(Failure) -> Bool {
    var last: Int64 = 0
    while true {
      let batch = try await next(after: last)
      guard let end = batch.last?.id else { return last > 0 }
      last = end
      try await send(batch, &summary)
    }
  }

  /// The next batch. What must not be sent twice has sessions of its own, with one action each: of
  /// a run that is killed only what was on its way is of unknown fate.
  private func next(after id: Int64) async throws(Failure) -> [WriteEntry] {
    let entries = try await hub.store.writes(
      connection.name, stream: stream.name, [.waiting], after: id, limit: writes.batch)
    guard let first = entries.first else { return [] }
    let isRepeatable = writes.repeatable.contains(first.action)
    return Array(
      entries.prefix {
        isRepeatable ? writes.repeatable.contains($0.action) : $0.action == first.action
      })
  }

  /// What an earlier run gave to the plugin and heard nothing of.
  private func settleInterrupted() async throws(Failure) {
    while true {
      let entries = try await hub.store.writes(
        connection.name, stream: stream.name, [.sent], after: 0, limit: 1000)
      if entries.isEmpty { return }
      let settled = entries.map { entry in
        var entry = entry
        // That the run was ended says nothing against the record.
        entry.attempts -= 1
        return entry.unsettled(writes, "the run was ended before the vendor's answer")
      }
      try await hub.store.saveWrites(settled, adding: [])
    }
  }

  private func send(_ batch: [WriteEntry], _ summary: inout Summary) async throws(Failure) {
    let nowMS = Time.nowMS()
    var (ready, settled, rests): ([WriteEntry], [WriteEntry], [WriteEntry]) = ([], [], [])
    for entry in batch {
      let now = try await stored(entry.key)
      var (judged, rest) = options.policy.judge(entry, now: now, nowMS: nowMS)
      if let rest { rests.append(rest) }
      if judged.state == .waiting {
        judged.state = .sent
        judged.attempts += 1
        ready.append(judged)
      } else {
        settled.append(judged)
      }
    }
    try await hub.store.saveWrites(ready + settled, adding: rests)
    for entry in settled + rests { summary.count(entry) }
    if ready.isEmpty { return }
    let session = WriteSession(
      connection: connection, hub: hub, stream: stream, writes: writes, account: account,
      entries: ready)
    let failure = await session.run()
    for entry in await session.outcomes { summary.count(entry) }
    // Of these the plugin said nothing: where it asked for nothing, nothing was done.
    let silent = await session.silent
    let reason = failure?.message ?? "the plugin said nothing of it"
    let hasAsked = await session.hasAsked
    try await hub.store.saveWrites(
      silent.map { hasAsked ? $0.unsettled(writes, reason) : $0.with(.waiting, reason: reason) },
      adding: [])
    if let failure { throw failure }
  }
}

extension WriteRun.Summary {
  fileprivate mutating func count(_ entry: WriteEntry) {
    let name =
      switch entry.state {
      case .done: entry.outcome["status"]?.string ?? "done"
      case .failed, .conflict: entry.state.rawValue
      case .unknown, .waiting, .sent: ""
      }
    if !name.isEmpty { outcomes[name, default: 0] += 1 }
  }

  fileprivate func json(of record: RunRecord, _ traffic: Traffic, _ stream: String) -> JSON {
    .object(
      JSONObject(
        [
          .init("run", .string(record.id)), .init("connection", .string(record.connection)),
          .init("writes", .string(stream)), .init("status", .string(record.status)),
          .init("started", .string(Time.format(record.startedMS))),
          .init("ms", .integer((record.finishedMS ?? record.startedMS) - record.startedMS)),
          .init("requests", .integer(traffic.requests)),
          .init("retries", .integer(traffic.retries)),
        ] + (json.object?.members ?? [])))
  }

  /// As `--json` prints it.
  package var json: JSON {
    var object = JSONObject([
      .init("queued", .integer(queued)), .init("unchanged_lines", .integer(unchanged)),
      .init("known_lines", .integer(known)),
      .init(
        "outcomes",
        .object(
          JSONObject(outcomes.sorted { $0.key < $1.key }.map { .init($0.key, .integer($0.value)) }))
      ),
      .init("unknown", .integer(unknown)), .init("waiting", .integer(waiting)),
    ])
    if let failure { object["error"] = failure.json }
    return .object(object)
  }
}
