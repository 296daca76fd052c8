import Foundation
import PatchbayCore
import PatchbayJSON
import PatchbayTUF

/// A folder for trusted metadata, which is gone when the test is over.
final class TrustFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "patchbay-tuf-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// A folder with the same files.
  func copy() throws -> TrustFolder {
    let other = try TrustFolder()
    for name in names { try other.write(name, read(name)) }
    return other
  }

  var names: [String] { FileBytes.names(in: path) }
  func has(_ name: String) -> Bool { names.contains(name) }
  func read(_ name: String) throws -> [UInt8] { try FileBytes.read("\(path)/\(name)") }
  func write(_ name: String, _ bytes: [UInt8]) throws {
    try FileBytes.replace("\(path)/\(name)", with: bytes)
  }
  func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: "\(path)/\(name)")
  }

  /// The version of each role that is kept, as in `root 2, timestamp 1`.
  var versions: String {
    get throws {
      try names.map { name in
        let file = try SignedMetadata(reading: read(name), limit: 1 << 20)
        return "\(name.dropLast(".json".count)) \(file.signed["version"]?.integer ?? 0)"
      }.joined(separator: ", ")
    }
  }
}
