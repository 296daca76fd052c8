import Foundation
import Testing

/// A vendor's simulator, a data folder and the command line: what most tests here need.
final class Workplace {
  let scratch: Scratch
  let vendor: Program
  let base: String
  static let token = "planted-secret-4f9c2e7b1a"

  init(
    records: Int = 300, _ vendorArguments: [String] = ["--limit", "off", "--search-limit", "off"]
  )
    throws
  {
    scratch = try Scratch()
    vendor = try Program(
      "patchbay-sandbox",
      ["--listen", "127.0.0.1:0", "--records", "\(records)", "--token", Self.token]
        + vendorArguments)
    let line = vendor.readLine()
    base = line.split(separator: " ").last.map(String.init) ?? ""
    try Data(Self.token.utf8).write(to: URL(fileURLWithPath: tokenFile))
  }

  deinit {
    vendor.kill()
    _ = vendor.wait()
  }

  var data: String { scratch.path + "/data" }
  var tokenFile: String { scratch.path + "/token" }

  func start(_ arguments: String...) throws -> Program {
    try Program("patchbay", ["--data", data] + arguments)
  }

  @discardableResult
  func run(_ arguments: [String]) throws -> Program.Result {
    try Program("patchbay", ["--data", data] + arguments).wait()
  }

  @discardableResult
  func run(_ arguments: String...) throws -> Program.Result { try run(arguments) }

  /// Runs a command whose output a shell leads elsewhere, as in `>/dev/full`.
  func run(_ arguments: [String], output: String) throws -> Program.Result {
    let script = "exec \"$0\" \"$@\" \(output)"
    let program = "\(Program.folder)/patchbay"
    return try Program("/bin/sh", ["-c", script, program, "--data", data] + arguments).wait()
  }

  /// Runs a command with --json, and returns the one document that it prints.
  func document(_ arguments: String...) throws -> (exitCode: Int32, json: Any) {
    let result = try run(arguments + ["--json"])
    let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    return (result.exitCode, json)
  }

  /// Adds the connection `crm` that the tests use. It has patience with a vendor on a busy machine.
  func connect(_ settings: [String: String] = [:], _ more: [String] = []) throws {
    let given = [
      "base_url": base, "rate_limit": "off", "stall_timeout": "600", "max_attempts": "4",
    ].merging(settings) { $1 }
    let result = try run(
      ["connection", "add", "crm", "--plugin", "hubspot", "--secret", "token=file:\(tokenFile)"]
        + given.flatMap { ["--set", "\($0.key)=\($0.value)"] } + more)
    try #require(result.exitCode == 0, "\(result.errors)")
  }

  /// Runs a sync of one stream and returns the report of it.
  func sync(_ stream: String, _ more: String...) throws -> StreamResult {
    let result = try run(["sync", "run", "crm", "--stream", stream, "--json"] + more)
    let summary = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    let streams = (summary as? [String: Any])?["streams"] as? [[String: Any]]
    let report = try #require(streams?.first, "\(result.output) \(result.errors)")
    return StreamResult(exitCode: result.exitCode, report: report, errors: result.errors)
  }

  // MARK: The vendor's side

  func post(_ path: String, _ body: [String: Any]) throws -> Data {
    let data = try JSONSerialization.data(withJSONObject: body)
    return try LoopbackHTTP.send("POST", base + path, body: data)
  }

  func fault(_ faults: [String: Any]...) throws {
    _ = try post("/_sandbox/faults", ["faults": faults])
  }

  func stats() throws -> [String: Any] {
    let data = try LoopbackHTTP.send("GET", base + "/_sandbox/stats")
    return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  /// What the vendor serves: records by id, archived ones too.
  func served(_ type: String) throws -> [String: NSDictionary] {
    var records: [String: NSDictionary] = [:]
    for archived in ["false", "true"] {
      let data = try LoopbackHTTP.send(
        "GET", base + "/_sandbox/records?type=\(type)&archived=\(archived)")
      for line in data.split(separator: 0x0A) {
        let record = try JSONSerialization.jsonObject(with: Data(line)) as? NSDictionary
        if let record, let id = record["id"] as? String { records[id] = record }
      }
    }
    return records
  }

  /// What is stored and not deleted, by key.
  func stored(_ stream: String) throws -> [String: NSDictionary] {
    let result = try run("records", "crm", stream, "--deleted", "--json", "--limit", "1000000")
    var records: [String: NSDictionary] = [:]
    for line in result.output.split(separator: "\n") {
      let entry = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? NSDictionary
      guard let entry, let key = entry["key"] as? String else { continue }
      let record = entry["record"] as? NSDictionary
      // The vendor still serves what is archived, and here it is deleted.
      let isArchived = record?["archived"] as? Bool == true
      #expect(!isArchived || entry["deleted"] != nil, "\(key) is archived, and shown as living")
      if entry["deleted"] == nil || isArchived { records[key] = record }
    }
    return records
  }

  /// Every record as it was served, none missing, none too many.
  func expectEqual(
    _ stream: String, _ comment: Comment = "", sourceLocation: SourceLocation = #_sourceLocation
  )
    throws
  {
    let (wanted, found) = (try served(stream), try stored(stream))
    #expect(
      Set(wanted.keys) == Set(found.keys), "\(stream): keys differ. \(comment)",
      sourceLocation: sourceLocation)
    let different = wanted.filter { found[$0.key] != $0.value }.keys.sorted()
    #expect(
      different.isEmpty, "\(stream): records differ: \(different.prefix(5)). \(comment)",
      sourceLocation: sourceLocation)
  }
}

/// What a run says of one stream.
struct StreamResult {
  let exitCode: Int32
  let report: [String: Any]
  let errors: String

  var status: String { report["status"] as? String ?? "" }
  var pass: String { report["pass"] as? String ?? "" }
  var code: String { (report["error"] as? [String: Any])?["code"] as? String ?? "" }
  var message: String { (report["error"] as? [String: Any])?["message"] as? String ?? "" }

  func count(_ name: String) -> Int { report[name] as? Int ?? -1 }
}
