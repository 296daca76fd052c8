internal import PatchbayCore
internal import PatchbayJSON

/// The files that were read, with what they were then. Names are compared byte by byte.
struct KnownFiles: Sendable {
  private struct Known {
    var size, modifiedNS, changedNS, rows: Int64
  }

  private var files: [[UInt8]: Known] = [:]

  /// No file that is read has more rows than bytes.
  private static let rowLimit = FileReading.fileLimit

  init(_ state: JSON?) {
    for member in state?["files"]?.object?.members ?? [] {
      guard let list = member.value.array, list.count == 4, let size = list[0].integer,
        let modified = list[1].integer, let changed = list[2].integer, let rows = list[3].integer
      else { continue }
      files[Array(member.name.utf8)] = Known(
        size: size, modifiedNS: modified, changedNS: changed,
        rows: min(max(0, rows), Self.rowLimit))
    }
  }

  /// In order.
  var paths: [[UInt8]] { files.keys.sorted { $0.lexicographicallyPrecedes($1) } }

  /// Rows of all files.
  var rows: Int64 { files.values.reduce(0) { $0 + $1.rows } }

  /// Whether a file was read as it is.
  func has(_ entry: FileEntry) -> Bool {
    guard let known = files[Array(entry.path.utf8)] else { return false }
    return known.size == entry.size && known.modifiedNS == entry.modifiedNS
      && known.changedNS == entry.changedNS
  }

  func rows(of path: String) -> Int64 { files[Array(path.utf8)]?.rows ?? 0 }

  mutating func set(_ entry: FileEntry, rows: Int64) {
    files[Array(entry.path.utf8)] = Known(
      size: entry.size, modifiedNS: entry.modifiedNS, changedNS: entry.changedNS, rows: rows)
  }

  /// It is read again whatever its times are.
  mutating func forgetTimes(of path: String) { files[Array(path.utf8)]?.changedNS = .min }

  mutating func remove(_ path: [UInt8]) { files[path] = nil }

  var json: JSON {
    let members = paths.compactMap { path -> JSONObject.Member? in
      guard let known = files[path] else { return nil }
      let values = [known.size, known.modifiedNS, known.changedNS, known.rows]
      return .init(String(decoding: path, as: UTF8.self), .array(values.map { .integer($0) }))
    }
    return ["files": .object(JSONObject(members))]
  }
}
