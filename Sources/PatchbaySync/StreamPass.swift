internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayStore
internal import Synchronization

/// One pass over a stream, from where it stands to its proven end: resumes what was interrupted,
/// counts again where totals do not add up, and sweeps what a full pass did not see.
struct StreamPass {
  let hub: Hub
  let connection: OpenConnection
  let stream: Manifest.Stream
  let isFull: Bool
  let run: RunID
  let watch: CancelWatch
  let budget: RequestBudget
  let gate: (any SpendGate)?
  let transcript: RunTranscript?
  let tell: @Sendable (RunEvent) -> Void

  func execute() async -> StreamReport {
    var report = StreamReport(stream.name, nowMS: Time.nowMS())
    do throws(Failure) {
      try await perform(&report)
      report.status = report.failure == nil ? .done : .unproven
    } catch {
      report.failure = error
      report.status = error.kind == .cancelled ? .cancelled : .failed
    }
    report.finishedMS = Time.nowMS()
    tell(.progress(report))
    return report
  }

  private func perform(_ report: inout StreamReport) async throws(Failure) {
    var record = try await hub.store.prepare(
      StreamDescription(
        connection: connection.name, stream: stream.name, columns: stream.columns,
        unified: stream.unified)
    ).record
    if record.phase == .sweeping { record = try await sweep(record, &report) }
    if record.phase != .reading || isFull {
      let pass = wanted(record)
      record = try await hub.store.beginPass(record.id, pass, run: run)
    }
    report.pass = record.pass ?? .full
    tell(.progress(report))
    var doubt = try await read(&record, &report)
    if doubt != nil {
      // Live data moves: count once more before the vendor's word is doubted. Nobody pays for that.
      record = try await hub.store.restartPass(record.id)
      doubt = try await read(&record, &report, isCharged: false)
    }
    if let doubt {
      _ = try await hub.store.restartPass(record.id)
      report.failure = Failure(
        .data, "sync.unproven",
        "the end of \(stream.name) is not proven: \(doubt)",
        mend: "what was read is stored, nothing was marked as deleted; run it again later")
      return
    }
    record = try await hub.store.finishPass(record.id, nowMS: Time.nowMS())
    if record.phase == .sweeping { _ = try await sweep(record, &report) }
    if record.unread > 0 && report.pass == .full {
      let text =
        "\(record.unread) records could not be read, so none was marked as deleted: "
        + "patchbay records \(connection.name) \(stream.name) --dead"
      report.notes.append(text)
      tell(.note(stream: stream.name, text))
    }
  }

  private func wanted(_ record: StreamRecord) -> Pass {
    let canContinue = stream.isIncremental && record.completedMS != nil && record.state != nil
    return isFull || !canContinue ? .full : .incremental
  }

  private func read(
    _ record: inout StreamRecord, _ report: inout StreamReport, isCharged: Bool = true
  ) async throws(Failure) -> String? {
    let reader = StreamRun(
      connection: connection, stream: stream, record: record, store: hub.store, run: run,
      budget: budget, report: report, recorder: transcript?.begin(stream.name),
      isCharged: isCharged, gate: gate, tell: tell)
    watch.add(reader)
    do throws(Failure) {
      let doubt = try await reader.read()
      report = reader.shown.withLock { $0 }
      return doubt
    } catch {
      report = reader.shown.withLock { $0 }
      throw error
    }
  }

  private func sweep(_ record: StreamRecord, _ report: inout StreamReport) async throws(Failure)
    -> StreamRecord
  {
    while true {
      let (deleted, isOver) = try await hub.store.sweep(record.id, nowMS: Time.nowMS())
      report.counters.deleted += deleted
      tell(.progress(report))
      if isOver { break }
      if watch.isCancelled { throw Failure(.cancelled, "sync.cancelled", "cancelled") }
    }
    return try await hub.store.stream(connection.name, stream.name) ?? record
  }
}
