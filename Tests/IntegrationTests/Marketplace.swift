import Foundation
import Testing

/// A marketplace with its keys and the publisher `acme`, made and filled by the command line.
final class Marketplace {
  let scratch: Scratch

  var repository: String { "\(scratch.path)/repository" }
  var keys: String { "\(scratch.path)/keys" }
  var root: String { "\(repository)/root.json" }

  /// `days` are lifetimes, as in timestamp=1.
  init(days: [String] = []) throws {
    scratch = try Scratch()
    try run(
      ["market", "init", repository, "--keys", keys] + days.flatMap { ["--days", $0] })
    try run(["market", "key", key("acme")])
    try write("acme.json", #"{"name": "Acme", "tier": "community"}"#)
    try run([
      "market", "admit", repository, "\(scratch.path)/acme.json", "--key",
      "\(scratch.path)/acme.pub", "--keys", keys,
    ])
  }

  func key(_ publisher: String) -> String { "\(scratch.path)/\(publisher).pem" }

  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(scratch.path)/\(name)"))
  }

  /// Runs `patchbay`, which must do it.
  @discardableResult
  func run(_ arguments: [String]) throws -> Program.Result {
    let result = try Program("patchbay", arguments, environment: ["PATCHBAY_PLUGINS": ""]).wait()
    try #require(result.exitCode == 0, "\(arguments): \(result.errors)")
    return result
  }

  // MARK: Plugins

  /// A version of a plugin, whose code is that of the connector in C which `plugin new` makes.
  struct Version {
    var id = "books"
    var version = "1.0.0"
    var hosts = ["api.example.com"]
    /// Micro-units for 1000 records; nothing is to be paid for 0.
    var micros = 0
    var about = "Reads the items of an API"
    var publisher = "acme"
    /// Where the secret of a way to sign in goes that no test uses, unless a connection says
    /// otherwise; there is no such way where it is empty.
    var tokenURL = ""

    var manifest: String {
      let names = hosts.map { "\"\($0)\"" }.joined(separator: ", ")
      let client =
        tokenURL.isEmpty
        ? ""
        : """
        , {"scheme": "oauth2", "grant": "client_credentials", "token_url": "{token_url}",
           "client_id": "client_id", "client_secret": "client_secret"}
        """
      return """
        {"manifest": 1, "id": "\(id)", "version": "\(version)", "kind": "connector",
         "name": "\(id)", "about": "\(about)", "publisher": "\(publisher)", "abi": "1.0",
         "requires": ["extract.json"], "operations": ["check", "read"], "hosts": [\(names)],
         "base_url": "https://api.example.com", "secrets": {"token": {"about": "access token"},
           "client_secret": {"about": "not used"}},
         "settings": {
           "token_url": {"type": "text", "about": "of tokens", "default": "\(tokenURL)"},
           "client_id": {"type": "text", "about": "the client's id"}},
         "auth": [{"scheme": "bearer", "secret": "token"}\(client)],
         "streams": [{"name": "items", "about": "all items", "incremental": true,
           "columns": [{"name": "id", "at": "/id"}, {"name": "name", "at": "/name"}]}]}
        """
    }

    var listing: String {
      let prices =
        micros == 0
        ? ""
        : """
        {"from": "2026-01-01", "meter": "records_read", "kind": "flat", "per": 1000,
         "steps": [{"micros": \(micros)}]}
        """
      return """
        {"listing": 1, "name": "\(publisher)/\(id)",
         "uuid": "6f0d3a52-9a5e-4b7e-8d0c-2f6a1c94e7b2", "license": "MIT",
         "compatibility": {"host": ">=0.1.0 <1.0.0"},
         "terms": {"currency": "EUR", "prices": [\(prices)],
           "shares": [{"party": "\(publisher)", "ppm": 1000000}]}}
        """
    }
  }

  /// The library of the connector in C; compiled once.
  private static let library = Result<Data, any Error> {
    let plugin = try PluginFolder("books", "--language", "c")
    let made = try plugin.make()
    try #require(made.exitCode == 0, "\(made.errors)")
    return try Data(contentsOf: URL(fileURLWithPath: plugin.file))
  }

