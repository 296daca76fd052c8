import CSQLite
import Foundation
import Glibc
import PatchbayCore
import PatchbayCrypto
import Testing

/// Data folders that released versions wrote, in `Tests/Samples`.
@Suite("Folders of earlier versions") struct SampleTests {
  private static let folder = "\(Program.root)/Tests/Samples"

  /// A sample as a data folder.
  static func restore(_ name: String) throws -> Scratch {
    let scratch = try Scratch()
    chmod(scratch.path, 0o700)
    for file in try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)")
    where file.hasSuffix(".sql") {
      let text = try String(contentsOfFile: "\(folder)/\(name)/\(file)", encoding: .utf8)
      let path = "\(scratch.path)/\(file.dropLast(4)).db"
      var handle: OpaquePointer?
      #expect(unsafe sqlite3_open(path, &handle) == SQLITE_OK)
      defer { unsafe sqlite3_close(handle) }
      try #require(unsafe sqlite3_exec(handle, text, nil, nil, nil) == SQLITE_OK, "\(file)")
      chmod(path, 0o600)
    }
    let key = "\(folder)/\(name)/master.key"
    if FileManager.default.fileExists(atPath: key) {
      try FileManager.default.copyItem(atPath: key, toPath: "\(scratch.path)/master.key")
      chmod("\(scratch.path)/master.key", 0o600)
    }
    return scratch
  }

  // Unsafe: the text is made for the call.
  private static func chmod(_ path: String, _ mode: mode_t) { _ = unsafe Glibc.chmod(path, mode) }

  private static func ask(
    _ sample: String, _ data: String, _ arguments: [String], _ more: [String: String] = [:]
  ) throws -> Program.Result {
    try Program(
      "patchbay", ["--data", data] + arguments,
      environment: ["TZ": "UTC", "PATCHBAY_PLUGINS": ""].merging(more) { $1 },
      folder: "\(folder)/\(sample)"
    ).wait()
  }

  /// What was counted before, of plugins that are not here any more, nothing proves: a person says
  /// that it is charged.
  private static func decide(_ sample: String, _ data: String) throws {
    let list = try ask(sample, data, ["ledger", "held", "--json"])
    let uses = try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]]
    for use in uses ?? [] {
      let name = try #require(use["usage"] as? String)
      #expect(try ask(sample, data, ["ledger", "held", name, "--charge"]).exitCode == 0, "\(name)")
    }
  }

  @Test(arguments: ["form-3", "form-6", "form-11", "form-11-empty"])
  func `a folder of an earlier form gives the answers that it gave`(sample: String) throws {
    let upgraded = try Self.restore(sample)
    let answers = "\(Self.folder)/\(sample)/answers"
    var asked = 0
    for file in try FileManager.default.contentsOfDirectory(atPath: answers).sorted()
    where file.hasSuffix(".args") {
      let arguments = try String(contentsOfFile: "\(answers)/\(file)", encoding: .utf8)
        .split(separator: "\n").map(String.init)
      // What charges on its way begins with the folder as it was.
      let place = arguments.first == "ledger" ? try Self.restore(sample) : upgraded
      if arguments.first == "ledger" { try Self.decide(sample, place.path) }
      let result = try Self.ask(sample, place.path, arguments)
      asked += 1
      #expect(result.exitCode == 0, "\(file): \(result.errors)")
      let path = "\(answers)/\(file.dropLast(5))"
      if let known = try? String(contentsOfFile: "\(path).out", encoding: .utf8) {
        #expect(result.output == known, "\(file)")
      } else {
        let digest = try String(contentsOfFile: "\(path).sha256", encoding: .utf8)
        #expect(
          Hex.encode(Digest.sha256(result.output)) == String(digest.prefix(64)), "\(file)")
      }
    }
    #expect(asked > 3)
  }

  @Test(arguments: ["form-3", "form-6", "form-11"])
  func `every secret of an earlier form opens, also after a rotation`(sample: String) throws {
    let place = try Self.restore(sample)
    let known = try String(contentsOfFile: "\(Self.folder)/\(sample)/secrets.txt", encoding: .utf8)
    let count = known.split(separator: "\n").count
    let keyBefore = try String(contentsOfFile: "\(place.path)/master.key", encoding: .utf8)
    let result = try Self.ask(sample, place.path, ["secret", "rotate", "--json"])
    #expect(result.output.contains("\"resealed\": \(count)"), "\(result.errors)")
    #expect(
      try String(contentsOfFile: "\(place.path)/master.key", encoding: .utf8) != keyBefore)
    // Opened once more, under the new key.
    let again = try Self.ask(sample, place.path, ["secret", "rotate", "--json"])
    #expect(again.output.contains("\"resealed\": \(count)"), "\(again.errors)")
  }

  @Test func `the books of an earlier form keep their roots, also under another master key`()
    throws
  {
    let place = try Self.restore("form-11")
    let before = try Self.ask("form-11", place.path, ["ledger", "verify", "--json"])
    #expect(before.exitCode == 0, "\(before.errors)")
    let rotated = try Self.ask("form-11", place.path, ["secret", "rotate"])
    #expect(rotated.exitCode == 0, "\(rotated.errors)")
    let after = try Self.ask("form-11", place.path, ["ledger", "verify", "--json"])
    #expect(after.output == before.output)
    let roots = try String(
      contentsOfFile: "\(Self.folder)/form-11/answers/roots.txt", encoding: .utf8)
    let root = try #require(
      roots.split(whereSeparator: { $0.isWhitespace }).map(String.init).first { $0.count == 64 })
    let peek = try Peek("\(place.path)/ledger.db")
    #expect(peek.text("SELECT lower(hex(root)) FROM periods") == root)
  }

  @Test func `a wrong or missing master key does not become that of the books`() throws {
    let place = try Self.restore("form-11")
    let wrong = ["PATCHBAY_MASTER_KEY": String(repeating: "0a", count: 32)]
    let refused = try Self.ask("form-11", place.path, ["ledger", "verify"], wrong)
    #expect(refused.exitCode == 1 && refused.errors.contains("a key that this hub does not have"))
    let (key, aside) = ("\(place.path)/master.key", "\(place.path)/aside")
    try FileManager.default.moveItem(atPath: key, toPath: aside)
    let gone = try Self.ask("form-11", place.path, ["ledger", "verify"])
    #expect(gone.exitCode == 1, "\(gone.output)")
    #expect(!FileManager.default.fileExists(atPath: key))
    try FileManager.default.moveItem(atPath: aside, toPath: key)
    let right = try Self.ask("form-11", place.path, ["ledger", "verify"])
    #expect(right.exitCode == 0, "\(right.errors)")
    // The key is lost with the hub's file: no other is made for these books.
    try change("\(place.path)/hub.db", "DELETE FROM keys")
    try change("\(place.path)/ledger.db", "UPDATE head SET seal = x'00'")
    let lost = try Self.ask("form-11", place.path, ["ledger", "verify"])
    #expect(lost.exitCode == 1 && lost.errors.contains("a key that this hub does not have"))
  }

  @Test func `books that somebody changed are not brought to a newer form`() throws {
    let place = try Self.restore("form-11")
    let changed = try change(
      "\(place.path)/ledger.db", "UPDATE lots SET stage = 'payable' WHERE stage = 'earned'")
    #expect(changed > 0)
    let result = try Self.ask("form-11", place.path, ["ledger", "verify"])
    #expect(result.exitCode == 1)
    #expect(result.errors.contains("in lots is not what was written"), "\(result.errors)")
    #expect(try Peek("\(place.path)/ledger.db").number("PRAGMA user_version") == 3)
  }
}
