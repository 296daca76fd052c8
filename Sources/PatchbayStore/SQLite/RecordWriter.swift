internal import CSimdJSON
internal import Glibc
internal import PatchbayCore
internal import PatchbayJSON

/// Writes the records of pages into the two tables of one stream: `stream_N` with key, cursor and
/// typed columns, and `raw_N` with the records as the vendor sent them, by the same row id.
///
/// A known key is compared with what is stored, byte for byte: an unchanged record is not written,
/// and its columns are not read. Whether an insert or a look comes first follows the record before.
final class RecordWriter {
  private let stream: Int64
  private let insert: SQLiteStatement
  private let insertRaw: SQLiteStatement
  private let probe: SQLiteStatement
  private let update: SQLiteStatement
  private let updateRaw: SQLiteStatement
  private let revive: SQLiteStatement
  private let bury: SQLiteStatement
  private let database: SQLiteConnection
  private let walk: RowWalk
  let cells: CellReader
  let seen: SeenSet
  /// Rows that were new, changed or deleted in the month.
  private(set) var active: SeenSet
  /// Whether the plugin made the page at hand itself.
  private var isEmitted = false
  /// How the last page was cut.
  var plan: ExtractPlan?
  private var sameness = Sameness([])
  private var volatile: [String] = []
  private var expectsNew = true
  /// Pages in a row that brought nothing but what the pass had seen.
  private var stalePages: Int64 = 0

  init(_ database: SQLiteConnection, stream: Int64, columns: [StoredColumn]) throws(Failure) {
    self.stream = stream
    self.database = database
    let (table, raw) = (RecordTables.name(stream), RecordTables.raw(stream))
    let names = columns.map(\.store)
    let places = names.indices.map { "?\($0 + 5)" }
    insert = try database.makeStatement(
      """
      INSERT INTO \(table) (\((["key", "cursor", "deleted_ms"] + names).joined(separator: ", ")))
      VALUES (\((["?1", "?2", "?3"] + places).joined(separator: ", ")))
      ON CONFLICT (key) DO NOTHING
      """)
    insertRaw = try database.makeStatement("INSERT INTO \(raw) (id, raw) VALUES (?1, ?2)")
    probe = try database.makeStatement(
      """
      SELECT t.id, t.deleted_ms, r.raw FROM \(table) t CROSS JOIN \(raw) r ON r.id = t.id
      WHERE t.key = ?1
      """)
    let sets = zip(names, places).map { "\($0) = \($1)" }
    update = try database.makeStatement(
      """
      UPDATE \(table) SET \((["cursor = ?2", "deleted_ms = ?3"] + sets).joined(separator: ", "))
      WHERE id = ?4
      """)
    updateRaw = try database.makeStatement("UPDATE \(raw) SET raw = ?2 WHERE id = ?1")
    revive = try database.makeStatement("UPDATE \(table) SET deleted_ms = ?3 WHERE id = ?4")
    bury = try database.makeStatement(
      """
      INSERT INTO dead_letters (stream_id, run, key, reason, raw, at_ms, request, pointer)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
      ON CONFLICT (stream_id, reason, raw) DO UPDATE SET run = excluded.run, at_ms = excluded.at_ms,
        request = excluded.request, pointer = excluded.pointer
      """)
    walk = try RowWalk(database, stream: stream)
    cells = CellReader(columns)
    seen = SeenSet(database, stream: stream)
    active = SeenSet(database, stream: stream, month: 0)
  }

  /// A new pass begins: nothing is stale yet.
  func beginPass() { stalePages = 0 }

