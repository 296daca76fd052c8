internal import PatchbayCore
internal import PatchbayJSON

/// Views: one typed view for each stream (`hub__contacts`), an alias by the stream's bare name for
/// the connection that had it first (`contacts`), and unified views across vendors
/// (`crm_contacts`). They show living records; beside each, `…_all` shows deleted ones as well.
///
/// They select stored columns and parse no JSON.
struct Views {
  private let database: Database

  init(_ database: Database) { self.database = database }

  /// Makes the views of a stream anew, and those that several streams share.
  func remake(_ id: Int64) throws(Failure) {
    guard let stream = try streams().first(where: { $0.id == id }) else { return }
    try drop(stream.connection, stream.name)
    // An alias may have the name that the view is to have.
    try dropShared()
    try database.execute(
      "CREATE VIEW \(SQLiteStore.quoted(stream.view)) AS \(stream.select(isAll: false))")
    try makeShared()
  }

  func drop(_ connection: String, _ stream: String) throws(Failure) {
    let view = Stream.view(connection, stream)
    try database.execute("DROP VIEW IF EXISTS \(SQLiteStore.quoted(view))")
  }

  private func dropShared() throws(Failure) {
    let old = try database.prepare("SELECT name FROM shared_views").bind().rows { $0.text(0) }
    for name in old { try database.execute("DROP VIEW IF EXISTS \(SQLiteStore.quoted(name))") }
    try database.execute("DELETE FROM shared_views")
  }

  /// Remakes the bare-name aliases, the unified views, and all that show deleted records.
  func makeShared() throws(Failure) {
    let streams = try streams()
    try dropShared()
    var taken = Set(
      try database.makeStatement("SELECT lower(name) FROM sqlite_schema").rows { $0.text(0) })
    for (name, select) in Self.shared(streams) where !Self.isReserved(name) {
      guard taken.insert(name.lowercased()).inserted else { continue }
      try database.execute("CREATE VIEW \(SQLiteStore.quoted(name)) AS \(select)")
      try database.prepare("INSERT INTO shared_views (name) VALUES (?)").bind(.text(name)).run()
    }
  }

  /// In the order in which they get their names: where two are the same, the first has it.
  private static func shared(_ streams: [Stream]) -> [(name: String, select: String)] {
    var unified: [String: [Stream]] = [:]
    var aliases: [String: String] = [:]
    for stream in streams {
      if aliases[stream.name] == nil {
        aliases[stream.name] = "SELECT * FROM \(SQLiteStore.quoted(stream.view))"
      }
      for view in stream.unified.object?.names ?? [] { unified[view, default: []].append(stream) }
    }
    var views: [(String, String)] = []
    for (view, sources) in unified.sorted(by: { $0.key < $1.key }) {
      views.append((view, unifiedSelect(view, sources, isAll: false)))
    }
    views += aliases.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    for (view, sources) in unified.sorted(by: { $0.key < $1.key }) {
      views.append((view + "_all", unifiedSelect(view, sources, isAll: true)))
    }
    for stream in streams { views.append((stream.view + "_all", stream.select(isAll: true))) }
    return views
  }

  /// Every stream offers the same columns: the standard's, or where there is none, those of all.
  private static func unifiedSelect(_ view: String, _ sources: [Stream], isAll: Bool) -> String {
    var columns = UnifiedView.columns[view] ?? []
    if columns.isEmpty {
      for name in sources.flatMap({ $0.unified[view]?.object?.names ?? [] })
      where !columns.contains(name) { columns.append(name) }
    }
    return sources.map { $0.select(columns, of: view, isAll: isAll) }
      .joined(separator: "\nUNION ALL\n")
  }

  /// SQLite keeps names for itself, and the tables of streams still to come have theirs.
  private static func isReserved(_ name: String) -> Bool {
    let name = name.lowercased()
    return ["sqlite_", "stream_", "raw_"].contains { name.hasPrefix($0) }
  }

  private func streams() throws(Failure) -> [Stream] {
    let rows = try database.prepare(
      "SELECT id, connection, stream, columns, unified FROM streams ORDER BY id"
    ).bind().rows { ($0.integer(0), $0.text(1), $0.text(2), $0.text(3), $0.text(4)) }
    var streams: [Stream] = []
    for (id, connection, name, columns, unified) in rows {
      streams.append(
        Stream(
          id: id, connection: connection, name: name,
          columns: StoredColumn.list(try SQLiteStore.stored(columns, "columns")),
          unified: try SQLiteStore.stored(unified, "mappings")))
    }
    return streams
  }
}

extension Views {
  /// A stream whose records are shown.
  fileprivate struct Stream {
    let id: Int64
    let connection: String
    let name: String
    let columns: [StoredColumn]
    let unified: JSON

    var view: String { Self.view(connection, name) }

    static func view(_ connection: String, _ stream: String) -> String {
      StoredColumn.fitting("\(connection)__\(stream)")
    }

    private func source(isAll: Bool) -> String {
      "FROM \(SQLiteStore.table(id)) t" + (isAll ? "" : " WHERE deleted_ms IS NULL")
    }

    /// The stream's own view.
    func select(isAll: Bool) -> String {
      var taken: Set<String> = ["_key", "_cursor", "_deleted", "_raw"]
      var parts: [String] = []
      for column in columns where !column.isHidden {
        var name = column.name
        var number = 2
        while !taken.insert(name.lowercased()).inserted {
          name = "\(column.name)_\(number)"
          number += 1
        }
        parts.append("\(column.store) AS \(SQLiteStore.quoted(name))")
      }
      parts += ["key AS _key", "cursor AS _cursor"]
      if isAll { parts.append("deleted_ms IS NOT NULL AS _deleted") }
      // Looked up only where somebody asks for it.
      parts.append(
        "(SELECT raw FROM \(SQLiteStore.rawTable(id)) r WHERE r.id = t.id) AS _raw")
      return "SELECT \(parts.joined(separator: ",\n  "))\n\(source(isAll: isAll))"
    }

    /// Its part of a unified view.
    func select(_ names: [String], of view: String, isAll: Bool) -> String {
      let mapping = unified[view] ?? .null
      var parts = [
        "\(SQLiteStore.literal(connection)) AS connection",
        "\(SQLiteStore.literal(name)) AS stream", "key",
      ]
      if isAll { parts.append("deleted_ms IS NOT NULL AS deleted") }
      for name in names {
        let pointer = mapping[name]?.string
        let column = columns.first { $0.at == pointer }
        parts.append("\(column?.store ?? "NULL") AS \(SQLiteStore.quoted(name))")
      }
      return "SELECT \(parts.joined(separator: ", ")) \(source(isAll: isAll))"
    }
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
