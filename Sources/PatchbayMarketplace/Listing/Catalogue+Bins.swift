internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayJSON

/// A release, with what is known of it beside what was signed.
struct PublishedRelease {
  let release: Release
  let publishedMS: Int64
  let logIndex: Int?
}

/// A catalogue of many plugins is cut into files by the hashes of their ids, so that a change of
/// one costs a hub one small file: `catalogue.json` then says by how many digits of the hash, and
/// `catalogue/3f.json` has the plugins whose ids begin so. One that would be empty is not there.
extension Catalogue {
  static let folder = "catalogue"
  /// Of a file, on average.
  private static let binPlugins = 64
  private static let digitLimit = 4

  static func isBin(_ path: String) -> Bool { path.hasPrefix("\(folder)/") }

  /// The file with the plugins of an id; `digits` of 0 mean that there is one for all.
  static func path(of id: some StringProtocol, digits: Int) -> String {
    if digits == 0 { return path }
    return "\(folder)/\(Hex.encode(Digest.sha256(String(id))).prefix(digits)).json"
  }

  /// The files of a catalogue of these plugins; one where it may not be cut.
  static func files(_ plugins: [JSON], isCut: Bool) -> [String: JSON] {
    func name(_ plugin: JSON) -> String { plugin["name"]?.string ?? "" }
    let digits = isCut ? min(binDigits(of: plugins.count, holding: binPlugins), digitLimit) : 0
    let bins = Dictionary(grouping: plugins) { plugin in
      path(of: name(plugin).split(separator: "/").last ?? "", digits: digits)
    }
    var files = bins.mapValues { plugins -> JSON in
      let sorted = plugins.sorted { name($0).utf8.lexicographicallyPrecedes(name($1).utf8) }
      return ["catalogue": 1, "plugins": .array(sorted)]
    }
    if digits > 0 {
      files[path] = ["catalogue": 2, "digits": .integer(Int64(digits))]
    } else if files.isEmpty {
      files[path] = ["catalogue": 1, "plugins": []]
    }
    return files
  }

  /// By how many digits `catalogue.json` says that its plugins are put into files; 0 where it has
  /// them itself.
  static func digits(in head: JSON) throws(Failure) -> Int {
    if head["catalogue"]?.integer == 1 { return 0 }
    if let problem = headShape.problems(in: head).first {
      throw Failure(
        .config, "market.catalogue", "the marketplace's catalogue does not fit: \(problem)",
        mend: "tell the marketplace; or use a newer Patchbay, if it is one of a newer format")
    }
    return Int(head["digits"]?.integer ?? 0)
  }

  private static let headShape = Shape.object([
    .required("catalogue", .integer(2...2)),
    .required("digits", .integer(1...Int64(digitLimit))),
  ])
}
