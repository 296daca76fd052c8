import Foundation
import Loopback
import Testing

/// A bookshop whose pages are as the test says, and the connector of fifteen lines.
final class Shop {
  let scratch: Scratch
  let server: LoopbackServer
  static let token = "planted/secret+5e1d-\"x\""

  init(_ answer: @escaping @Sendable (LoopbackServer.Request) -> [LoopbackServer.Act]) throws {
    scratch = try Scratch()
    server = try LoopbackServer(answer)
    let file = scratch.path + "/token"
    try Data(Self.token.utf8).write(to: URL(fileURLWithPath: file))
    let added = try run(
      "connection", "add", "shop", "--plugin", "bookshop", "--secret", "token=file:\(file)",
      "--set", "base_url=\(server.url)", "--set", "max_attempts=2", "--set", "rate_limit=off")
    try #require(added.exitCode == 0, "\(added.errors)")
  }

  deinit { server.stop() }

  @discardableResult
  func run(_ arguments: String...) throws -> Program.Result {
    let plugins = ["--data", scratch.path + "/data", "--plugins", Program.folder + "/test-plugins"]
    return try Program("patchbay", plugins + arguments).wait()
  }

  func titles() throws -> [String] {
    let sql = "SELECT id || ':' || title FROM shop__books ORDER BY id"
    let result = try run("query", sql, "--json")
    let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    return (json?["rows"] as? [[String]] ?? []).compactMap(\.first)
  }

  static func book(_ id: Int, _ title: String = "t", at: String = "2026-01-01T00:00:00Z") -> String
  {
    #"{"id":"\#(id)","title":"\#(title)","updated_at":"\#(at)"}"#
  }
}

@Suite("A connector of fifteen lines")
struct BookshopTests {
  @Test("follows the pages, and the next time asks for what changed")
  func pages() throws {
    let shop = try Shop { request in
      if request.target.contains("updated_since=") {
        return .answer(200, "{\"data\":[\(Shop.book(2, "new"))],\"next\":null}")
      }
      return request.target.contains("after=b")
        ? .answer(200, "{\"data\":[\(Shop.book(3))]}")
        : .answer(200, "{\"data\":[\(Shop.book(1)),\(Shop.book(2))],\"next\":\"b\"}")
    }
    let first = try shop.run("sync", "run", "shop")
    #expect(first.exitCode == 0, "\(first.output) \(first.errors)")
    #expect(try shop.titles() == ["1:t", "2:t", "3:t"])
    #expect(try shop.run("sync", "run", "shop").exitCode == 0)
    #expect(try shop.titles() == ["1:t", "2:new", "3:t"])
    let targets = shop.server.requests.map(\.target)
    try #require(targets.count == 3)
    #expect(targets[1].contains("after=b"))
    #expect(targets[2].contains("updated_since=2025-12-31") || targets[2].contains("=2026-01-01"))
    #expect(shop.server.requests[0].headers["authorization"] == "Bearer \(Shop.token)")
  }

