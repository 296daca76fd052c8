internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayStore
internal import Synchronization

/// One pass over a stream, from where it stands to its proven end: resumes what was interrupted,
/// reads again where totals do not add up or places moved, and marks what a full pass proves to be
/// gone.
struct StreamPass {
  let hub: Hub
  let connection: OpenConnection
  let stream: Manifest.Stream
  let options: SyncRun.Options
  let run: RunID
  let watch: CancelWatch
  let budget: RequestBudget
  let staging: StagingBudget
  let gate: (any SpendGate)?
  let transcript: RunTranscript?
  let tell: @Sendable (RunEvent) -> Void

  private var store: any Store { hub.store }
  /// Readings of one pass until two are the same.
  private static let readings = 4

  func execute() async -> StreamReport {
    var report = StreamReport(stream.name, nowMS: Time.nowMS())
    do throws(Failure) {
      try await perform(&report)
      if report.status == .running { report.status = .done }
    } catch {
      report.failure = error
      report.status = error.kind == .cancelled ? .cancelled : .failed
    }
    report.finishedMS = Time.nowMS()
    tell(.progress(report))
    return report
  }

  private func perform(_ report: inout StreamReport) async throws(Failure) {
    let prepared = try await store.prepare(
      StreamDescription(
        connection: connection.name, stream: stream.name, columns: stream.columns,
        unified: stream.unified))
    for note in prepared.notes { self.note(note, &report) }
    var record = prepared.record
    try refuseOtherMeaning(record)
    if record.phase == .sweeping { record = try await sweep(record, &report) }
    if record.phase != .reading || options.isFull || options.resets {
      record = try await store.beginPass(
        record.id, wanted(record), run: run, fingerprint: stream.fingerprint)
    }
    report.pass = record.pass ?? .full
    tell(.progress(report))
    let ending = try await readToTheEnd(&record, &report)
    if let doubt = ending.doubt {
      _ = try await store.restartPass(record.id, keepsSeen: false)
      report.status = .unproven
      report.failure = Failure(
        .data, "sync.unproven", "the end of \(stream.name) is not proven: \(doubt)",
        mend: "what was read is stored, nothing was marked as deleted"
          + (ending.isLasting ? "" : "; run it again later"))
      return
    }
    if report.pass == .full {
      try await finishFull(&record, ending, &report)
    } else {
      record = try await store.finishPass(
        record.id, marks: false, isComplete: true, nowMS: Time.nowMS())
    }
    try await tidy(record, &report)
    if let failure = ending.failure { throw failure }
  }

  private func wanted(_ record: StreamRecord) -> Pass {
    // Without a place to go on from, everything is read: then it is called so.
    let hasPlace = !(record.state?.object?.names.isEmpty ?? (record.state == nil))
    let canContinue = stream.isIncremental && record.completedMS != nil && hasPlace
    return options.isFull || options.resets || !canContinue ? .full : .incremental
  }

  /// A state from other settings would lead to records that do not belong together.
  private func refuseOtherMeaning(_ record: StreamRecord) throws(Failure) {
    guard let before = record.fingerprint, let now = stream.fingerprint, before != now,
      !options.resets
    else { return }
    let (name, stream) = (connection.name, stream.name)
    throw Failure(
      .conflict, "stream.changed",
      "the settings of \(name)/\(stream) say something else than when its records were read: they "
        + "decide which records there are, by which key, and what changed since",
      mend: "stored records are kept. Put the settings back; or add the stream under another name; "
        + "or read everything anew, and mark as deleted what is not there any more: "
        + "patchbay sync run \(name) --stream \(stream) --reset")
  }

  // MARK: Reading

  /// Reads until nothing more can be proven by reading again.
  private func readToTheEnd(_ record: inout StreamRecord, _ report: inout StreamReport)
    async throws(Failure) -> PassEnding
  {
    var ending = try await readWithRestart(&record, &report)
    if ending.doubt != nil && !ending.isLasting {
      // Live data moves: count once more before the vendor's word is doubted. Nobody pays for that.
      record = try await store.restartPass(record.id, keepsSeen: false)
      ending = try await read(&record, &report, countsReading: false)
    }
    return ending
  }

  /// A plugin may find that the place at which the pass was to go on is not known any more.
  private func readWithRestart(_ record: inout StreamRecord, _ report: inout StreamReport)
    async throws(Failure) -> PassEnding
  {
    do throws(Failure) {
      return try await read(&record, &report)
    } catch {
      guard error.isRestart else { throw error }
      note("\(error.message): the pass begins again", &report)
      record = try await store.restartPass(record.id, keepsSeen: true)
      return try await read(&record, &report, knowsPages: true)
    }
  }

  private func read(
    _ record: inout StreamRecord, _ report: inout StreamReport, countsReading: Bool = true,
    knowsPages: Bool = false
  ) async throws(Failure) -> PassEnding {
    report.readings += 1
    let reading = Reading(number: report.readings, countsReading: countsReading)
    switch connection.origin {
    case .source(let source):
      let reader = SourceRun(
        source: source, connection: connection, stream: stream, record: record,
        store: BatchStore(store: store, gate: gate), run: run, reading: reading,
        acceptsDeletions: options.acceptsDeletions || options.resets, watch: watch, tell: tell)
      let ending = try await reader.read(&report)
      record = try await store.stream(connection.name, stream.name) ?? record
      return ending
    case .plugin(let plugin):
      let reader = StreamRun(
        connection: connection, plugin: plugin, stream: stream, record: record, store: store,
        run: run, budget: budget, staging: staging, report: report,
        recorder: transcript?.begin(stream.name),
        reading: reading, gate: gate, knowsPages: knowsPages, tell: tell)
      watch.add(reader)
      defer { report = reader.shown.withLock { $0 } }
      let ending = try await reader.read()
      record = try await store.stream(connection.name, stream.name) ?? record
      return ending
    }
  }

