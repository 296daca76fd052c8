import Foundation
import Testing

@Suite("What is printed")
struct OutputTests {
  @Test(
    "output that cannot be written is a failure",
    arguments: [
      ["query", "SELECT 1"], ["query", "SELECT 1", "--json"],
      ["records", "crm", "contacts", "--json"], ["connection", "list"], ["--help"], ["version"],
      ["completion", "bash"], ["sync", "run", "crm", "--stream", "contacts"],
    ])
  func fullDisk(arguments: [String]) throws {
    let place = try Workplace(records: 10)
    try place.connect()
    #expect(try place.sync("contacts").exitCode == 0)
    for (target, reason) in [(">/dev/full", "No space left"), (">&-", "Bad file descriptor")] {
      let result = try place.run(arguments, output: target)
      #expect(result.exitCode == 1, "\(target)")
      #expect(result.errors.contains("cannot write to standard output: \(reason)"))
    }
    // What stands wrong stays wrong.
    #expect(try place.run(["query", "--json"], output: ">/dev/full").exitCode == 2)
    #expect(try place.run("doctor").exitCode == 0)
  }

  @Test("who reads no further ends a long output, which is no success and needs no words")
  func closedPipe() throws {
    let place = try Workplace(records: 10)
    try place.connect()
    #expect(try place.sync("contacts").exitCode == 0)
    let numbers =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
      + "SELECT i, hex(zeroblob(20)) FROM n"
    let result = try place.run(
      ["query", "--limit", "100000", numbers], output: "| { read line; echo \"$line\"; }")
    #expect(result.output.hasPrefix("i") && result.errors == "")
  }

  @Test(
    "with --json wrong usage is a document too",
    arguments: [
      (["query"], "missing SQL"), (["sync", "rum"], "rum"), (["quarry"], "quarry"),
      (["sync", "list", "--lim", "3"], "--lim"), (["sync", "list", "x"], "unexpected"),
      (["sync", "list", "--limit"], "needs a value"), (["connection", "add", "x"], "--plugin"),
    ])
  func usageAsJSON(arguments: [String], hint: String) throws {
    let scratch = try Scratch()
    for line in [["--json"] + arguments, arguments + ["--json"]] {
      let result = try Program("patchbay", ["--data", scratch.path] + line).wait()
      #expect(result.exitCode == 2 && result.errors.hasPrefix("patchbay: "), "\(line)")
      let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
      let error = try #require((json as? [String: [String: Any]])?["error"])
      #expect(error["code"] as? String == "usage.arguments")
      #expect((error["message"] as? String)?.contains(hint) == true, "\(error)")
      #expect((error["mend"] as? String)?.contains("usage: patchbay") == true)
    }
    let plain = try Program("patchbay", ["--data", scratch.path] + arguments).wait()
    #expect(plain.exitCode == 2 && plain.output == "")
  }

  @Test("what a query may not do is exit code 3, and a mistake in it is 2")
  func queryExitCodes() throws {
    let place = try Workplace(records: 1)
    try place.connect()
    for sql in [
      "DELETE FROM streams", "PRAGMA writable_schema=1", "ATTACH '/etc/passwd' AS x",
      "INSERT INTO seen VALUES (1, 1, 1)", "CREATE TABLE t (a)", "SELECT fts3_tokenizer('simple')",
    ] {
      let result = try place.run("query", sql)
      #expect(result.exitCode == 3, "\(sql): \(result.output)\(result.errors)")
    }
    #expect(try place.run("query", "SELEKT").exitCode == 2)
  }
}
