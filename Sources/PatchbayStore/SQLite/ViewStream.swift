internal import PatchbayCore
internal import PatchbayJSON

/// A stream whose records views show.
struct ViewStream {
  let id: Int64
  let connection: String
  let name: String
  let columns: [StoredColumn]
  /// Unified views that it feeds, with their columns as pointers by name.
  let unified: JSON

  /// A column of a view: what it is called, what SQL gives it, and where it comes from.
  struct Shown {
    let name: String
    let sql: String
    let type: String
    var pointer: String?
  }

  var view: String { Self.name(connection, name) }
  var path: String { "\(connection)/\(name)" }

  static func name(_ connection: String, _ stream: String) -> String {
    StoredColumn.fitting("\(connection)__\(stream)")
  }

  /// The columns of the stream's own view.
  func shown(isAll: Bool) -> [Shown] {
    var taken: Set<String> = ["_key", "_cursor", "_deleted", "_raw"]
    var shown: [Shown] = []
    for column in columns where !column.isHidden {
      var name = column.name
      var number = 2
      while !taken.insert(name.lowercased()).inserted {
        name = "\(column.name)_\(number)"
        number += 1
      }
      shown.append(
        Shown(name: name, sql: column.store, type: column.kind.rawValue, pointer: column.at))
    }
    shown.append(Shown(name: "_key", sql: "key", type: "text"))
    shown.append(Shown(name: "_cursor", sql: "cursor", type: "text"))
    if isAll { shown.append(Self.isDeleted("_deleted")) }
    // Looked up only where somebody asks for it.
    let raw = "(SELECT raw FROM \(RecordTables.raw(id)) r WHERE r.id = t.id)"
    shown.append(Shown(name: "_raw", sql: raw, type: "json", pointer: ""))
    return shown
  }

  /// Its part of the columns of a unified view.
  func shown(_ names: [String], of view: String, isAll: Bool) -> [Shown] {
    let mapping = unified[view] ?? .null
    var shown = [
      Shown(name: "connection", sql: Dialect.literal(connection), type: "text"),
      Shown(name: "stream", sql: Dialect.literal(name), type: "text"),
      Shown(name: "key", sql: "key", type: "text"),
    ]
    if isAll { shown.append(Self.isDeleted("deleted")) }
    for name in names {
      let pointer = mapping[name]?.string
      let column = columns.first { $0.at == pointer }
      shown.append(
        Shown(
          name: name, sql: column?.store ?? "NULL", type: column?.kind.rawValue ?? "text",
          pointer: column?.at))
    }
    return shown
  }

  private static func isDeleted(_ name: String) -> Shown {
    Shown(name: name, sql: "deleted_ms IS NOT NULL", type: "boolean")
  }

  func select(_ shown: [Shown], isAll: Bool) -> String {
    let parts = shown.map { $0.sql == $0.name ? $0.sql : "\($0.sql) AS \(Dialect.quoted($0.name))" }
    let source = "FROM \(RecordTables.name(id)) t" + (isAll ? "" : " WHERE deleted_ms IS NULL")
    return "SELECT \(parts.joined(separator: ",\n  "))\n\(source)"
  }
}