  // Unsafe: rows, page and arena are borrowed from `page`, which outlives every statement here.
  func write(
    _ page: CutPage, _ batch: Batch, request: String?, isEmitted: Bool = false,
    into counters: inout Counters
  ) throws(Failure) {
    self.isEmitted = isEmitted
    let month = SeenSet.month(of: batch.nowMS)
    if active.month != month { active = SeenSet(database, stream: stream, month: month) }
    if volatile != batch.volatile {
      volatile = batch.volatile
      sameness = Sameness(volatile)
    }
    defer {
      walk.close()
      probe.reset()
    }
    let (read, repeated) = (counters.read, counters.repeated)
    counters = unsafe try page.withRows { (rows, bytes, arena) throws(Failure) in
      var counted = counters
      for index in rows.indices {
        let row = unsafe rows[index]
        let isOwn = row.flags & UInt32(PSJ_ROW_OWN) != 0
        let base = unsafe isOwn ? UnsafeRawPointer(arena) : UnsafeRawPointer(bytes)
        let raw = unsafe base + Int(row.raw_offset)
        if row.flags & UInt32(PSJ_ROW_DEAD) != 0 {
          let letter = Letter(row: row, page: page, request: request)
          unsafe try buryRow(letter, raw: raw, arena: arena, batch: batch)
          counted.read += 1
          counted.dead += 1
        } else {
          unsafe try writeRow(row, raw: raw, arena: arena, nowMS: batch.nowMS, into: &counted)
        }
      }
      return counted
    }
    if counters.read > read {
      stalePages = 0
    } else if counters.repeated > repeated {
      stalePages += 1
    }
    counters.stalePages = stalePages
  }

  // Unsafe: as in `write`.
  private func writeRow(
    _ row: psj_row, raw: UnsafeRawPointer, arena: UnsafePointer<CChar>, nowMS: Int64,
    into counters: inout Counters
  ) throws(Failure) {
    let key = unsafe UnsafeRawPointer(arena + Int(row.key_offset))
    let isDeleted = row.flags & UInt32(PSJ_ROW_DELETED) != 0
    if expectsNew, let id = unsafe try add(row, key, raw, arena, isDeleted, nowMS, &counters) {
      try countNew(id, row, &counters)
      return
    }
    guard let old = unsafe try find(key, row.key_size) else {
      expectsNew = true
      guard let id = unsafe try add(row, key, raw, arena, isDeleted, nowMS, &counters) else {
        throw Failure(
          .data, "store.corrupt", "a record of \(database.path) has lost its text",
          mend: "restore the file from a backup")
      }
      try countNew(id, row, &counters)
      return
    }
    expectsNew = false
    let id = old.integer(0)
    let wasDeletedMS = old.optionalInteger(1)
    let isKnown = try !seen.insert(id)
    if isKnown { counters.repeated += 1 } else { countRead(&counters) }
    let deletedMS = isDeleted ? wasDeletedMS ?? nowMS : nil
    let isEqual = unsafe old.isEqual(2, raw, row.raw_size)
    if isEqual && deletedMS == wasDeletedMS {
      if !isKnown { counters.unchanged += 1 }
      return
    }
    let isSame =
      unsafe isEqual || old.withBytes(2) { unsafe sameness.isSame($0, raw, row.raw_size) }
    if isKnown && !isSame { counters.clashing += 1 }
    // Its text is not needed any more, and the row is about to change.
    walk.close()
    probe.reset()
    if isEqual {
      revive.bind(.integer(deletedMS), at: 3)
      revive.bind(.integer(id), at: 4)
      try revive.run()
    } else {
      unsafe try replace(id, row, raw, arena, deletedMS, &counters)
    }
    if isSame && (deletedMS == nil) == (wasDeletedMS == nil) {
      if !isKnown { counters.unchanged += 1 }
      return
    }
    if deletedMS != nil && wasDeletedMS == nil {
      counters.deleted += 1
    } else {
      counters.updated += 1
    }
    // What comes twice in a pass is counted once.
    if !isKnown { try counters.use.countChange(id, isEmitted: isEmitted, active) }
  }

  private func countNew(_ id: Int64, _ row: psj_row, _ counters: inout Counters) throws(Failure) {
    _ = try seen.insert(id)
    countRead(&counters)
    // A deletion of what was never there changes nothing.
    if row.flags & UInt32(PSJ_ROW_DELETED) != 0 { return }
    try counters.use.countChange(id, isEmitted: isEmitted, active)
  }

  private func countRead(_ counters: inout Counters) {
    counters.read += 1
    if !isEmitted { counters.use.readable += 1 }
  }

