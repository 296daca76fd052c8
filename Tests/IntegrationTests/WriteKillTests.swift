import Foundation
import Glibc
import Loopback
import Synchronization
import Testing

/// Records on their way to a vendor, while the hub is ended at the worst moment: the vendor has
/// made the change, and its answer is not there yet.
@Suite("Writing, ended without warning") struct WriteKillTests {
  private struct State {
    var created: [String: Int] = [:]
    var updated: [String: String] = [:]
    var changes = 0
    var killAt = Int.max
    var victim: Int32 = 0
  }

  private static let lines = (0..<30).flatMap { index in
    [
      #"{"action":"create","record":{"title":"c\#(index)"}}"#,
      #"{"key":"\#(index)","record":{"title":"u\#(index)"}}"#,
    ]
  }

  private let state = StateBox()

  /// The state of the vendor, which its server and the test share.
  private final class StateBox: Sendable {
    let value = Mutex(State())
  }

  private func vendor() throws -> LoopbackServer {
    try LoopbackServer { [state] request in
      if request.method == "GET" { return .answer(200, #"{"data":[],"next":null}"#) }
      let isOver = state.value.withLock { state in
        state.changes += 1
        let title = Self.title(request.body)
        if request.method == "POST" {
          state.created[title, default: 0] += 1
        } else {
          let key = request.target.split(separator: "/").last.map(String.init) ?? ""
          state.updated[key] = title
        }
        guard state.changes == state.killAt else { return false }
        Glibc.kill(state.victim, SIGKILL)
        return true
      }
      return isOver ? [.hang] : .answer(200, #"{"id":"1"}"#)
    }
  }

  @Test func `nothing is done twice, every outcome is true, and nothing is forgotten`() throws {
    let server = try vendor()
    defer { server.stop() }
    let scratch = try Scratch()
    let file = "\(scratch.path)/books.ndjson"
    try Data(Self.lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: file))
    let environment = [
      "PATCHBAY_PLUGINS": "\(Program.folder)/test-plugins", "SHOP_TOKEN": "planted-secret",
    ]
    func start(_ arguments: String...) throws -> Program {
      try Program(
        "patchbay", ["--data", scratch.path + "/data"] + arguments, environment: environment)
    }
    let added = try start(
      "connection", "add", "shop", "--plugin", "bookshop", "--secret", "token=env:SHOP_TOKEN",
      "--set", "base_url=\(server.url)", "--set", "rate_limit=off"
    ).wait()
    try #require(added.exitCode == 0, "\(added)")

    var kills = 0
    for distance in [1, 2, 5, 9, 14, 3, 8, 21, Int.max] {
      // Who is killed is known before anything is sent: the first change waits for it.
      let program = try state.value.withLock { state in
        state.killAt = distance == .max ? .max : state.changes + distance
        let program = try start("sync", "write", "shop", "books", file, "--no-read")
        state.victim = program.id
        return program
      }
      if program.wait().exitCode == -1 { kills += 1 }
    }
    #expect(kills >= 6, "\(kills)")
    let shown = try start("sync", "writes", "shop", "--all", "--json").wait()
    let entries = try #require(
      try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [[String: Any]])
    #expect(entries.count == Self.lines.count, "\(shown)")
    try check(entries)
  }

  private func check(_ entries: [[String: Any]]) throws {
    let now = state.value.withLock { $0 }
    var unknown = 0
    for entry in entries {
      let record = entry["record"] as? [String: Any]
      let title = record?["title"] as? String ?? ""
      let status = (entry["outcome"] as? [String: Any])?["status"] as? String
      switch (entry["action"] as? String, entry["state"] as? String) {
      case ("create", "done"):
        #expect(now.created[title] == 1 && status == "created", "\(entry)")
      case ("create", "unknown"):
        unknown += 1
        #expect((now.created[title] ?? 0) <= 1, "\(entry)")
      case ("update", "done"):
        #expect(now.updated[entry["key"] as? String ?? ""] == title && status == "updated")
      default: Issue.record("\(entry)")
      }
    }
    #expect(unknown > 0 && now.created.values.allSatisfy { $0 == 1 })
  }

  /// Of a body such as `{"title":"c1"}`.
  private static func title(_ body: String) -> String {
    body.split(separator: #""title":""#).last?.prefix { $0 != "\"" }.description ?? ""
  }
}
