import Foundation
import Seeded
import Testing

/// Acts that need several files, ended at any call by which they change one.
@Suite("Acts over several files, ended at any moment") struct CrossFileKillTests {
  /// A folder with what an act needs, the act, and what must hold after the next start.
  private struct Act: Sendable, CustomTestStringConvertible {
    let name: String
    let arguments: [String]
    var organisation = "default"
    /// Made anew from files of a sample, or from `Ground`.
    var sample: String?
    let check: @Sendable (_ data: String, _ comment: Comment) throws -> Bool

    var testDescription: String { name }
  }

  /// An organisation beside the standard one, records, unread rows, secrets: what acts change.
  private final class Ground: Sendable {
    let scratch: Scratch
    let library: String
    var data: String { scratch.path + "/data" }

    init() throws {
      scratch = try Scratch()
      library = "\(scratch.path)/faults.so"
      try Faults.library.get().write(to: URL(fileURLWithPath: library))
      for folder in ["one", "two"] {
        try FileManager.default.createDirectory(
          atPath: "\(scratch.path)/files/\(folder)", withIntermediateDirectories: true)
        try Data("id,name\n1,a\n2,b\n,no key\n,nor here\n".utf8)
          .write(to: URL(fileURLWithPath: "\(scratch.path)/files/\(folder)/people.csv"))
      }
      let streams = "people: {files: people.csv, format: csv, key: /id}\n"
      try Data(streams.utf8).write(to: URL(fileURLWithPath: "\(scratch.path)/streams.yaml"))
      try Data("s3cret-0815".utf8).write(to: URL(fileURLWithPath: "\(scratch.path)/secret"))
      try succeed("org", "add", "acme")
      for organisation in ["default", "acme"] {
        try succeed(
          "--org", organisation, "connection", "add", "shop", "--plugin", "files", "--set",
          "folder=\(scratch.path)/files/one", "--set", "streams=@\(scratch.path)/streams.yaml",
          "--set", "settle_seconds=0")
        try succeed(
          "--org", organisation, "connection", "add", "api", "--plugin", "hubspot", "--set",
          "base_url=http://127.0.0.1:9", "--secret", "token=file:\(scratch.path)/secret")
        _ = try run(data, ["--org", organisation, "sync", "run", "shop"])
      }
      try succeed("--org", "acme", "connection", "remove", "api", "--yes")
      try succeed("org", "add", "zeta")
    }

    func run(_ data: String, _ arguments: [String], _ more: [String: String] = [:]) throws
      -> Program.Result
    {
      let program = try Program(
        "patchbay", ["--data", data] + arguments.map { $0.replacing("{}", with: scratch.path) },
        environment: [
          "PATCHBAY_FOLDERS": "\(scratch.path)/files:acme=\(scratch.path)/files", "USER": "tests",
        ]
        .merging(more) { $1 })
      program.closeInput()
      return program.wait()
    }

    private func succeed(_ arguments: String...) throws {
      let result = try run(data, arguments)
      try #require(result.exitCode == 0, "\(arguments): \(result.errors)")
    }
  }

  /// One for all acts: each begins with a copy.
  private static let ground = Result<Ground, any Error> { try Ground() }

  private static func number(_ file: String, _ sql: String) throws -> Int {
    try Peek(file).number(sql)
  }

  /// Each says whether the act is done; half of it fails.
  private static let acts: [Act] = [
    Act(name: "remove a connection", arguments: ["connection", "remove", "shop", "--yes"]) {
      data, comment in
      let connections = try number(
        data + "/hub.db",
        "SELECT count(*) FROM connections WHERE name = 'shop' AND organisation = 'default'")
      let streams = try number(data + "/data.db", "SELECT count(*) FROM streams")
      let tables = try number(
        data + "/data.db",
        "SELECT count(*) FROM sqlite_schema WHERE name IN ('stream_1', 'raw_1', 'shop__people')")
      #expect(streams == connections && tables == 3 * connections, comment)
      return connections == 0
    },
    Act(
      name: "another account",
      arguments: [
        "connection", "add", "shop", "--plugin", "files", "--set", "folder={}/files/two",
        "--set", "streams=@{}/streams.yaml", "--set", "settle_seconds=0", "--reset", "--replace",
      ]
    ) { data, comment in
      let isNew = try number(
        data + "/hub.db",
        "SELECT count(*) FROM connections WHERE settings LIKE '%files/two%'"
      )
      let fresh = try number(
        data + "/data.db",
        "SELECT count(*) FROM streams WHERE state IS NULL AND completed_ms IS NULL")
      #expect(isNew == fresh, comment)
      return isNew == 1
    },
    Act(name: "dismiss", arguments: ["records", "shop", "people", "--dismiss", "all"]) {
      data, comment in
      let letters = try number(data + "/data.db", "SELECT count(*) FROM dead_letters")
      let entries = try number(
        data + "/hub.db", "SELECT count(*) FROM audit WHERE action = 'records.dismiss'")
      #expect(letters == 2 * (1 - entries), comment)
      return entries == 1
    },
    Act(name: "remove an organisation", arguments: ["org", "remove", "zeta", "--yes"]) {
      data, comment in
      let rows = try number(
        data + "/hub.db",
        "SELECT count(*) FROM organisations WHERE name = 'zeta' AND removed_ms IS NULL")
      let isThere = FileManager.default.fileExists(atPath: data + "/organisations/zeta")
      #expect(rows == 1 || !isThere, comment)
      return rows == 0
    },
    Act(name: "rotate the master key", arguments: ["secret", "rotate"]) { data, comment in
      // The check by `doctor` opens every secret; see below.
      !FileManager.default.fileExists(atPath: data + "/master.key.next")
    },
    Act(name: "form 11", arguments: ["connection", "list"], sample: "form-11") { data, comment in
      try number(data + "/data.db", "PRAGMA user_version") > 11
    },
    Act(name: "form 6", arguments: ["connection", "list"], sample: "form-6") { data, comment in
      FileManager.default.fileExists(atPath: data + "/data.db")
    },
    Act(name: "books of form 3", arguments: ["ledger", "verify"], sample: "form-11") {
      data, comment in
      try number(data + "/ledger.db", "PRAGMA user_version") > 3
    },
  ]