  /// The row of a key: id, time of deletion, text. Good until one of the two statements goes on.
  // Unsafe: as in `write`.
  private func find(_ key: UnsafeRawPointer, _ size: UInt64) throws(Failure) -> SQLiteStatement? {
    if let row = unsafe try walk.next(key, size) { return row }
    probe.reset()
    unsafe probe.bindBorrowed(key, size, at: 1)
    guard try probe.next() else { return nil }
    walk.found(probe.integer(0))
    return probe
  }

  /// Inserts a record; `nil` where its key is there already.
  // Unsafe: as in `write`.
  private func add(
    _ row: psj_row, _ key: UnsafeRawPointer, _ raw: UnsafeRawPointer,
    _ arena: UnsafePointer<CChar>, _ isDeleted: Bool, _ nowMS: Int64, _ counters: inout Counters
  ) throws(Failure) -> Int64? {
    walk.close()
    unsafe insert.bindBorrowed(key, row.key_size, at: 1)
    unsafe bindCursor(row, arena, to: insert)
    insert.bind(isDeleted ? .integer(nowMS) : .null, at: 3)
    var misfits: [String: Int64] = [:]
    unsafe cells.bind(raw, row.raw_size, to: insert, from: 5, misfits: &misfits)
    guard try insert.run() == 1 else { return nil }
    if !misfits.isEmpty { counters.misfits.merge(misfits, uniquingKeysWith: +) }
    let id = database.lastRowID
    insertRaw.bind(.integer(id), at: 1)
    unsafe insertRaw.bindBorrowed(raw, row.raw_size, at: 2)
    try insertRaw.run()
    counters.inserted += 1
    return id
  }

  // Unsafe: as in `write`.
  private func replace(
    _ id: Int64, _ row: psj_row, _ raw: UnsafeRawPointer, _ arena: UnsafePointer<CChar>,
    _ deletedMS: Int64?, _ counters: inout Counters
  ) throws(Failure) {
    unsafe bindCursor(row, arena, to: update)
    update.bind(.integer(deletedMS), at: 3)
    update.bind(.integer(id), at: 4)
    unsafe cells.bind(raw, row.raw_size, to: update, from: 5, misfits: &counters.misfits)
    try update.run()
    updateRaw.bind(.integer(id), at: 1)
    unsafe updateRaw.bindBorrowed(raw, row.raw_size, at: 2)
    try updateRaw.run()
  }

  // Unsafe: as in `write`.
  private func bindCursor(
    _ row: psj_row, _ arena: UnsafePointer<CChar>, to statement: SQLiteStatement
  ) {
    if row.cursor_size == 0 {
      statement.bind(.null, at: 2)
    } else {
      unsafe statement.bindBorrowed(arena + Int(row.cursor_offset), row.cursor_size, at: 2)
    }
  }

  /// A record that could not be read, and where it was.
  private struct Letter {
    let row: psj_row
    let page: CutPage
    let request: String?
  }

  // Unsafe: as in `write`.
  private func buryRow(
    _ letter: Letter, raw: UnsafeRawPointer, arena: UnsafePointer<CChar>, batch: Batch
  ) throws(Failure) {
    let row = letter.row
    let reason = JSONError(reason: .init(rawValue: Int32(row.reason)) ?? .syntax, offset: 0)
    let bytes = unsafe UnsafeRawBufferPointer(start: raw, count: Int(row.raw_size))
    // Bytes that are no text are kept as they came.
    let whole: SQLValue =
      unsafe String(validating: bytes, as: UTF8.self).map { .text($0) } ?? .blob(Array(bytes))
    let key =
      row.key_size == 0
      ? nil
      : unsafe String(
        decoding: UnsafeRawBufferPointer(
          start: arena + Int(row.key_offset), count: Int(row.key_size)), as: UTF8.self)
    let plan = letter.page.plan
    let pointer = "records \(plan.records), key \(plan.keys.joined(separator: " "))"
    try bury.bind(
      .integer(batch.stream), .text(batch.run.text), .text(key), .text(reason.deadLetterReason),
      whole, .integer(batch.nowMS), .text(letter.request), .text(pointer)
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
    case .type: "the record's key is not text or a whole number"
    case .text: "the record's key holds U+0000 or half a character"
    case .twice: "a member that is read stands twice in the record, with different values"
    case .nullList: "null stands where the list of records should be"
    case .size, .duplicate: "the record is too large"
    }
  }
}
