import Foundation

/// The project's own files.
enum Tree {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  struct File: CustomStringConvertible, Sendable {
    /// From the root on.
    let path: String
    let text: String

    var description: String { path }
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    var name: String { path.split(separator: "/").last.map(String.init) ?? "" }
    func isUnder(_ folder: String) -> Bool { path.hasPrefix(folder + "/") }
  }

  /// Every file of text that the project is made of.
  static let files: [File] = {
    var found: [File] = []
    for folder in ["Sources", "Plugins", "SDK", "Tests"] {
      let walk = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
      while let path = walk?.nextObject() as? String {
        let kind = path.split(separator: ".").last.map(String.init) ?? ""
        guard ["swift", "c", "cpp", "h", "rs", "mk", "md", "json", "map"].contains(kind) else {
          continue
        }
        found.append(file("\(folder)/\(path)"))
      }
    }
    for name in [
      "Package.swift", "README.md", "Makefile", "demo.sh", ".ci/run", "Plugins/build",
      "SDK/assemble",
    ] {
      found.append(file(name))
    }
    return found.sorted { $0.path < $1.path }
  }()

  static let code = files.filter {
    ["swift", "c", "cpp", "h", "rs"].contains($0.path.suffix(after: "."))
  }
  static let swift = files.filter { $0.path.hasSuffix(".swift") }

  static func file(_ path: String) -> File {
    let data = FileManager.default.contents(atPath: root.appending(path: path).path) ?? Data()
    return File(path: path, text: String(decoding: data, as: UTF8.self))
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path)
  }

  static func folders(in folder: String) -> [String] {
    let path = root.appending(path: folder).path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.sorted().filter { exists("\(folder)/\($0)/plugin.json") }
  }
}

extension String {
  func suffix(after mark: Character) -> String {
    split(separator: mark).last.map(String.init) ?? ""
  }
}
