internal import PatchbayCore
internal import PatchbayJSON

/// Views: one typed view for each stream (`hub__contacts`), an alias by the stream's bare name for
/// the connection that had it first (`contacts`), and unified views across vendors
/// (`crm_contacts`).
extension SQLiteStore {
  /// SQLite takes 2,000 columns; what is beyond is found in `raw`.
  private static let columnLimit = 1900

  /// Merges the columns, remakes the views if something changed, and returns the names added.
  func updateColumns(_ id: Int64, _ description: StreamDescription, isNew: Bool) throws(Failure)
    -> [String]
  {
    let row = try database.prepare("SELECT columns, unified FROM streams WHERE id = ?")
      .bind(.integer(id)).first { ($0.text(0), $0.text(1)) }
    let known = Self.columns(try Self.stored(row?.0 ?? "[]", "columns"))
    let added = description.columns.filter { column in !known.contains { $0.at == column.at } }
    // A column's type may become known later; a column never goes away.
    let merged =
      known.map { old in description.columns.first { $0.at == old.at } ?? old } + added
    let unified = JSON.object(
      JSONObject(
        description.unified.sorted { $0.key < $1.key }.map { view, columns in
          .init(
            view,
            .object(
              JSONObject(
                columns.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }))
          )
        }))
    let columnsText = Self.json(merged).text
    if !isNew && row?.0 == columnsText && row?.1 == unified.text { return [] }
    try database.prepare("UPDATE streams SET columns = ?, unified = ? WHERE id = ?")
      .bind(.text(columnsText), .text(unified.text), .integer(id)).run()
    try dropViews(of: id)
    // An alias may have the name that the view is to have.
    try dropSharedViews()
    try makeView(id, description, merged)
    try rebuildSharedViews()
    return added.map(\.name)
  }

  func dropViews(of id: Int64) throws(Failure) {
    let record = try stream(id: id)
    try database.execute(
      "DROP VIEW IF EXISTS \(Self.quoted(Self.viewName(record.connection, record.stream)))")
  }

  private static func viewName(_ connection: String, _ stream: String) -> String {
    "\(connection)__\(stream)"
  }

  private func makeView(_ id: Int64, _ description: StreamDescription, _ columns: [Column])
    throws(Failure)
  {
    var taken: Set<String> = ["_key", "_cursor", "_raw"]
    var parts: [String] = []
    for column in columns.prefix(Self.columnLimit) {
      guard let path = Self.path(column.at) else { continue }
      var name = column.name
      var number = 2
      while !taken.insert(name.lowercased()).inserted {
        name = "\(column.name)_\(number)"
        number += 1
      }
      parts.append("\(Self.expression(column.kind, path)) AS \(Self.quoted(name))")
    }
    parts += ["key AS _key", "cursor AS _cursor", "raw AS _raw"]
    let view = Self.quoted(Self.viewName(description.connection, description.stream))
    try database.execute(
      """
      CREATE VIEW \(view) AS SELECT \(parts.joined(separator: ",\n  "))
      FROM \(Self.table(id)) WHERE deleted = 0
      """)
  }

  private static func expression(_ kind: Column.Kind, _ path: String) -> String {
    let value = "raw ->> \(literal(path))"
    return switch kind {
    case .text, .time: value
    case .json: "raw -> \(literal(path))"
    case .number: "CASE WHEN \(value) <> '' THEN CAST(\(value) AS NUMERIC) END"
    case .boolean:
      "CASE \(value) WHEN 'true' THEN 1 WHEN 'false' THEN 0 WHEN 1 THEN 1 WHEN 0 THEN 0 END"
    }
  }

  /// A JSON Pointer as an SQLite path; `nil` where SQLite has no way to write it.
  private static func path(_ pointer: String) -> String? {
    var path = "$"
    for part in pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      let name = part.replacing("~1", with: "/").replacing("~0", with: "~")
      if name.contains("\"") || name.contains("\\") { return nil }
      path += ".\"\(name)\""
    }
    return path
  }

  private func dropSharedViews() throws(Failure) {
    let old = try database.prepare("SELECT name FROM shared_views").bind().rows { $0.text(0) }
    for name in old { try database.execute("DROP VIEW IF EXISTS \(Self.quoted(name))") }
    try database.execute("DELETE FROM shared_views")
  }

  /// Remakes the bare-name aliases and the unified views.
  func rebuildSharedViews() throws(Failure) {
    let rows = try database.prepare(
      "SELECT id, connection, stream, unified FROM streams ORDER BY id"
    ).bind().rows { ($0.integer(0), $0.text(1), $0.text(2), $0.text(3)) }
    var sources: [String: [UnifiedSource]] = [:]
    var aliases: [String: String] = [:]
    for (id, connection, stream, unified) in rows {
      if aliases[stream] == nil {
        let view = Self.quoted(Self.viewName(connection, stream))
        aliases[stream] = "SELECT * FROM \(view)"
      }
      for member in try Self.stored(unified, "mappings").object?.members ?? [] {
        sources[member.name, default: []].append(
          UnifiedSource(id: id, connection: connection, stream: stream, mapping: member.value))
      }
    }
    try dropSharedViews()
    var taken = Set(
      try database.makeStatement("SELECT lower(name) FROM sqlite_schema").rows { $0.text(0) })
    let views =
      sources.sorted { $0.key < $1.key }.map { ($0.key, Self.unifiedSelect($0.key, $0.value)) }
      + aliases.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    for (name, select) in views where !Self.isReserved(name) {
      guard taken.insert(name.lowercased()).inserted else { continue }
      try database.execute("CREATE VIEW \(Self.quoted(name)) AS \(select)")
      try database.prepare("INSERT INTO shared_views (name) VALUES (?)").bind(.text(name)).run()
    }
  }

  /// SQLite keeps names for itself, and the tables of streams still to come have theirs.
  private static func isReserved(_ name: String) -> Bool {
    let name = name.lowercased()
    return name.hasPrefix("sqlite_") || name.hasPrefix("stream_")
  }

  /// A stream that feeds a unified view.
  private struct UnifiedSource {
    let id: Int64
    let connection: String
    let stream: String
    let mapping: JSON

    func select(_ columns: [String]) -> String {
      let parts = columns.map { name in
        let path = mapping[name]?.string.flatMap(SQLiteStore.path)
        let value = path.map { "raw ->> \(SQLiteStore.literal($0))" } ?? "NULL"
        return "\(value) AS \(SQLiteStore.quoted(name))"
      }
      let origin = [
        "\(SQLiteStore.literal(connection)) AS connection",
        "\(SQLiteStore.literal(stream)) AS stream", "key",
      ]
      let list = (origin + parts).joined(separator: ", ")
      return "SELECT \(list) FROM \(SQLiteStore.table(id)) WHERE deleted = 0"
    }
  }

  /// Every stream offers the same columns: the standard's, or where there is none, those of all.
  private static func unifiedSelect(_ view: String, _ sources: [UnifiedSource]) -> String {
    var columns = UnifiedView.columns[view] ?? []
    if columns.isEmpty {
      for name in sources.flatMap({ $0.mapping.object?.names ?? [] })
      where !columns.contains(name) { columns.append(name) }
    }
    return sources.map { $0.select(columns) }.joined(separator: "\nUNION ALL\n")
  }

  private static func columns(_ json: JSON) -> [Column] {
    (json.array ?? []).compactMap { column in
      guard let name = column["name"]?.string, let at = column["at"]?.string else { return nil }
      let kind = column["type"]?.string.flatMap(Column.Kind.init) ?? .text
      return Column(name: name, at: at, kind: kind)
    }
  }

  private static func json(_ columns: [Column]) -> JSON {
    .array(
      columns.map {
        ["name": .string($0.name), "at": .string($0.at), "type": .string($0.kind.rawValue)]
      })
  }
}

/// The views that exist across vendors, with the columns that each offers.
public enum UnifiedView {
  public static let columns: [String: [String]] = [
    "crm_contacts": [
      "id", "email", "first_name", "last_name", "phone", "company", "created_at", "updated_at",
    ]
  ]
}
