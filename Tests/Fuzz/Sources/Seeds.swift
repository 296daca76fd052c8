import Glibc
import PatchbayCore
import PatchbayCrypto
import PatchbayJSON
import Seeded

/// What the repository has already: the seeds of the targets.
enum Repository {
  static let root: String = {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(4).joined(separator: "/")
  }()

  /// Files of a folder by the ends of their names, in the order of their names.
  static func files(in folder: String, _ suffix: String) -> [[UInt8]] {
    names(in: "\(root)/\(folder)").filter { $0.hasSuffix(suffix) }
      .compactMap { try? FileBytes.read("\(root)/\(folder)/\($0)") }
  }

  static let transcripts = files(in: "Sources/Patchbay.docc/Transcripts", ".ndjson")

  /// Every line of every transcript.
  static var lines: [JSON] {
    transcripts.flatMap { $0.split(separator: 0x0A) }.compactMap { try? JSON(reading: $0) }
  }

  static var manifests: [[UInt8]] {
    ["Plugins", "Tests/Plugins"].flatMap { folder in
      names(in: "\(root)/\(folder)").flatMap { files(in: "\(folder)/\($0)", "plugin.json") }
    }
  }

  private static func names(in folder: String) -> [String] {
    // Unsafe: the stream is closed here, and its names are copied.
    guard let stream = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      names.append(
        unsafe withUnsafePointer(to: &entry.pointee.d_name) {
          unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
        })
    }
    return names.sorted()
  }
}

/// Writes the seeds of a target to a folder that is there, and its words behind the folder's name.
func writeSeeds(of name: String, to folder: String) -> Int32 {
  guard let target = FuzzTarget.all.first(where: { $0.name == name }) else { return 2 }
  do {
    for (index, seed) in target.seeds().enumerated() {
      try FileBytes.replace("\(folder)/seed-\(index)", with: seed)
    }
    // What no reader may stumble over, for all of them.
    let words = (target.words + Extreme.words).map { word in
      "\"" + word.utf8.map { "\\x" + Hex.encode([$0]) }.joined() + "\"\n"
    }
    try FileBytes.replace("\(folder).dict", with: Array(words.joined().utf8))
    return 0
  } catch {
    print(error)
    return 1
  }
}
