import Foundation
import Glibc
import Testing

/// A hub with organisations that have connections of the same names and plugins, each with words of
/// its own in settings, secrets and records.
private final class SharedHub {
  let scratch: Scratch
  var data: String { scratch.path + "/data" }
  static let organisations = ["default", "acme", "zeta"]

  /// What only this organisation's things say.
  static func marks(_ organisation: String) -> [String] {
    ["record", "setting", "secret"].map { "\(organisation)-\($0)-4711" }
  }

  init() throws {
    scratch = try Scratch()
    for organisation in Self.organisations {
      let folder = "\(scratch.path)/files/\(organisation)-setting-4711"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data("id,name\n1,\(organisation)-record-4711\n2,other\n".utf8)
        .write(to: URL(fileURLWithPath: "\(folder)/people.csv"))
      try Data("\(organisation)-secret-4711".utf8)
        .write(to: URL(fileURLWithPath: "\(scratch.path)/\(organisation).secret"))
    }
    try Data("people: {files: people.csv, format: csv, key: /id}\n".utf8)
      .write(to: URL(fileURLWithPath: "\(scratch.path)/streams.yaml"))
    for organisation in Self.organisations {
      if organisation != "default" { try succeed("default", "org", "add", organisation) }
      try succeed(
        organisation, "connection", "add", "shop", "--plugin", "files", "--set",
        "folder=\(scratch.path)/files/\(organisation)-setting-4711", "--set",
        "streams=@\(scratch.path)/streams.yaml", "--set", "settle_seconds=0")
      try succeed(
        organisation, "connection", "add", "api", "--plugin", "hubspot", "--set",
        "base_url=http://127.0.0.1:9/\(organisation)-setting-4711", "--set", "outage_seconds=1",
        "--set", "max_attempts=1", "--secret",
        "token=file:\(scratch.path)/\(organisation).secret")
      try succeed(organisation, "sync", "run", "shop")
    }
  }

  /// Each organisation may read its own folder.
  private var folders: String {
    Self.organisations.map { organisation in
      let path = "\(scratch.path)/files/\(organisation)-setting-4711"
      return organisation == "default" ? path : "\(organisation)=\(path)"
    }.joined(separator: ":")
  }

  func start(_ organisation: String, _ arguments: [String]) throws -> Program {
    try Program(
      "patchbay", ["--data", data, "--org", organisation] + arguments,
      environment: ["PATCHBAY_FOLDERS": folders, "USER": "tests"],
      folder: scratch.path)
  }

  func run(_ organisation: String, _ arguments: [String]) throws -> Program.Result {
    let program = try start(organisation, arguments)
    program.closeInput()
    return program.wait()
  }

  private func succeed(_ organisation: String, _ arguments: String...) throws {
    let result = try run(organisation, arguments)
    try #require(result.exitCode == 0, "\(organisation) \(arguments): \(result.errors)")
  }

  /// All that an organisation can see of its own.
  func view(_ organisation: String) throws -> [String] {
    try [
      ["connection", "list", "--json"], ["records", "shop", "people", "--deleted", "--json"],
      ["sync", "list", "--json"], ["secret", "list", "--json"], ["schema", "--json"],
      ["query", "SELECT * FROM shop__people_all", "--json"],
    ].map { try run(organisation, $0).output }
  }

  func runs(_ organisation: String) throws -> [String] {
    let list = try run(organisation, ["sync", "list", "--json"]).output
    let json = try JSONSerialization.jsonObject(with: Data(list.utf8)) as? [[String: Any]]
    return (json ?? []).compactMap { $0["run"] as? String ?? $0["id"] as? String }
  }
}

@Suite("Organisations") struct OrganisationTests {
  /// A command as the program itself describes it.
  private struct Grammar {
    let words: [String]
    let arguments: [String]
    let options: [(name: String, value: String?)]

