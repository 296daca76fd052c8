public import PatchbayCore

extension SQLiteStore {
  public func commit(_ batch: Batch) throws(Failure) -> Counters {
    // The stream may have been removed while it was read.
    _ = try stream(id: batch.stream)
    let writer = try writer(batch.stream)
    do throws(Failure) {
      return try data.transaction { () throws(Failure) in try store(batch, writer) }
    } catch {
      // What it remembers was undone.
      writers[batch.stream] = nil
      throw error
    }
  }

  private func writer(_ stream: Int64) throws(Failure) -> RecordWriter {
    if let known = writers[stream] { return known }
    let writer = try RecordWriter(data, stream: stream, columns: try storedColumns(stream))
    writers[stream] = writer
    return writer
  }

  private func store(_ batch: Batch, _ writer: RecordWriter) throws(Failure) -> Counters {
    var counters = Counters()
    for (index, page) in batch.pages.enumerated() {
      let request = batch.requests.indices.contains(index) ? batch.requests[index] : nil
      try writer.write(page, batch, request: request, into: &counters)
    }
    try writer.seen.store()
    try noteFound(batch.stream, writer.cells)
    if let checkpoint = batch.checkpoint {
      try data.prepare("UPDATE streams SET state = ?, state_tag = ? WHERE id = ?")
        .bind(.json(checkpoint), .text(batch.stateTag), .integer(batch.stream)).run()
    }
    try data.prepare("UPDATE streams SET seen = seen + ?, unread = unread + ? WHERE id = ?")
      .bind(.integer(counters.read), .integer(counters.dead), .integer(batch.stream)).run()
    let readable = counters.read - counters.dead
    if let meter = batch.meter, readable > 0 {
      try write(meter.event(.recordsRead, readable, atMS: batch.nowMS))
    }
    return counters
  }
}
