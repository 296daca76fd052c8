internal import PatchbayCore
internal import PatchbayJSON

/// What may be in a pack, judged file by file, before the bytes of a file are taken.
struct PackRules {
  static let fileLimit = 500
  /// Of a bundle, which has what thousands of publishers signed.
  static let bundleFileLimit = 50_000
  static let pathLimit = 200
  /// One part of a path: what ustar has room for.
  static let nameLimit = 100
  static let sizeLimit = 256 << 20
  static let totalLimit = 300 << 20
  /// Of listing.json, and of the icon.
  static let smallLimit = 256 << 10

  static let plugin = "plugin.so"
  static let listing = "listing.json"
  static let icons = ["icon.svg", "icon.png"]
  static let single = [plugin, listing, "README.md", "LICENSE"] + icons
  /// Folders, and how the names of the files in them end.
  static let folders = [(name: "Fixtures", suffix: ".ndjson"), (name: "docs", suffix: ".md")]

  /// What the files are for: a pack has its places, a bundle has those of a repository.
  enum Purpose { case pack, bundle }

  private let purpose: Purpose
  private var count = 0
  private var total = 0
  /// What was admitted, by names that read alike. Swift compares texts by their canonical form.
  private var admitted: [String: String] = [:]

  init(_ purpose: Purpose = .pack) { self.purpose = purpose }

  /// Takes a file into the account, or says why it cannot be in a pack.
  mutating func admit(_ path: String, size: Int) throws(Failure) {
    try Self.checkPath(path)
    if purpose == .pack { try Self.checkPlace(path) }
    if let twin = admitted.updateValue(path, forKey: path.lowercased()) {
      throw Self.refusal(
        "pack.twice", path,
        twin.utf8.elementsEqual(path.utf8) ? "is there twice" : "reads like “\(twin)”",
        "keep one of them: some file systems take both for one")
    }
    if Self.icons.contains(path), Self.icons.allSatisfy({ admitted[$0] != nil }) {
      throw Self.refusal("pack.twice", path, "is a second icon", "keep icon.svg or icon.png")
    }
    let limit = path == Self.listing || Self.icons.contains(path) ? Self.smallLimit : Self.sizeLimit
    guard size <= limit else {
      throw Self.refusal(
        "pack.size", path, "has \(size) bytes, more than the \(limit) it may have",
        "make it smaller, or leave it out")
    }
    count += 1
    total += size
    let fileLimit = purpose == .pack ? Self.fileLimit : Self.bundleFileLimit
    guard count <= fileLimit else {
      throw Self.refusal(
        "pack.count", path, "is one file too many: a \(purpose) has at most \(fileLimit)",
        "leave some of the fixtures and documents out")
    }
    guard total <= Self.totalLimit else {
      throw Self.refusal(
        "pack.size", path, "makes the pack larger than \(Self.totalLimit) bytes",
        "make the files smaller, or leave some out")
    }
  }

  /// What can be said when all files are there.
  func finish(_ files: [Pack.File]) throws(Failure) {
    for path in [Self.plugin, Self.listing] where admitted[path] == nil {
      throw Self.refusal(
        "pack.missing", path, "is missing", "every pack has \(Self.plugin) and \(Self.listing)")
    }
    do {
      for file in files where file.path == Self.listing { _ = try JSON(reading: file.bytes) }
    } catch {
      throw Self.refusal(
        "pack.listing", Self.listing, "cannot be read: \(error)", "write it as one JSON object")
    }
  }

  private static func checkPath(_ path: String) throws(Failure) {
    func refuse(_ rule: String, _ mend: String) -> Failure {
      refusal("pack.path", path, rule, mend)
    }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    if path.utf8.count > pathLimit || parts.contains(where: { $0.utf8.count > nameLimit }) {
      throw refuse(
        "has too long a name: a path has at most \(pathLimit) bytes, a part \(nameLimit)",
        "give it a shorter name")
    }
    let isClean = path.unicodeScalars.allSatisfy { scalar in
      let properties = scalar.properties
      switch properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse:
        return false
      default: return scalar != "\\" && !properties.isDefaultIgnorableCodePoint
      }
    }
    guard isClean else {
      throw refuse(
        "has a backslash, a control character or an invisible one in its name", "rename it")
    }
    if path.hasPrefix("/") { throw refuse("is an absolute path", "name it from the pack on") }
    if parts.contains(where: { ["", ".", ".."].contains($0) }) {
      throw refuse("has an empty part, “.” or “..” in its path", "name it from the pack on")
    }
  }

  private static func checkPlace(_ path: String) throws(Failure) {
    if single.contains(where: { $0.utf8.elementsEqual(path.utf8) }) { return }
    for folder in folders where path.hasPrefix(folder.name + "/") {
      let name = path.dropFirst(folder.name.count + 1)
      let isNamed = name.count > folder.suffix.count && !name.hasPrefix(".")
      if !name.contains("/") && name.hasSuffix(folder.suffix) && isNamed { return }
    }
    let places = single + folders.map { "\($0.name)/*\($0.suffix)" }
    throw refusal(
      "pack.stranger", path, "does not belong into a pack",
      "leave it out; a pack has \(places.joined(separator: ", "))")
  }

  /// A name may be hostile, and long.
  static func refusal(_ code: String, _ path: String, _ rule: String, _ mend: String) -> Failure {
    let name = String(path.prefix(pathLimit))
    return Failure(
      .data, code, "in the pack, \(name.isEmpty ? "a file without a name" : name) \(rule)",
      mend: mend, params: JSONObject([.init("file", .string(name))]))
  }
}