    init(_ line: Substring) {
      let parts = line.split(separator: "\t")
      words = parts[0].split(separator: " ").map(String.init)
      arguments = parts.dropFirst().filter { !$0.hasPrefix("--") }.map(String.init)
      options = parts.dropFirst().filter { $0.hasPrefix("--") }.map {
        let words = $0.split(separator: " ", maxSplits: 1).map(String.init)
        return (words[0], words.count > 1 ? words[1] : nil)
      }
    }
  }

  /// Words for what a command takes: the names that every organisation has, and what is only the
  /// other's.
  private static func words(for kind: String, run: String, file: String) -> [String] {
    switch kind {
    case "CONNECTION": ["shop", "api", "acme/shop", "../acme/shop"]
    case "STREAM": ["people"]
    case "RUN": [run]
    case "VIEW": ["shop__people", "people", "acme__shop__people", "acme.shop__people"]
    case "SQL":
      [
        "SELECT * FROM shop__people_all", "SELECT * FROM streams", "SELECT * FROM sqlite_schema",
        "SELECT * FROM usage", "SELECT * FROM outbox", "SELECT file FROM pragma_database_list",
        "ATTACH '../../data.db' AS other", "SELECT readfile('../acme/data.db')",
        "SELECT * FROM acme.shop__people",
      ]
    case "NAME", "ORG": ["acme", "token", "shop"]
    case "PLUGIN", "ID": ["files", "hubspot"]
    case "N", "SECONDS": ["5"]
    case "FILE", "DIR", "PATH": [file]
    default: ["shop"]
    }
  }

  /// Every command with every option, with names of the other organisation wherever one fits.
  /// Those that the hub refuses as a whole have few words to try.
  private static func commands(
    _ grammar: [Grammar], refused: (Grammar) throws -> Bool, run: String, file: String
  ) rethrows -> [[String]] {
    try grammar.flatMap { command -> [[String]] in
      // What only writes templates, keys and scripts beside the data folder.
      if ["new", "completion"].contains(command.words.last) { return [] }
      let choices = command.arguments.map { words(for: $0, run: run, file: file) }
      let longest = choices.map(\.count).max() ?? 1
      let plain = (0..<longest).map { turn in
        command.words + choices.map { $0[turn % $0.count] }
      }
      let first = plain[0]
      if try refused(command) { return [first] }
      let varied = command.options.map { option in
        first + [option.name]
          + (option.value.map { [words(for: $0, run: run, file: file)[0]] } ?? [])
      }
      return plain + varied + [first + ["--json"]]
    }
  }

  @Test func `no command of one organisation reaches anything of another`() throws {
    let hub = try SharedHub()
    let list = try hub.run("default", ["_complete", "commands"]).output
    let grammar = list.split(separator: "\n").map { Grammar($0) }
    #expect(grammar.count > 50)
    let file = hub.scratch.path + "/some.file"
    try Data("connections: {}\n".utf8).write(to: URL(fileURLWithPath: file))
    let others = try ["acme", "default"].map { ($0, try hub.view($0)) }
    let foreign = try #require(try hub.runs("acme").first)
    #expect(others.allSatisfy { $0.1.allSatisfy { !$0.isEmpty } })
    var refused = 0
    let commands = try Self.commands(
      grammar,
      refused: { grammar in
        let words = grammar.arguments.map { _ in "x" }
        return try hub.run("zeta", grammar.words + words).errors.contains("is about the whole hub")
      }, run: foreign, file: file)
    for command in commands {
      let result = try hub.run("zeta", command)
      if result.errors.contains("is about the whole hub") {
        #expect(result.exitCode == 3, "\(command)")
        refused += 1
      }
      let said = result.output + result.errors
      for mark in SharedHub.marks("acme") + SharedHub.marks("default") {
        #expect(!said.contains(mark), "\(command) tells \(mark)")
      }
      // A run of another one is none at all.
      if command.contains(foreign) && command.first == "sync" {
        #expect(result.exitCode != 0, "\(command): \(said)")
      }
    }
    #expect(refused > 20 && commands.count > 150)
    for (organisation, before) in others {
      #expect(try hub.view(organisation) == before, "\(organisation) is not what it was")
    }
  }