  /// Packs a version, and returns the pack's path.
  func pack(_ version: Version) throws -> String {
    let name = "packs/\(version.publisher)-\(version.id)-\(version.version)"
    let folder = "\(scratch.path)/\(name)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (file, text) in [
      ("plugin.json", version.manifest), ("listing.json", version.listing),
      ("README.md", "# \(version.id)\n"), ("LICENSE", "Free.\n"),
    ] { try write("\(name)/\(file)", text) }
    let library = "\(scratch.path)/library.so"
    try Self.library.get().write(to: URL(fileURLWithPath: library))
    let embedded = try Program(
      "\(Program.folder)/sdk/embed-manifest",
      [library, "\(folder)/plugin.json", "\(folder)/plugin.so"]
    ).wait()
    try #require(embedded.exitCode == 0, "\(embedded.errors)")
    try run(["plugin", "pack", folder, "--out", "\(folder).patchbay"])
    return "\(folder).patchbay"
  }

  /// Makes versions public, all at once.
  func publish(_ versions: Version..., more: [String] = []) throws {
    let packs = try versions.map { try pack($0) }
    let mine = key(versions[0].publisher)
    try run(
      ["market", "publish"] + packs
        + ["--repository", repository, "--keys", keys, "--keys", mine] + more)
  }

  func revoke(_ name: String, _ reason: String) throws {
    try run(["market", "revoke", repository, name, "--keys", keys, "--reason", reason])
  }
}

/// A data folder that takes its plugins from a marketplace.
final class MarketHub {
  let scratch: Scratch
  let environment: [String: String]
  var data: String { "\(scratch.path)/data" }
  var market: String { "\(data)/market" }

  init(_ environment: [String: String] = [:]) throws {
    scratch = try Scratch()
    // Plugins that are built, and not installed, stay out of it.
    self.environment = ["PATCHBAY_PLUGINS": ""].merging(environment) { $1 }
  }

  convenience init(_ marketplace: Marketplace) throws {
    try self.init()
    let used = try run("market", "use", marketplace.repository, "--root", marketplace.root)
    try #require(used.exitCode == 0, "\(used.errors)")
  }

  func start(_ arguments: [String], _ more: [String: String] = [:]) throws -> Program {
    try Program(
      "patchbay", ["--data", data] + arguments, environment: environment.merging(more) { $1 })
  }

  @discardableResult
  func run(_ arguments: String...) throws -> Program.Result { try start(arguments).wait() }

  /// Runs a script of the shell, in which `hub` stands for the program with its data folder.
  func shell(_ script: String) throws -> Program.Result {
    let begin = "hub() { \"\(Program.folder)/patchbay\" --data \"\(data)\" \"$@\"; }\n"
    return try Program("/bin/sh", ["-c", begin + script], environment: environment).wait()
  }

  func install(_ name: String, _ more: String...) throws {
    let result = try start(["market", "install", name, "--yes"] + more).wait()
    try #require(result.exitCode == 0, "\(result.errors)")
  }

  /// The list of objects that a command prints with --json.
  func list(_ arguments: String...) throws -> [[String: Any]] {
    let result = try start(arguments + ["--json"]).wait()
    let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    let list = json as? [[String: Any]] ?? (json as? [String: Any])?["plugins"] as? [[String: Any]]
    return try #require(list, "\(result.output) \(result.errors)")
  }

  /// “NAME VERSION” of what is installed.
  func installed() throws -> [String] {
    try list("market", "list").map { "\($0["name"] ?? "") \($0["version"] ?? "")" }
  }

  /// All that lies in the folder of the market, but for what the lock and the link name.
  func leftovers() throws -> [String] {
    func names(_ path: String) -> [String] {
      (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    }
    let lock = (try? String(contentsOfFile: "\(market)/lock.json", encoding: .utf8)) ?? ""
    let known = ["lock", "lock.json", "market.json", "root.json", "store", "trust"]
    let trust = names("\(market)/trust").filter { $0 != "current" }.sorted()
    return names(market).filter { !known.contains($0) }
      + names("\(market)/store").filter { !lock.contains($0) }
      // The current one, and the one of before.
      + trust.filter { !$0.allSatisfy { $0.isNumber || $0 == "." } } + trust.dropFirst(2)
  }
}
