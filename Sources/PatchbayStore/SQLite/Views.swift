internal import PatchbayCore
internal import PatchbayJSON

/// Views: one typed view for each stream (`hub__contacts`), an alias by the stream's bare name for
/// the connection that had it first (`contacts`), and unified views across vendors
/// (`crm_contacts`). They show living records; beside each, `…_all` shows deleted ones as well.
///
/// They select stored columns and parse no JSON.
struct Views {
  let database: SQLiteConnection

  init(_ database: SQLiteConnection) { self.database = database }

  /// Makes the views of a stream anew, and those that several streams share.
  func remake(_ id: Int64) throws(Failure) {
    guard let stream = try streams().first(where: { $0.id == id }) else { return }
    try drop(stream.connection, stream.name)
    // An alias may have the name that the view is to have.
    try dropShared()
    let select = stream.select(stream.shown(isAll: false), isAll: false)
    try make(stream.view, select)
    try makeShared()
  }

  func drop(_ connection: String, _ stream: String) throws(Failure) {
    let view = ViewStream.name(connection, stream)
    try database.execute("DROP VIEW IF EXISTS \(Dialect.quoted(view))")
  }

  private func dropShared() throws(Failure) {
    let old = try database.prepare("SELECT name FROM shared_views").bind().rows { $0.text(0) }
    for name in old { try database.execute("DROP VIEW IF EXISTS \(Dialect.quoted(name))") }
    try database.execute("DELETE FROM shared_views")
  }

  /// Remakes the bare-name aliases, the unified views, and all that show deleted records.
  func makeShared() throws(Failure) {
    let streams = try streams()
    try dropShared()
    var taken = Set(
      try database.makeStatement("SELECT lower(name) FROM sqlite_schema").rows { $0.text(0) })
    for view in Self.shared(streams) where !Self.isReserved(view.name) {
      guard taken.insert(view.name.lowercased()).inserted else { continue }
      try make(view.name, view.select)
      try database.prepare("INSERT INTO shared_views (name) VALUES (?)").bind(.text(view.name))
        .run()
    }
  }

  /// One statement, whatever is in a name.
  private func make(_ name: String, _ select: String) throws(Failure) {
    try database.makeStatement("CREATE VIEW \(Dialect.quoted(name)) AS \(select)").run()
  }

  /// A view that streams share, or that is made anew with those.
  struct Shared {
    let name: String
    let kind: ViewDescription.Kind
    let isAll: Bool
    let streams: [ViewStream]

    var select: String {
      switch kind {
      case .alias: "SELECT * FROM \(Dialect.quoted(streams[0].view))"
      case .stream: streams[0].select(streams[0].shown(isAll: isAll), isAll: isAll)
      case .unified:
        Views.unifiedSelect(isAll ? String(name.dropLast(4)) : name, streams, isAll: isAll)
      }
    }
  }

  /// In the order in which they get their names: where two are the same, the first has it.
  static func shared(_ streams: [ViewStream]) -> [Shared] {
    var unified: [String: [ViewStream]] = [:]
    var aliases: [String: ViewStream] = [:]
    for stream in streams {
      if aliases[stream.name] == nil { aliases[stream.name] = stream }
      for view in stream.unified.object?.names ?? [] { unified[view, default: []].append(stream) }
    }
    let sorted = unified.sorted { $0.key < $1.key }
    return sorted.map { Shared(name: $0.key, kind: .unified, isAll: false, streams: $0.value) }
      + aliases.sorted { $0.key < $1.key }
      .map { Shared(name: $0.key, kind: .alias, isAll: false, streams: [$0.value]) }
      + sorted.map {
        Shared(name: $0.key + "_all", kind: .unified, isAll: true, streams: $0.value)
      }
      + streams.map { Shared(name: $0.view + "_all", kind: .stream, isAll: true, streams: [$0]) }
  }

  fileprivate static func unifiedSelect(_ view: String, _ sources: [ViewStream], isAll: Bool)
    -> String
  {
    let columns = unifiedColumns(view, sources)
    return sources.map { $0.select($0.shown(columns, of: view, isAll: isAll), isAll: isAll) }
      .joined(separator: "\nUNION ALL\n")
  }

  /// Every stream offers the same columns: the standard's, or where there is none, those of all.
  static func unifiedColumns(_ view: String, _ sources: [ViewStream]) -> [String] {
    var columns = UnifiedView.columns[view] ?? []
    if columns.isEmpty {
      for name in sources.flatMap({ $0.unified[view]?.object?.names ?? [] })
      where !columns.contains(name) { columns.append(name) }
    }
    return columns
  }

  /// SQLite keeps names for itself, and the tables of streams still to come have theirs.
  private static func isReserved(_ name: String) -> Bool {
    let name = name.lowercased()
    return ["sqlite_", "stream_", "raw_"].contains { name.hasPrefix($0) }
      || ownTables.contains(name)
  }

  /// Tables of the store, also those that a later form may drop.
  private static let ownTables: Set<String> = [
    "streams", "seen", "dead_letters", "shared_views", "usage", "terms", "outbox", "blobs",
    "blob_uses", "forms", "owner",
  ]

  func streams() throws(Failure) -> [ViewStream] {
    let rows = try database.prepare(
      "SELECT id, connection, stream, columns, unified FROM streams ORDER BY id"
    ).bind().rows { ($0.integer(0), $0.text(1), $0.text(2), $0.text(3), $0.text(4)) }
    var streams: [ViewStream] = []
    for (id, connection, name, columns, unified) in rows {
      streams.append(
        ViewStream(
          id: id, connection: connection, name: name,
          columns: StoredColumn.list(try JSON(stored: columns, "columns")),
          unified: try JSON(stored: unified, "mappings")))
    }
    return streams
  }
}

/// The views that exist across vendors, with the columns that each offers.
package enum UnifiedView {
  package static let columns: [String: [String]] = [
    "crm_contacts": [
      "id", "email", "first_name", "last_name", "phone", "company", "created_at", "updated_at",
    ]
  ]
}
