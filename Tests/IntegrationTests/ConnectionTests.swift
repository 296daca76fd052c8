import Foundation
import Testing

@Suite("Connections")
struct ConnectionTests {
  private func add(_ place: Workplace, _ name: String, _ more: String...) throws -> Program.Result {
    try place.run(
      ["connection", "add", name, "--plugin", "hubspot"]
        + ["--secret", "token=file:\(place.tokenFile)", "--set", "base_url=\(place.base)"] + more)
  }

  @Test(
    "senseless settings are refused, not met with a crash",
    arguments: [
      "request_timeout=1e300", "request_timeout=9223372036854775807", "stall_timeout=1e30",
      "request_timeout=0", "request_timeout=-1", "max_attempts=-1", "rate_burst=-5",
      "base_url=x", "overlap_seconds=1e999",
    ])
  func settings(pair: String) throws {
    let place = try Workplace(records: 1)
    let name = String(pair.prefix { $0 != "=" })
    let result = try place.run(
      "connection", "add", "crm", "--plugin", "hubspot", "--secret",
      "token=file:\(place.tokenFile)", "--set", pair)
    #expect(result.exitCode == 2 && result.errors.contains("“\(name)”"), "\(result.errors)")
    #expect(try place.run("connection", "list", "--json").output == "[]\n")
  }

  @Test("names that differ only in case, or could be mistaken, are refused by add and by apply")
  func names() throws {
    let place = try Workplace(records: 1)
    #expect(try add(place, "crm").exitCode == 0)
    let file = place.scratch.path + "/patchbay.yaml"
    for (name, hint) in [
      ("CRM", "upper and lower case"), ("a__b", "single"), ("sqlite_a", "sqlite"),
      ("a\u{1B}[2J", "letters"),
    ] {
      let added = try add(place, name)
      #expect(added.exitCode != 0 && added.errors.contains(hint), "\(added.errors)")
      let quoted = name.replacingOccurrences(of: "\u{1B}", with: "\\e")
      let yaml = """
        connections:
          fine: {plugin: hubspot, secrets: {token: "file:\(place.tokenFile)"}}
          "\(quoted)": {plugin: hubspot, secrets: {token: "file:\(place.tokenFile)"}}
        """
      try Data(yaml.utf8).write(to: URL(fileURLWithPath: file))
      for arguments in [["apply", file], ["apply", file, "--dry-run"]] {
        let applied = try place.run(arguments)
        #expect(applied.exitCode != 0 && applied.errors.contains(hint), "\(applied.errors)")
        #expect(!(applied.output + applied.errors).contains("\u{1B}"))
      }
    }
    let list = try place.document("connection", "list").json as? [[String: Any]]
    #expect(list?.compactMap { $0["name"] as? String } == ["crm"])
  }

  @Test("records of one account are not mixed with another's, unless the old ones are forgotten")
  func otherAccount() throws {
    let place = try Workplace(records: 30)
    let other = try Workplace(records: 12)
    try place.connect()
    #expect(try add(place, "crm", "--replace", "--set", "max_attempts=2").exitCode == 0)
    #expect(try place.sync("contacts").exitCode == 0)
    let change = [
      "connection", "add", "crm", "--replace", "--plugin", "hubspot", "--set",
      "base_url=\(other.base)", "--set", "rate_limit=off",
    ]
    let refused = try place.run(change)
    #expect(refused.exitCode == 1 && refused.errors.contains("--reset"), "\(refused.errors)")
    let another = [
      "connection", "add", "crm", "--replace", "--plugin", "bookshop", "--plugins",
      Program.folder + "/test-plugins",
    ]
    let secret = ["--secret", "token=file:\(place.tokenFile)"]
    // The secrets so far were for the other vendor.
    #expect(try place.run(another).errors.contains("no credentials"))
    #expect(try place.run(another + secret).errors.contains("records of another plugin"))
    #expect(try place.sync("contacts").pass == "incremental")
    // The same place, written in another way, is no other account.
    #expect(try add(place, "crm", "--replace", "--set", "rate_limit=off").exitCode == 0)
    let changed = try place.run(change + ["--reset"])
    #expect(changed.exitCode == 0, "\(changed.errors)")
    let result = try place.sync("contacts")
    #expect(result.exitCode == 0 && result.pass == "full", "\(result.message)")
    #expect(result.count("deleted") == 18)
    let wanted = try other.served("contacts")
    #expect(try place.stored("contacts").keys.sorted() == wanted.keys.sorted())
    #expect(try place.run(another + secret + ["--reset"]).exitCode == 0)
    #expect(try place.run("records", "crm", "contacts", "--json").output.isEmpty)
  }

  @Test("a connection is not changed nor removed while a run relies on it")
  func changeDuringRun() throws {
    let place = try Workplace(records: 300)
    try place.connect()
    try place.fault(["path_prefix": "/crm/v3/objects/contacts", "kind": "never_answer"])
    let before = try place.requests()
    let run = try place.start("sync", "run", "crm", "--stream", "contacts")
    defer { run.kill() }
    while run.isRunning, try place.requests() == before {}
    for result in [
      try add(place, "crm", "--replace"), try add(place, "crm", "--replace", "--reset"),
      try place.run("connection", "remove", "crm", "--yes"),
    ] {
      #expect(result.exitCode == 3, "\(result.errors)")
      #expect(result.errors.contains("crm/contacts is being synced"))
    }
    run.interrupt()
    #expect(run.wait().exitCode == 1)
    #expect(try add(place, "crm", "--replace").exitCode == 0)
    #expect(try place.run("connection", "remove", "crm", "--yes").exitCode == 0)
    let locks = try FileManager.default.contentsOfDirectory(atPath: place.data + "/locks")
    #expect(locks.filter { $0.hasPrefix("run.") || $0.contains("contacts") } == [])
  }

  @Test("a run that was killed leaves no lock behind once somebody has looked")
  func leftovers() throws {
    let place = try Workplace(records: 300)
    try place.connect()
    try place.fault(["path_prefix": "/crm/v3/objects/contacts", "kind": "never_answer"])
    let before = try place.requests()
    let run = try place.start("sync", "run", "crm", "--stream", "contacts")
    while run.isRunning, try place.requests() == before {}
    run.kill()
    _ = run.wait()
    let runs = try place.document("sync", "list").json as? [[String: Any]]
    #expect(runs?.first?["status"] as? String == "interrupted")
    let locks = try FileManager.default.contentsOfDirectory(atPath: place.data + "/locks")
    #expect(locks == ["crm.contacts.lock"])
  }

  @Test("a signal ends the wait for a database that another process holds; reading does not wait")
  func heldDatabase() throws {
    let place = try Workplace(records: 10)
    try place.connect()
    let hold = try WriteHold(place.data + "/hub.db")
    #expect(try place.run("connection", "list").output.contains("crm"))
    #expect(try place.run("query", "SELECT 1").exitCode == 0)
    let run = try place.start("sync", "run", "crm", "--stream", "contacts")
    while run.isRunning, !run.handlesSignals {}
    run.terminate()
    let ended = run.wait()
    #expect(ended.exitCode == 1)
    #expect(ended.errors.contains("stopped while another process held the database"))
    hold.release()
    #expect(try place.sync("contacts").exitCode == 0)
  }
}
