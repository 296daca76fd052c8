package import PatchbayCore
internal import PatchbayJSON

/// Typed columns: which there are, and filling those that came later.
extension SQLiteStore {
  func storedColumns(_ id: Int64) throws(Failure) -> [StoredColumn] {
    let text = try data.prepare("SELECT columns FROM streams WHERE id = ?").bind(.integer(id))
      .first { $0.text(0) }
    return StoredColumn.list(try JSON(stored: text ?? "[]", "columns"))
  }

  func store(_ columns: [StoredColumn], of id: Int64) throws(Failure) {
    try data.prepare("UPDATE streams SET columns = ? WHERE id = ?")
      .bind(.text(StoredColumn.json(columns).text), .integer(id)).run()
  }

  /// Merges the columns, remakes the views if something changed. Returns the names added, and what
  /// could not be as the plugin said.
  func updateColumns(_ id: Int64, _ description: StreamDescription, isNew: Bool) throws(Failure)
    -> (added: [String], notes: [String])
  {
    let known = try storedColumns(id)
    var plan = ColumnPlan(known)
    for column in description.columns { plan.want(column) }
    for pointer in description.unified.values.flatMap(\.values).sorted() {
      plan.want(hidden: pointer)
    }
    let unified = Self.json(description.unified).text
    let oldUnified = try data.prepare("SELECT unified FROM streams WHERE id = ?")
      .bind(.integer(id)).first { $0.text(0) }
    if !isNew && plan.columns == known && unified == oldUnified { return ([], plan.notes) }
    let table = RecordTables.name(id)
    for column in plan.columns.dropFirst(known.count) {
      try data.execute("ALTER TABLE \(table) ADD COLUMN \(column.store)")
    }
    try store(plan.columns, of: id)
    try data.prepare("UPDATE streams SET unified = ? WHERE id = ?")
      .bind(.text(unified), .integer(id)).run()
    if plan.needsFilling {
      try data.prepare("UPDATE streams SET fill_at = 0, fill_to = ? WHERE id = ?")
        .bind(.integer(try lastRow(of: table)), .integer(id)).run()
    }
    writers[id] = nil
    try Views(data).remake(id)
    return (plan.added, plan.notes)
  }

  private static func json(_ unified: [String: [String: String]]) -> JSON {
    .object(
      JSONObject(
        unified.sorted { $0.key < $1.key }.map { view, columns in
          .init(
            view,
            .object(
              JSONObject(
                columns.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })))
        }))
  }

  package func columnsWithoutValues(_ id: Int64) throws(Failure) -> [Column] {
    try storedColumns(id).filter { !$0.isFound && !$0.isHidden }
      .map { Column(name: $0.name, at: $0.at, kind: $0.kind) }
  }

  package func unfilledStreams() throws(Failure) -> [Int64] {
    try data.prepare("SELECT id FROM streams WHERE fill_at < fill_to ORDER BY id").bind()
      .rows { $0.integer(0) }
  }

  /// Records read in one transaction of a filling.
  private static let fillStride = 2_000

  package func fill(_ id: Int64) throws(Failure) -> (filled: Int64, isOver: Bool) {
    try data.transaction { () throws(Failure) in
      let place = try data.prepare("SELECT fill_at, fill_to FROM streams WHERE id = ?")
        .bind(.integer(id)).first { ($0.integer(0), $0.integer(1)) }
      guard let (from, to) = place, from < to else { return (0, true) }
      let columns = try storedColumns(id)
      let cells = CellReader(columns)
      let sets = columns.enumerated().map { "\($1.store) = ?\($0 + 2)" }.joined(separator: ", ")
      let rows = try data.prepare(
        """
        SELECT id, raw FROM \(RecordTables.raw(id)) WHERE id > ? AND id <= ? ORDER BY id
        LIMIT \(Self.fillStride)
        """
      ).bind(.integer(from), .integer(to)).rows { ($0.integer(0), $0.bytes(1)) }
      if !rows.isEmpty && !columns.isEmpty {
        let update = try data.makeStatement(
          "UPDATE \(RecordTables.name(id)) SET \(sets) WHERE id = ?1")
        var misfits: [String: Int64] = [:]
        for (row, raw) in rows {
          update.reset()
          update.bind(.integer(row), at: 1)
          try cells.bind(raw, to: update, from: 2, misfits: &misfits) { () throws(Failure) in
            try update.run()
          }
        }
      }
      let isOver = rows.count < Self.fillStride
      try data.prepare("UPDATE streams SET fill_at = ? WHERE id = ?")
        .bind(.integer(isOver ? to : rows.last?.0 ?? to), .integer(id)).run()
      try noteFound(id, cells)
      return (Int64(rows.count), isOver)
    }
  }

  /// Remembers which columns were found in a record for the first time.
  func noteFound(_ stream: Int64, _ cells: CellReader) throws(Failure) {
    let new = cells.columns.indices.filter { cells.isFound[$0] && !cells.columns[$0].isFound }
    if new.isEmpty { return }
    var columns = try storedColumns(stream)
    let names = Set(new.map { cells.columns[$0].store })
    for index in columns.indices where names.contains(columns[index].store) {
      columns[index].isFound = true
    }
    try store(columns, of: stream)
    cells.knowsAsFound()
  }
}

/// The columns that a stream is to have: those that there are stay, and keep their place.
private struct ColumnPlan {
  private(set) var columns: [StoredColumn]
  private(set) var added: [String] = []
  private(set) var notes: [String] = []
  private(set) var needsFilling = false
  private var left = 0

  init(_ known: [StoredColumn]) { columns = known }

  mutating func want(_ column: Column) {
    let name = StoredColumn.fitting(column.name)
    let index = columns.firstIndex {
      $0.at == column.at && ($0.name == name || $0.isHidden)
    }
    if let index {
      let old = columns[index]
      // A type may become known later; a column that only a unified view had gets its name.
      columns[index].name = old.isHidden ? fitting(column.name) : old.name
      columns[index].kind = column.kind
      columns[index].isHidden = false
      if old.isHidden { added.append(columns[index].name) }
      needsFilling = needsFilling || old.kind != column.kind
      return
    }
    guard columns.count < StoredColumn.limit else {
      left += 1
      if left == 1 {
        notes.append(
          "\(StoredColumn.limit) columns are as many as there may be: “\(column.name)” and what "
            + "comes after it are found in _raw")
      }
      return
    }
    append(fitting(column.name), column.at, column.kind, isHidden: false)
    added.append(columns[columns.count - 1].name)
  }

  mutating func want(hidden pointer: String) {
    if columns.contains(where: { $0.at == pointer }) || columns.count >= StoredColumn.limit {
      return
    }
    append(pointer, pointer, .text, isHidden: true)
  }

  private mutating func append(
    _ name: String, _ at: String, _ kind: Column.Kind, isHidden: Bool
  ) {
    columns.append(
      StoredColumn(
        name: name, at: at, kind: kind, store: "c\(columns.count + 1)", isHidden: isHidden))
    needsFilling = true
  }

  private mutating func fitting(_ name: String) -> String {
    let short = StoredColumn.fitting(name)
    if short != name {
      notes.append(
        "the column “\(name)” is called “\(short)”: a name has at most "
          + "\(StoredColumn.nameLimit) bytes")
    }
    return short
  }
}