  /// What the next start finds, and whatever is asked of it.
  private static func expectWhole(_ act: Act, _ ground: Ground, _ data: String, _ comment: Comment)
    throws
  {
    // The start that has to tidy up.
    for organisation in ["default"] + (act.sample == nil ? ["acme"] : []) {
      let next = try ground.run(data, ["--org", organisation, "sync", "list", "--json"])
      #expect(next.exitCode == 0, "\(comment) \(next.errors)")
    }
    if act.sample == nil {
      for file in ["hub.db", "data.db"] {
        #expect(try number("\(data)/\(file)", "SELECT count(*) FROM outbox") == 0, comment)
      }
      let acme = try ground.run(data, ["--org", "acme", "records", "shop", "people", "--json"])
      #expect(acme.output.split(separator: "\n").count == 2, "\(comment) \(acme.errors)")
      let doctor = try ground.run(data, ["doctor"])
      #expect(doctor.output.contains("secrets open") && !doctor.output.contains("damaged"), comment)
    }
    for file in ["hub.db", "data.db", "ledger.db"] {
      guard FileManager.default.fileExists(atPath: "\(data)/\(file)") else { continue }
      #expect(
        try Peek("\(data)/\(file)", mayMend: true).text("PRAGMA quick_check") == "ok", comment)
    }
  }

  private static func fresh(_ act: Act, _ ground: Ground) throws -> Scratch {
    if let sample = act.sample { return try SampleTests.restore(sample) }
    let copy = try Scratch()
    try FileManager.default.removeItem(atPath: copy.path)
    try FileManager.default.copyItem(atPath: ground.data, toPath: copy.path)
    return copy
  }

  @Test(arguments: Self.acts.indices)
  func `a kill leaves all of an act or nothing, after the next start`(index: Int) throws {
    let (act, ground, seed) = (Self.acts[index], try Self.ground.get(), Scale.fresh)
    let faults = ["LD_PRELOAD": ground.library, "FAULT_DATABASES": "1"]
    let whole = try Self.fresh(act, ground)
    let count = "\(ground.scratch.path)/count-\(index)"
    let done = try ground.run(
      whole.path, act.arguments, faults.merging(["FAULT_COUNT": count]) { $1 })
    #expect(done.exitCode == 0, "\(act.name): \(done.errors)")
    #expect(try act.check(whole.path, "\(act.name), whole"))
    let calls = try #require(Int(try String(contentsOfFile: count, encoding: .utf8).dropLast()))
    var (draw, states): (Draw, Set<Bool>) = (Draw(seed), [])
    let kills = Scale.count(quick: 4, nightly: 25)
    for kill in 0..<kills {
      // Spread over the whole of it, and the last call among them.
      let moment = kill == kills - 1 ? calls : 1 + (kill * calls + draw.below(calls)) / kills
      let comment: Comment = "\(act.name), call \(moment) of \(calls), seed \(seed)"
      let place = try Self.fresh(act, ground)
      let killed = try ground.run(
        place.path, act.arguments, faults.merging(["FAULT_KILL_AT": "\(moment)"]) { $1 })
      #expect(killed.exitCode == -1, "\(comment): \(killed.errors)")
      try Self.expectWhole(act, ground, place.path, comment)
      states.insert(try act.check(place.path, comment))
      // It can be done again, or is done.
      _ = try ground.run(place.path, act.arguments)
      #expect(try act.check(place.path, comment), "\(comment): not to be done again")
    }
    #expect(!states.isEmpty)
  }
}
