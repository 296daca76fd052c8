internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbaySources
internal import PatchbayStore

/// One reading of a stream that the host reads by itself: takes step after step from its source,
/// and stores each with the state that covers it.
struct SourceRun {
  let source: any Source
  let connection: OpenConnection
  let stream: Manifest.Stream
  let record: StreamRecord
  let store: BatchStore
  let run: RunID
  let reading: Reading
  /// Marks as deleted what is gone, however much that is.
  let acceptsDeletions: Bool
  let watch: CancelWatch
  let tell: @Sendable (RunEvent) -> Void

  func read(_ report: inout StreamReport) async throws(Failure) -> PassEnding {
    // Files and databases block: never a thread of the shared pool.
    let queue = SerialQueue("patchbay.source")
    let (source, name, task) = (source, stream.name, task)
    let reading = try await waiting(for: "it to be opened", on: queue) { () throws(Failure) in
      try source.reading(of: name, task)
    }
    var commits = 0
    while true {
      if watch.isCancelled { throw Failure(.cancelled, "sync.cancelled", "cancelled") }
      let step = try await waiting(for: "its next records", on: queue) { () throws(Failure) in
        try reading.next()
      }
      switch step {
      case .note(let text):
        report.notes.append(text)
        tell(.note(stream: stream.name, text))
      case .records(let records):
        commits += 1
        do throws(Failure) {
          report.counters += try await store.commit(
            batch(records, commits), most: records.most)
        } catch {
          try reading.refused(error)
          continue
        }
        report.pages += 1
        tell(.progress(report))
      case .end(let end):
        _ = try await store.commit(last(end), most: 0)
        var ending = PassEnding()
        ending.isSnapshot = end.isSnapshot
        ending.failure = end.failure
        ending.remembersRest = end.remembersRest
        return ending
      }
    }
  }

  /// Blocking work; whoever watches is told of it when it takes more than a second.
  private func waiting<R: Sendable>(
    for what: String, on queue: SerialQueue, _ body: @escaping @Sendable () throws(Failure) -> R
  ) async throws(Failure) -> R {
    let (tell, stream, source) = (tell, stream.name, connection.file.manifest.name)
    let notice = Task {
      guard (try? await Task.sleep(for: .seconds(1))) != nil else { return }
      tell(.waiting(stream: stream, "\(source): waiting for \(what)", kind: what))
    }
    defer { notice.cancel() }
    return try await queue.run(body)
  }

  private var task: SourceTask {
    let watch = watch
    let (held, isHeld) = (DeletionGuard(connection.settings), !acceptsDeletions)
    let (connection, stream) = (connection.name, stream.name)
    return SourceTask(
      isIncremental: record.pass == .incremental, state: record.state, resumes: record.resumes,
      countsFirst: store.gate != nil,
      removal: { gone, of in
        guard isHeld, held.holds(unseen: gone, of: of) else { return nil }
        return DeletionGuard.held(gone, of: of, connection, stream)
      }, isCancelled: { watch.isCancelled })
  }

  private func batch(_ step: SourceBatch, _ number: Int) -> Batch {
    var batch = Batch(
      stream: record.id, run: run, pages: step.pages, checkpoint: nil, stateTag: nil,
      nowMS: Time.nowMS())
    batch.requests = step.pages.map { _ in step.origin }
    if batch.requests.isEmpty { batch.requests = [step.origin] }
    batch.more = step.more
    batch.checkpointAfter = step.stateAfter
    batch.volatile = stream.volatile
    batch.meter = reading.meter(connection, run, stream, number)
    return batch
  }

  private func last(_ end: SourceEnd) -> Batch {
    Batch(
      stream: record.id, run: run, pages: [], checkpoint: end.state, stateTag: nil,
      nowMS: Time.nowMS())
  }
}
