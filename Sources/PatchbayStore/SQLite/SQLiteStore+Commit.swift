internal import CSimdJSON
public import PatchbayCore
internal import PatchbayJSON

extension SQLiteStore {
  public func commit(_ batch: Batch) throws(Failure) -> Counters {
    try database.transaction { () throws(Failure) in
      let generation = try stream(id: batch.stream).generation
      let writer: RecordWriter
      if let known = writers[batch.stream] {
        writer = known
      } else {
        writer = try RecordWriter(database, stream: batch.stream)
        writers[batch.stream] = writer
      }
      var counters = Counters()
      for page in batch.pages {
        try writer.write(page, generation: generation, batch: batch, into: &counters)
      }
      if let checkpoint = batch.checkpoint {
        try database.prepare("UPDATE streams SET state = ?, state_tag = ? WHERE id = ?")
          .bind(.json(checkpoint), .text(batch.stateTag), .integer(batch.stream)).run()
      }
      try database.prepare("UPDATE streams SET seen = seen + ?, unread = unread + ? WHERE id = ?")
        .bind(.integer(counters.read), .integer(counters.dead), .integer(batch.stream)).run()
      let readable = counters.read - counters.dead
      if let meter = batch.meter, readable > 0 {
        try write(meter.event(.recordsRead, readable, atMS: batch.nowMS))
      }
      return counters
    }
  }
}

/// Writes the records of pages into one stream's table.
///
/// An insert comes first, for it is what a first sync does; a known key is compared with what is
/// stored, byte for byte, so that an unchanged record costs no rewrite of its text.
final class RecordWriter {
  private let database: Database
  private let insert: Statement
  private let touch: Statement
  private let update: Statement
  private let bury: Statement

  init(_ database: Database, stream: Int64) throws(Failure) {
    self.database = database
    let table = SQLiteStore.table(stream)
    insert = try database.makeStatement(
      """
      INSERT INTO \(table) (key, cursor, deleted, raw, generation) VALUES (?1, ?2, ?3, ?4, ?5)
      ON CONFLICT (key) DO NOTHING
      """)
    touch = try database.makeStatement(
      "UPDATE \(table) SET generation = ?5 WHERE key = ?1 AND deleted = ?3 AND raw = ?4")
    update = try database.makeStatement(
      "UPDATE \(table) SET cursor = ?2, deleted = ?3, raw = ?4, generation = ?5 WHERE key = ?1")
    bury = try database.makeStatement(
      """
      INSERT INTO dead_letters (stream_id, run, key, reason, raw, at_ms)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      ON CONFLICT (stream_id, reason, raw) DO UPDATE SET run = excluded.run, at_ms = excluded.at_ms
      """)
  }

  // Unsafe: rows, page and arena are borrowed from `page`, which outlives every statement here.
  func write(
    _ page: CutPage, generation: Int64, batch: Batch, into counters: inout Counters
  ) throws(Failure) {
    for statement in [insert, touch, update] {
      statement.reset()
      statement.bind(.integer(generation), at: 5)
    }
    counters = unsafe try page.withRows { (rows, bytes, arena) throws(Failure) in
      var counted = counters
      for index in rows.indices {
        let row = unsafe rows[index]
        let isOwn = row.flags & UInt32(PSJ_ROW_OWN) != 0
        let raw =
          unsafe isOwn
          ? UnsafeRawPointer(arena + Int(row.raw_offset))
          : UnsafeRawPointer(bytes + Int(row.raw_offset))
        counted.read += 1
        if row.flags & UInt32(PSJ_ROW_DEAD) != 0 {
          unsafe try buryRow(row, raw: raw, arena: arena, batch: batch)
          counted.dead += 1
        } else {
          unsafe try writeRow(row, raw: raw, arena: arena, into: &counted)
        }
      }
      return counted
    }
  }

  private func writeRow(
    _ row: psj_row, raw: UnsafeRawPointer, arena: UnsafePointer<CChar>,
    into counters: inout Counters
  ) throws(Failure) {
    let isDeleted = row.flags & UInt32(PSJ_ROW_DELETED) != 0
    func bind(_ statement: Statement, _ withCursor: Bool) {
      statement.reset()
      unsafe statement.bindBorrowed(arena + Int(row.key_offset), row.key_size, at: 1)
      statement.bind(.integer(isDeleted ? 1 : 0), at: 3)
      unsafe statement.bindBorrowed(raw, row.raw_size, at: 4)
      guard withCursor else { return }
      if row.cursor_size == 0 {
        statement.bind(.null, at: 2)
      } else {
        unsafe statement.bindBorrowed(arena + Int(row.cursor_offset), row.cursor_size, at: 2)
      }
    }
    bind(insert, true)
    if try insert.run() == 1 {
      counters.inserted += 1
      return
    }
    bind(touch, false)
    if try touch.run() == 1 {
      counters.unchanged += 1
      return
    }
    bind(update, true)
    try update.run()
    if isDeleted { counters.deleted += 1 } else { counters.updated += 1 }
  }

  private func buryRow(
    _ row: psj_row, raw: UnsafeRawPointer, arena: UnsafePointer<CChar>, batch: Batch
  ) throws(Failure) {
    let reason = JSONError(reason: .init(rawValue: Int32(row.reason)) ?? .syntax, offset: 0)
    let bytes = unsafe UnsafeRawBufferPointer(start: raw, count: Int(row.raw_size))
    // Bytes that are no text are kept as they came.
    let whole: Statement.Value =
      unsafe String(validating: bytes, as: UTF8.self).map { .text($0) } ?? .blob(Array(bytes))
    let key =
      row.key_size == 0
      ? nil
      : unsafe String(
        decoding: UnsafeRawBufferPointer(
          start: arena + Int(row.key_offset), count: Int(row.key_size)), as: UTF8.self)
    try bury.bind(
      .integer(batch.stream), .text(batch.run.text), .text(key), .text(reason.deadLetterReason),
      whole, .integer(batch.nowMS)
    ).run()
  }
}

extension JSONError {
  /// The reason as a dead letter states it.
  var deadLetterReason: String {
    switch reason {
    case .syntax: "the record is not valid JSON"
    case .encoding: "the record is not valid UTF-8"
    case .depth: "the record is nested deeper than \(JSON.depthLimit) levels"
    case .missing: "the record has no key"
    case .type: "the record's key is not text or a number"
    case .size, .duplicate: "the record is too large"
    }
  }
}