  // MARK: What is gone

  private func finishFull(
    _ record: inout StreamRecord, _ first: PassEnding, _ report: inout StreamReport
  ) async throws(Failure) {
    var (unseen, living) = try await store.unseen(record.id)
    var isProven = first.isSnapshot == true
    let isBase = stream.isIncremental && first.confirm == .always
    if isProven, first.confirm != nil, unseen > 0 || isBase {
      isProven = try await confirm(first, &record, &report)
      (unseen, living) = try await store.unseen(record.id)
    }
    // A plugin of before says nothing of snapshots, and its passes are complete as they were.
    let isComplete = isProven || first.isSnapshot == nil || first.remembersRest
    var marks = unseen > 0
    if marks && record.unread > 0 {
      note(
        "\(record.unread) records could not be read, so none was marked as deleted: "
          + "patchbay records \(connection.name) \(stream.name) --dead", &report)
      marks = false
    }
    let isAllowed = options.acceptsDeletions || options.resets
    if marks && !isProven && !isAllowed {
      note(unprovenDeletions(unseen, first), &report)
      marks = false
    }
    let deletionGuard = DeletionGuard(connection.settings)
    if marks && !isAllowed && deletionGuard.holds(unseen: unseen, of: living) {
      report.status = .held
      report.failure = DeletionGuard.held(unseen, of: living, connection.name, stream.name)
      marks = false
    }
    record = try await store.finishPass(
      record.id, marks: marks, isComplete: isComplete, nowMS: Time.nowMS())
    if marks { record = try await sweep(record, &report) }
  }

  private func unprovenDeletions(_ unseen: Int64, _ ending: PassEnding) -> String {
    let why =
      ending.isSnapshot == nil
      ? "the plugin does not say that a pass shows all records that there are"
      : ending.failure == nil ? "records moved while pages turned" : "not everything was read"
    return
      "\(unseen) records were not in this pass, and are not marked as deleted: \(why). If they are "
      + "gone: patchbay sync run \(connection.name) --stream \(stream.name) --full "
      + "--accept-deletions"
  }

  /// Reads the pass again until two readings brought the same keys in the same order. Nobody pays
  /// for that.
  private func confirm(
    _ first: PassEnding, _ record: inout StreamRecord, _ report: inout StreamReport
  ) async throws(Failure) -> Bool {
    var sequence = first.sequence
    for _ in 1..<Self.readings {
      record = try await store.restartPass(record.id, keepsSeen: true)
      let ending = try await read(&record, &report, countsReading: false, knowsPages: true)
      if ending.doubt != nil || ending.isSnapshot != true { return false }
      if ending.sequence != nil && ending.sequence == sequence { return true }
      sequence = ending.sequence
    }
    note(
      "records moved in each of \(Self.readings) readings: the next sync reads everything again",
      &report)
    return false
  }

  private func sweep(_ record: StreamRecord, _ report: inout StreamReport) async throws(Failure)
    -> StreamRecord
  {
    let (records, name) = (BatchStore(store: store, gate: gate), "\(run.text)/\(stream.name)")
    let (most, _) = try await store.unseen(record.id)
    // Others may have been deleted before, as the vendor told.
    var (part, swept) = (0, Int64(0))
    while true {
      part += 1
      let (meter, nowMS) = (connection.meter("\(name)/gone.\(part)"), Time.nowMS())
      let (deleted, isOver) = try await records.asking(
        for: meter, max(0, most - swept), atMS: nowMS
      ) {
        () async throws(Failure) in
        (try await store.sweep(record.id, nowMS: nowMS, meter: meter), [])
      }
      swept += deleted
      report.counters.deleted += deleted
      tell(.progress(report))
      if isOver { break }
      try refuseCancelled()
    }
    return try await store.stream(connection.name, stream.name) ?? record
  }

  private func refuseCancelled() throws(Failure) {
    if watch.isCancelled { throw Failure(.cancelled, "sync.cancelled", "cancelled") }
  }

  // MARK: Afterwards

  /// Fills columns that came later, purges what was deleted long ago, and says what was odd.
  private func tidy(_ record: StreamRecord, _ report: inout StreamReport) async throws(Failure) {
    while try await !store.fill(record.id).isOver { try refuseCancelled() }
    if let days = connection.settings["deleted_retention_days"]?.integer {
      let beforeMS = Time.nowMS() - days * 86_400_000
      while try await !store.purge(record.id, deletedBeforeMS: beforeMS).isOver {
        try refuseCancelled()
      }
    }
    let counters = report.counters
    if counters.clashing > 0 {
      note(
        "\(counters.clashing) records came with a key that another record of the pass had, and "
          + "with other content: the last one is stored. If these are different records, the key "
          + "does not tell them apart", &report)
    }
    for (column, count) in counters.misfits.sorted(by: { $0.key < $1.key }).prefix(20) {
      note(
        "\(count) values do not fit the column \(column), which has NULL there; _raw has them",
        &report)
    }
    guard report.pass == .full, counters.read > 0 else { return }
    let empty = try await store.columnsWithoutValues(record.id)
    if !empty.isEmpty {
      let list = empty.prefix(10).map { "\($0.name) (\($0.at))" }.joined(separator: ", ")
      note("no record has anything for: \(list)\(empty.count > 10 ? " …" : "")", &report)
    }
  }

  private func note(_ text: String, _ report: inout StreamReport) {
    report.notes.append(text)
    tell(.note(stream: stream.name, text))
  }
}
