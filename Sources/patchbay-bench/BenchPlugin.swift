internal import PatchbayCore
internal import PatchbayJSON

/// The small connector of the tests with more columns, so that each type is among them: what the
/// limit stores, too.
enum BenchPlugin {
  /// Beside those of the connector.
  private static let columns: [JSON] = [
    ["name": "stock", "at": "/stock", "type": "number"],
    ["name": "in_print", "at": "/in_print", "type": "boolean"],
    ["name": "author", "at": "/author/name"],
  ]

  /// Puts it into a folder for plugins. Its manifest keeps its size: it loses its white space.
  static func make(from path: String, in folder: String) throws {
    var bytes = try FileBytes.read(path, limit: 64 << 20)
    let place = try manifest(in: bytes)
    guard var manifest = try JSON(reading: bytes[place]).object,
      var stream = manifest["streams"]?.array?.first?.object
    else { throw broken }
    stream["columns"] = .array((stream["columns"]?.array ?? []) + columns)
    manifest["streams"] = [.object(stream)]
    let text = JSON.object(manifest).bytes
    guard text.count <= place.count else { throw broken }
    bytes.replaceSubrange(
      place, with: text + [UInt8](repeating: 0x20, count: place.count - text.count))
    try FileBytes.replace("\(folder)/bookshop.so", with: bytes, mode: 0o700)
  }

  /// From its first brace to the one that closes it; no text in it has braces.
  private static func manifest(in bytes: [UInt8]) throws(Failure) -> Range<Int> {
    let start = Array("{\n  \"manifest\"".utf8)
    let first = bytes.indices.dropLast(start.count).first { index in
      bytes[index] == start[0] && bytes[index..<(index + start.count)].elementsEqual(start)
    }
    guard let first else { throw broken }
    var depth = 0
    for index in first..<bytes.count {
      if bytes[index] == UInt8(ascii: "{") { depth += 1 }
      if bytes[index] == UInt8(ascii: "}") { depth -= 1 }
      if depth == 0 { return first..<(index + 1) }
    }
    throw broken
  }

  private static var broken: Failure {
    Failure(.config, "bench.plugin", "the connector holds no manifest", mend: "make build")
  }
}