  @Test func `what one removes, locks or names is its own`() throws {
    let hub = try SharedHub()
    let acme = try hub.view("acme")
    // A stream that another one syncs is not busy.
    let path = "\(hub.data)/organisations/acme/locks/shop.people.lock"
    // Unsafe: the path is made for the call.
    let lock = unsafe open(path, O_RDWR | O_CREAT, 0o600)
    #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
    let busy = try hub.run("acme", ["sync", "run", "shop"])
    #expect(busy.exitCode == 3, "\(busy.errors)")
    #expect(try hub.run("zeta", ["sync", "run", "shop"]).exitCode == 0)
    close(lock)
    #expect(try hub.run("zeta", ["connection", "remove", "shop", "--yes"]).exitCode == 0)
    #expect(try hub.run("zeta", ["connection", "remove", "api", "--yes"]).exitCode == 0)
    #expect(try hub.run("zeta", ["query", "SELECT * FROM shop__people"]).exitCode == 2)
    #expect(try hub.view("acme") == acme)
    let inUse = try hub.run("default", ["org", "remove", "acme", "--yes"])
    #expect(inUse.exitCode == 1 && inUse.errors.contains("api, shop"), "\(inUse.errors)")
    #expect(try hub.run("default", ["org", "remove", "zeta", "--yes"]).exitCode == 0)
    #expect(!FileManager.default.fileExists(atPath: "\(hub.data)/organisations/zeta"))
    let gone = try hub.run("zeta", ["connection", "list"])
    #expect(gone.exitCode == 2 && gone.errors.contains("org add zeta"), "\(gone.errors)")
    #expect(try hub.view("acme") == acme)
    let again = try hub.run("default", ["org", "add", "zeta"])
    #expect(again.exitCode == 1 && again.errors.contains("stays its own in the books"))
  }

  @Test func `no connection reads another organisation's folder, or the hub's own`() throws {
    let hub = try SharedHub()
    for (place, words) in [
      ("\(hub.scratch.path)/files/acme-setting-4711", "none of the folders"),
      ("\(hub.data)/organisations/acme", "belongs to all organisations"),
    ] {
      let result = try hub.run(
        "zeta",
        [
          "connection", "add", "spy", "--plugin", "files", "--set", "folder=\(place)", "--set",
          "streams=@\(hub.scratch.path)/streams.yaml",
        ])
      #expect(result.exitCode == 2 && result.errors.contains(words), "\(result.errors)")
    }
    let table = try hub.run(
      "zeta",
      [
        "connection", "add", "spy", "--plugin", "sql", "--set",
        "database=sqlite:\(hub.data)/hub.db", "--set", "tables=secrets",
      ])
    #expect(table.exitCode == 2, "\(table.errors)")
  }

  @Test func `a secret and a file that were moved to another organisation stay shut`() throws {
    let hub = try SharedHub()
    let peek = try Peek("\(hub.data)/hub.db")
    #expect(peek.number("SELECT count(*) FROM secrets") == 3)
    try change(
      "\(hub.data)/hub.db",
      """
      UPDATE secrets SET sealed = (SELECT sealed FROM secrets WHERE organisation = 'acme')
      WHERE organisation = 'zeta'
      """)
    let check = try hub.run("zeta", ["doctor"])
    #expect(check.output.contains("was changed or moved"), "\(check.output)\(check.errors)")
    let manager = FileManager.default
    for name in ["data.db", "data.db-wal", "data.db-shm"] {
      let path = "\(hub.data)/organisations"
      try? manager.removeItem(atPath: "\(path)/zeta/\(name)")
      try? manager.copyItem(atPath: "\(path)/acme/\(name)", toPath: "\(path)/zeta/\(name)")
    }
    let moved = try hub.run("zeta", ["records", "shop", "people"])
    #expect(moved.exitCode == 1 && moved.errors.contains("belongs to the organisation “acme”"))
    #expect(!moved.output.contains("acme-record-4711"))
  }
}