  @Test(
    "a page that is none fails loudly, and deletes nothing",
    arguments: [
      (200, #"{"data":{"error":"x"}}"#, "page.records_missing"), (200, #"{"data":{}}"#, "page."),
      (200, #"{"data":[],"next":null,"next":"b"}"#, "page.envelope"),
      (206, #"{"data":[]}"#, "page.partial"), (200, #"{"data":5}"#, "page."),
    ])
  func broken(status: Int, body: String, code: String) throws {
    let shop = try Shop { request in
      request.number == 0
        ? .answer(200, "{\"data\":[\(Shop.book(1))],\"next\":null}") : .answer(status, body)
    }
    #expect(try shop.run("sync", "run", "shop").exitCode == 0)
    let failed = try shop.run("sync", "run", "shop", "--full", "--json")
    #expect(failed.exitCode == 1)
    #expect(failed.output.contains("\"\(code)"), "\(failed.output)")
    #expect(try shop.titles() == ["1:t"])
  }

  @Test(
    "what a vendor says of pauses is taken for what it is",
    arguments: ["nan", "inf", "1e400", "-5", "Fri, 31 Dec 9999 23:59:59 GMT", "soon"])
  func pauses(text: String) throws {
    let shop = try Shop { _ in
      .answer(200, "{\"data\":[\(Shop.book(1))],\"next\":null}", ["Retry-After: \(text)"])
    }
    #expect(try shop.run("sync", "run", "shop").exitCode == 0)
    #expect(try shop.titles() == ["1:t"])
  }

  @Test("a pause that is too long is an error that says so, not a wait")
  func longPause() throws {
    let shop = try Shop { _ in .answer(429, "{}", ["Retry-After: 86400"]) }
    let failed = try shop.run("sync", "run", "shop", "--json")
    #expect(failed.exitCode == 1 && failed.output.contains("\"egress.pause\""), "\(failed)")
  }

  @Test(
    "a vendor that shows the credential in its answer does not get it shown here",
    arguments: [0, 40, 270, 299])
  func echo(padding: Int) throws {
    let shop = try Shop { request in
      let token = request.headers["authorization"].map { String($0.dropFirst(7)) } ?? ""
      let escaped = token.replacingOccurrences(of: "/", with: "\\/")
        .replacingOccurrences(of: "\"", with: "\\\"")
      let text = String(repeating: "x", count: padding) + token + escaped
      return request.number < 2
        ? .answer(
          400, "\(text) \(token.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
        )
        : [
          .send(
            Array(
              "HTTP/1.1 200 OK\r\nContent-Type: text/\(token)\r\nContent-Length: 0\r\n\r\n".utf8))
        ]
    }
    var told = ""
    for _ in 0..<2 {
      for more in [[], ["--json"]] {
        let result = try shop.run("sync", "run", "shop", more.first ?? "--quiet")
        told += result.output + result.errors
      }
    }
    told += try shop.run("connection", "check", "shop").errors
    told += try shop.run("sync", "list", "--json").output
    #expect(told.contains("http.400") && told.contains("page.content_type"), "\(told)")
    for part in ["planted/secret", "planted\\/secret", "planted%2Fsecret", "secret+5e1d", "5e1d"] {
      #expect(!told.contains(part), "\(told)")
    }
  }

  @Test("a run that was written down can be done again, without the vendor and its secrets")
  func transcript() throws {
    let shop = try Shop { request in
      let token = request.headers["authorization"] ?? ""
      let books = (1...3).map { Shop.book($0) }.joined(separator: ",")
      return request.target.contains("after=b")
        ? .answer(200, #"{"data":[\#(books)],"next":null}"#)
        : .answer(
          200, #"{"data":[\#(Shop.book(9))],"next":"b","you":"\#(token.count)"}"#,
          ["X-Echo: \(token)"])
    }
    let path = shop.scratch.path + "/run.ndjson"
    #expect(try shop.run("sync", "run", "shop", "--transcript", path).exitCode == 0)
    let text = try String(decoding: Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    #expect(text.contains("http.response") && text.contains("checkpoint") && text.contains("•••"))
    #expect(!text.contains("5e1d"), "the secret is in the transcript")
    let plugins = Program.folder + "/test-plugins/"
    let same = try shop.run("plugin", "replay", plugins + "bookshop.so", path)
    #expect(same.exitCode == 0 && same.output.contains("all the same"), "\(same)")
    let changed = text.replacingOccurrences(of: #""after":"b""#, with: #""after":"x""#)
      .replacingOccurrences(of: #"["after","b"]"#, with: #"["after","x"]"#)
    #expect(changed != text)
    try Data(changed.utf8).write(to: URL(fileURLWithPath: path))
    let other = try shop.run("plugin", "replay", plugins + "bookshop.so", path, "--json")
    #expect(other.exitCode == 1 && other.output.contains("\"same\": false"), "\(other)")
    #expect(try shop.run("plugin", "replay", plugins + "bookshop.so", plugins).exitCode == 1)
  }
}
