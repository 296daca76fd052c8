package import PatchbayCore

extension SQLiteStore {
  package func commit(_ batch: Batch) throws(Failure) -> Counters {
    try requireStream(batch.stream)
    let writer = try writer(batch.stream)
    do throws(Failure) {
      return try data.transaction { () throws(Failure) in try store(batch, writer) }
    } catch {
      // What it remembers was undone.
      writers[batch.stream] = nil
      throw error
    }
  }

  func writer(_ stream: Int64) throws(Failure) -> RecordWriter {
    if let known = writers[stream] { return known }
    let writer = try RecordWriter(data, stream: stream, columns: try storedColumns(stream))
    writers[stream] = writer
    return writer
  }

  private func store(_ batch: Batch, _ writer: RecordWriter) throws(Failure) -> Counters {
    var counters = Counters()
    var plan = batch.pages.last?.plan
    for (index, page) in batch.pages.enumerated() {
      let request = batch.requests.indices.contains(index) ? batch.requests[index] : nil
      try writer.write(
        page, batch, request: request, isEmitted: batch.emitted.contains(index), into: &counters)
    }
    if !batch.emitted.isEmpty {
      try data.prepare("UPDATE streams SET emits = 1 WHERE id = ?").bind(.integer(batch.stream))
        .run()
    }
    while let page = try batch.more?() {
      try writer.write(page, batch, request: batch.requests.last, into: &counters)
      plan = page.plan
    }
    try store(batch.blobs, of: batch.stream)
    if let plan { try note(plan, of: batch.stream, writer) }
    try writer.seen.store()
    try writer.active.store()
    try noteFound(batch.stream, writer.cells)
    let checkpoint = batch.checkpointAfter?() ?? batch.checkpoint
    let state = checkpoint == nil ? "" : ", state = ?4, state_tag = ?5"
    let update = try data.prepare(
      "UPDATE streams SET seen = seen + ?1, unread = unread + ?2\(state) WHERE id = ?3"
    ).bind(.integer(counters.read), .integer(counters.dead), .integer(batch.stream))
    if let checkpoint {
      update.bind(.json(checkpoint), at: 4)
      update.bind(.text(batch.stateTag), at: 5)
    }
    try update.run()
    for event in batch.meter?.events(counters.use, atMS: batch.nowMS) ?? [] {
      try usageTable.write(event)
    }
    return counters
  }

  /// Remembers how records are cut, where that is not what it was.
  private func note(_ plan: ExtractPlan, of stream: Int64, _ writer: RecordWriter) throws(Failure) {
    if writer.plan == plan { return }
    writer.plan = plan
    try data.prepare("UPDATE streams SET plan = ? WHERE id = ?")
      .bind(.json(plan.ofRecords), .integer(stream)).run()
  }
}
