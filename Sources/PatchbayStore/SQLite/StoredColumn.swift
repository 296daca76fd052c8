internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayJSON

/// A typed column of a stream's records, as it is stored.
struct StoredColumn: Equatable {
  /// What the view calls it.
  var name: String
  /// JSON Pointer inside a record.
  var at: String
  var kind: Column.Kind
  /// What the table calls it: `c1`, `c2` and so on.
  var store = ""
  /// Only a unified view shows it.
  var isHidden = false
  /// The pointer led to something in some record.
  var isFound = false

  /// PostgreSQL takes 1,600 columns, of which some are the hub's own.
  static let limit = 1_500
  /// Bytes of a name, as PostgreSQL takes them.
  static let nameLimit = 63

  static func list(_ json: JSON) -> [StoredColumn] {
    (json.array ?? []).compactMap { column in
      guard let name = column["name"]?.string, let at = column["at"]?.string else { return nil }
      return StoredColumn(
        name: name, at: at, kind: column["type"]?.string.flatMap(Column.Kind.init) ?? .text,
        store: column["store"]?.string ?? "", isHidden: column["hidden"]?.bool ?? false,
        isFound: column["found"]?.bool ?? false)
    }
  }

  static func json(_ columns: [StoredColumn]) -> JSON {
    .array(
      columns.map { column in
        var object = JSONObject([
          .init("name", .string(column.name)), .init("at", .string(column.at)),
          .init("type", .string(column.kind.rawValue)), .init("store", .string(column.store)),
        ])
        if column.isHidden { object["hidden"] = true }
        if column.isFound { object["found"] = true }
        return .object(object)
      })
  }

  /// A name that every engine takes: a long one is cut, and ends with a digest of the whole.
  static func fitting(_ name: String) -> String {
    if name.utf8.count <= nameLimit { return name }
    let digest = Hex.encode(Digest.sha256(name).prefix(4))
    var start = ""
    for character in name {
      if start.utf8.count + String(character).utf8.count > nameLimit - digest.utf8.count - 1 {
        break
      }
      start.append(character)
    }
    return "\(start)_\(digest)"
  }
}
