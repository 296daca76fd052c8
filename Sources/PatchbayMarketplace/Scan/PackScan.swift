internal import PatchbayCore
internal import PatchbayHost

/// What is looked for in a pack before it is published, and by the registry again.
package enum PackScan {
  private static let largePlugin = 64 << 20
  /// How many findings of a rule one file has; more say nothing new.
  private static let perRule = 10
  /// Files that nobody reads as text.
  private static let binary = [PackRules.plugin, "icon.png"]

  /// Everything that is found, in the order of the files. Runs nothing of the pack. The plugin is
  /// judged as a host of its machine would when it loads it.
  package static func findings(in pack: Pack) -> [Finding] {
    var found: [Finding] = []
    for file in pack.files { found += secrets(in: file) }
    if let plugin = pack[PackRules.plugin] { found += judge(plugin) }
    if pack["LICENSE"] == nil {
      found.append(
        Finding(
          level: .error, rule: "file.license", file: "LICENSE", what: "there is no such file",
          mend: "say in a file LICENSE what users may do with the plugin"))
    }
    if pack["README.md"] == nil {
      found.append(
        Finding(
          level: .warning, rule: "file.readme", file: "README.md", what: "there is no such file",
          mend: "say in README.md what the plugin does, and what it needs"))
    }
    return found
  }

  private static func secrets(in file: Pack.File) -> [Finding] {
    var counts: [String: Int] = [:]
    var lines = LineCount(file.bytes)
    let isText = !binary.contains(file.path)
    return SecretSearch(file.bytes, isText: isText).found().compactMap { secret in
      counts[secret.rule, default: 0] += 1
      if counts[secret.rule, default: 0] > perRule { return nil }
      let place = isText ? "line \(lines.line(of: secret.offset)), " : ""
      let start = file.bytes[secret.offset...].prefix(min(4, secret.shownCount))
      return Finding(
        level: .error, rule: secret.rule, file: file.path,
        what: "\(secret.kind), at \(place)byte \(secret.offset), "
          + "beginning with “\(String(decoding: start, as: UTF8.self))”",
        mend: "take it out, and make it worthless where it came from: it may have been seen")
    }
  }

  private static func judge(_ plugin: Pack.File) -> [Finding] {
    var found: [Finding] = []
    do throws(Failure) {
      _ = try PluginFile(checking: plugin.bytes, name: plugin.path, forAnyMachine: true)
    } catch {
      found.append(
        Finding(
          level: .error, rule: "file.elf", file: plugin.path, what: error.message,
          mend: error.mend.isEmpty ? "build the plugin again" : error.mend))
    }
    if let path = BuildPath.first(in: plugin.bytes) {
      found.append(
        Finding(
          level: .warning, rule: "build.path", file: plugin.path,
          what: "the path “\(path.text)” of the machine that built it is in it, at byte "
            + "\(path.offset)",
          mend: "build it from another folder, or with -ffile-prefix-map or -file-prefix-map"))
    }
    if plugin.bytes.count > largePlugin {
      found.append(
        Finding(
          level: .warning, rule: "size.plugin", file: plugin.path,
          what: "it has \(plugin.bytes.count >> 20) MiB, which everybody has to fetch and load",
          mend: "link it with --gc-sections, strip it, and leave out what it does not use"))
    }
    return found
  }
}

/// The lines of offsets that only grow.
private struct LineCount {
  private let bytes: [UInt8]
  private var offset = 0
  private var line = 1

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func line(of next: Int) -> Int {
    for byte in bytes[offset..<max(offset, next)] where byte == 0x0A { line += 1 }
    offset = max(offset, next)
    return line
  }
}
