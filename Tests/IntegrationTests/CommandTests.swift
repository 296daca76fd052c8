import Foundation
import Testing

@Suite("The command line")
struct CommandTests {
  @Test(
    "wrong usage is exit code 2 and says what would be right",
    arguments: [
      (["sync", "rum"], "run"), (["sync", "run"], "CONNECTION"),
      (["sync", "run", "crm", "--steam", "x"], "--stream"),
      (["sync", "run", "nobody"], "known connections: crm"),
      (["sync", "run", "crm", "--stream", "kontacts"], "known streams: contacts"),
      (["query", "SELECT x FROM nowhere"], "no such table"),
      (["query", "SELECT 1; SELECT 2"], "one statement"),
      (["connection", "add", "x", "--plugin", "nothing"], "known plugins: files, hubspot"),
      (["connection", "add", "x", "--plugin", "hubspot", "--set", "colour=red"], "known settings"),
      (["connection", "add", "x", "--plugin", "hubspot", "--secret", "token=abc"], "env:VARIABLE"),
      (["records", "crm", "nothing"], "nothing was synced"),
      (["sync", "show", "NORUN"], "no run"),
    ])
  func usage(arguments: [String], hint: String) throws {
    let place = try Workplace(records: 10)
    try place.connect()
    let result = try place.run(arguments)
    #expect(result.exitCode == 2, "\(result.output)\(result.errors)")
    #expect(result.errors.contains(hint), "\(result.errors)")
  }

  @Test("a query may not write, attach or see the sealed secrets")
  func queryRefusals() throws {
    let place = try Workplace(records: 10)
    try place.connect()
    for sql in [
      "DELETE FROM connections", "PRAGMA writable_schema=1", "ATTACH '/etc/passwd' AS x",
      "SELECT sealed FROM secrets", "CREATE TABLE t (a)",
    ] {
      let result = try place.run("query", sql)
      #expect(result.exitCode != 0, "\(sql): \(result.output)")
    }
    let endless =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    let result = try place.run("query", "--timeout", "1", endless)
    #expect(result.exitCode == 1 && result.errors.contains("longer than it may"))
  }

  @Test("apply shows the difference, applies it, and is at rest the second time")
  func apply() throws {
    let place = try Workplace(records: 10)
    let file = place.scratch.path + "/patchbay.yaml"
    let yaml = """
      connections:
        crm:
          plugin: hubspot
          settings:
            base_url: \(place.base)
            properties: [email, firstname]
          secrets:
            token: file:\(place.tokenFile)
      """
    try Data(yaml.utf8).write(to: URL(fileURLWithPath: file))
    let dry = try place.run("apply", file, "--dry-run")
    #expect(dry.output.contains("+ plugin: hubspot") && dry.output.contains("token: (secret)"))
    #expect(try place.run("connection", "list", "--json").output.contains("crm") == false)
    #expect(try place.run("apply", file).exitCode == 0)
    #expect(try place.run("connection", "check", "crm").exitCode == 0)
    #expect(try place.run("apply", file).output.contains("crm: unchanged"))
    try Data("connections:\n  crm: {plugn: hubspot}\n".utf8).write(to: URL(fileURLWithPath: file))
    let wrong = try place.run("apply", file)
    #expect(wrong.exitCode == 2 && wrong.errors.contains("/connections/crm/plugn"))
  }

  @Test("removing a connection takes its records along, and asks first")
  func remove() throws {
    let place = try Workplace(records: 20)
    try place.connect()
    #expect(try place.sync("contacts").exitCode == 0)
    #expect(try place.run("connection", "remove", "crm", "--yes").exitCode == 0)
    #expect(try place.run("query", "SELECT count(*) FROM contacts").exitCode == 2)
    try place.connect()
    #expect(try place.sync("contacts").count("inserted") == 20)
  }

  @Test("every command explains itself")
  func help() throws {
    let place = try Workplace(records: 1)
    let all = try place.run("--help")
    #expect(all.exitCode == 0)
    for words in [
      ["sync", "run"], ["connection", "add"], ["query"], ["apply"], ["secret", "set"],
    ] {
      #expect(all.output.contains(words[0]))
      let help = try place.run(words + ["--help"])
      #expect(
        help.exitCode == 0 && help.output.contains("patchbay \(words.joined(separator: " "))"))
    }
    for shell in ["bash", "zsh", "fish"] {
      #expect(try place.run("completion", shell).output.contains("patchbay"))
    }
  }
}
