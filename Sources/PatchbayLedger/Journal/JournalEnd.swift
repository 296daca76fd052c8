internal import PatchbayCore
internal import PatchbayStore

/// Where the books end, as it is stored under one seal: the last entry, the last closed month, the
/// form of all tables, and the count and root of each table beside the journal.
struct JournalEnd {
  var head = Journal.Head()
  /// Rises with each change.
  var revision: Int64 = 0
  var closed: Closed = ("", [])
  /// SHA-256 over the schema.
  var schema: [UInt8] = []
  /// What a look at all of the books found to be wrong: nothing is written any more.
  var damage = ""
  var sums: [SealedTable: TableSum] = [:]

  typealias Closed = (period: String, root: [UInt8])

  /// What is sealed.
  private func bytes(_ storedSums: [UInt8]) -> [UInt8] {
    var bytes = head.hash
    let parts: [SQLValue] = [
      .integer(head.lastMS), .integer(Int64(bitPattern: head.lastTail)), .integer(revision),
      .text(closed.period), .blob(closed.root), .blob(schema), .text(damage), .blob(storedSums),
    ]
    for part in parts { part.append(to: &bytes) }
    return bytes
  }

  /// The sums as they are stored: for each table its name, how many rows, and the masked root.
  private func stored(_ seal: Seal) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(SealedTable.allCases.count * 64)
    for table in SealedTable.allCases {
      let sum = sums[table] ?? TableSum()
      SQLValue.text(table.rawValue).append(to: &bytes)
      SQLValue.integer(sum.rows).append(to: &bytes)
      bytes += seal.masked(sum, table, revision)
    }
    return bytes
  }

  /// Writes it as the only end.
  func write(to database: any SQLConnection, _ seal: Seal) throws(Failure) {
    let sums = stored(seal)
    try database.statement(
      """
      INSERT INTO head (one, number, hash, last_ms, last_tail, seal, revision, schema, damage, sums)
      VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (one) DO UPDATE SET
        number = excluded.number, hash = excluded.hash, last_ms = excluded.last_ms,
        last_tail = excluded.last_tail, seal = excluded.seal, revision = excluded.revision,
        schema = excluded.schema, damage = excluded.damage, sums = excluded.sums
      """
    ).bind(
      .integer(head.number), .blob(head.hash), .integer(head.lastMS),
      .integer(Int64(bitPattern: head.lastTail)), .blob(seal.of(head.number, bytes(sums))),
      .integer(revision), .blob(schema), .text(damage), .blob(sums)
    ).run()
  }

  /// Reads what is stored; `nil` where nothing was written yet. It is not believed: `isSealed`
  /// says whether this hub wrote it.
  static func read(_ database: any SQLConnection, _ seal: Seal) throws(Failure)
    -> (end: JournalEnd, isSealed: Bool)?
  {
    var end = JournalEnd()
    let found = try database.statement(
      """
      SELECT number, hash, last_ms, last_tail, revision, schema, damage, sums, seal FROM head
      """
    ).bind().first { row -> (JournalEnd, sums: [UInt8], seal: [UInt8]) in
      end.head = Journal.Head(
        number: row.integer(0), hash: row.bytes(1), lastMS: row.integer(2),
        lastTail: UInt64(bitPattern: row.integer(3)))
      (end.revision, end.schema, end.damage) = (row.integer(4), row.bytes(5), row.text(6))
      return (end, row.bytes(7), row.bytes(8))
    }
    guard var found else { return nil }
    found.0.closed = try closed(database)
    let isSealed = found.seal == seal.of(found.0.head.number, found.0.bytes(found.sums))
    // A root that is not the hub's own is none.
    if isSealed { found.0.readSums(found.sums, seal) }
    return (found.0, isSealed)
  }

  private mutating func readSums(_ bytes: [UInt8], _ seal: Seal) {
    var rest = bytes[...]
    for table in SealedTable.allCases {
      let name = table.rawValue.utf8.count + 9
      let rows = rest.dropFirst(name + 1).prefix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }
      rest = rest.dropFirst(name + 9)
      let mask = seal.masked(TableSum(), table, revision)
      let root = zip(rest.prefix(32), mask).map { $0 ^ $1 }
      rest = rest.dropFirst(32)
      sums[table] = TableSum(rows: rows, bytes: root[...])
    }
  }

  /// The last month that is closed, with its root.
  static func closed(_ database: any SQLConnection) throws(Failure) -> Closed {
    try database.statement("SELECT period, root FROM periods ORDER BY period DESC LIMIT 1")
      .bind().first { ($0.text(0), $0.bytes(1)) } ?? ("", [])
  }
}
