package import PatchbayCore
internal import PatchbayJSON
internal import PatchbayTUF
internal import Synchronization

/// What the registry says, whose signatures were checked. The catalogue is read where it is asked
/// for: who installs one plugin needs a small part of it.
package struct MarketLists: Sendable {
  package let policy: Policy
  package let revocations: Revocations
  /// When the metadata ends that says so.
  package let expiresMS: Int64
  /// The head of the log of releases; `nil` for a marketplace that keeps none.
  package let log: LogHead?
  private let files: CatalogueFiles

  init(_ folder: TrustFolder, _ trust: TUFTrust) throws(Failure) {
    policy = try Policy(folder.list(Policy.path, trust))
    revocations = try Revocations(folder.list(Revocations.path, trust))
    expiresMS = trust.expiresMS
    log = try folder.head()
    files = try CatalogueFiles(folder, trust)
  }

  /// All plugins, by name.
  package var catalogue: Catalogue {
    get throws(Failure) { Catalogue(try files.all()) }
  }

  /// The plugin of a whole name; `nil` where there is none.
  package func plugin(_ name: String) throws(Failure) -> Catalogue.Entry? {
    try files.entries(of: Self.id(name)).first { $0.name == name }
  }

  /// The plugin of a whole name, or of an id that one publisher alone has.
  package func entry(_ name: String) throws(Failure) -> Catalogue.Entry {
    let found = try files.entries(of: Self.id(name)).filter {
      name.contains("/") ? $0.name == name : $0.id == name
    }
    if found.count > 1 {
      throw Failure(
        .config, "market.ambiguous",
        "“\(name)” are several plugins: \(found.map(\.name).joined(separator: ", "))",
        mend: "give the whole name")
    }
    guard let entry = found.first else {
      let near = try files.all().filter { $0.name.contains(name) }.prefix(5).map(\.name)
      throw Failure(
        .config, "market.unknown", "the marketplace has no plugin “\(name)”",
        mend: near.isEmpty
          ? "look for it: patchbay market search WORD"
          : "there are: \(near.joined(separator: ", "))")
    }
    return entry
  }

  /// What a new name could be taken for: all plugins by id, title and publisher, in no order.
  func names() throws(Failure) -> [(name: String, display: String, publisher: String)] {
    try files.names()
  }

  /// The folder was renamed.
  func follow(to folder: TrustFolder) { files.follow(to: folder) }

  private static func id(_ name: String) -> Substring { name.split(separator: "/").last ?? "" }
}

/// The files of a catalogue, each read at most once.
private final class CatalogueFiles: Sendable {
  /// The folder with the files, which are read when they are asked for.
  private struct State {
    var folder: TrustFolder
    var known: [String: [Catalogue.Entry]] = [:]
  }

  private let trust: TUFTrust
  private let digits: Int
  private let paths: Set<String>
  private let state: Mutex<State>

  init(_ folder: TrustFolder, _ trust: TUFTrust) throws(Failure) {
    let head = try folder.list(Catalogue.path, trust)
    digits = try Catalogue.digits(in: head)
    self.trust = trust
    var state = State(folder: folder)
    if digits == 0 {
      paths = [Catalogue.path]
      state.known[Catalogue.path] = try Catalogue(head).entries
    } else {
      let role = try trust.find(Catalogue.path)?.role ?? ""
      paths = Set((trust.known(role)?.targets.keys ?? [:].keys).filter(Catalogue.isBin))
    }
    let begun = state
    self.state = Mutex(begun)
  }

  func entries(of id: Substring) throws(Failure) -> [Catalogue.Entry] {
    try read(Catalogue.path(of: id, digits: digits))
  }

  func all() throws(Failure) -> [Catalogue.Entry] {
    var all: [Catalogue.Entry] = []
    for path in paths { all += try read(path) }
    return all.sorted { $0.name < $1.name }
  }

  private func read(_ path: String) throws(Failure) -> [Catalogue.Entry] {
    // What is not signed is empty.
    guard paths.contains(path) else { return [] }
    return try state.withLock { (state) throws(Failure) in
      if let entries = state.known[path] { return entries }
      let entries = try Catalogue(state.folder.list(path, trust)).entries
      state.known[path] = entries
      return entries
    }
  }

  /// Of all files, read as far as names need it: what they have beside them was checked when they
  /// were fetched.
  func names() throws(Failure) -> [(name: String, display: String, publisher: String)] {
    try state.withLock { (state) throws(Failure) in
      var names: [(name: String, display: String, publisher: String)] = []
      for path in paths.sorted() {
        if let entries = state.known[path] {
          names += entries.map { ($0.id, $0.title, $0.namespace) }
          continue
        }
        for plugin in try state.folder.list(path, trust)["plugins"]?.array ?? [] {
          let parts = plugin["name"]?.string?.split(separator: "/").map(String.init) ?? []
          names.append(
            (parts.last ?? "", plugin["title"]?.string ?? "", parts.first ?? ""))
        }
      }
      return names
    }
  }

  func follow(to folder: TrustFolder) { state.withLock { $0.folder = folder } }
}
