import Foundation
import Loopback
import Synchronization
import Testing

/// An API on loopback, and a connection to it that an example's file describes.
final class DescribedAPI {
  let scratch: Scratch
  let server: LoopbackServer
  let file: String

  /// `example` is a file of the plugin's, or the text of one with `BASE` for the server's address.
  init(
    _ example: String, at base: String = "BASE",
    _ answer: @escaping @Sendable (LoopbackServer.Request) -> [LoopbackServer.Act]
  ) throws {
    scratch = try Scratch()
    server = try LoopbackServer(answer)
    file = scratch.path + "/patchbay.yaml"
    let path = "\(Program.root)/Plugins/REST/Examples/\(example)"
    let text = example.contains("\n") ? example : try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains(base))
    let local = text.replacingOccurrences(of: base, with: server.url)
      .replacingOccurrences(of: "rate_limit: 30/60s", with: "rate_limit: off")
    try Data(local.utf8).write(to: URL(fileURLWithPath: file))
  }

  deinit { server.stop() }

  @discardableResult
  func run(_ arguments: String...) throws -> Program.Result {
    let environment = ["GITHUB_TOKEN": "planted-5e1d", "COINGECKO_KEY": "planted-7a3c"]
    let data = ["--data", scratch.path + "/data"]
    return try Program("patchbay", data + arguments, environment: environment).wait()
  }

  func expectGood(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) throws
  {
    let data = ["--data", scratch.path + "/data"]
    let environment = ["GITHUB_TOKEN": "planted-5e1d", "COINGECKO_KEY": "planted-7a3c"]
    let result = try Program("patchbay", data + arguments, environment: environment).wait()
    #expect(
      result.exitCode == 0, "\(arguments): \(result.output) \(result.errors)",
      sourceLocation: sourceLocation)
  }

  /// The rows of a query as texts.
  func rows(_ sql: String) throws -> [[String]] {
    let result = try run("query", sql, "--json")
    let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    return (json?["rows"] as? [[Any]] ?? []).map { $0.map { "\($0)" } }
  }

  /// The records of a stream as they are stored, by key.
  func raw(_ view: String) throws -> [String: String] {
    let found = try rows("SELECT _key, _raw FROM \(view)").map { ($0[0], $0[1]) }
    return Dictionary(uniqueKeysWithValues: found)
  }

  func parameter(_ name: String, of request: LoopbackServer.Request) -> String? {
    Self.parameter(name, of: request)
  }

  static func parameter(_ name: String, of request: LoopbackServer.Request) -> String? {
    URLComponents(string: request.target)?.queryItems?.first { $0.name == name }?.value
  }
}

/// What happens only the first time.
final class Once: Sendable {
  private let seen = Mutex<Set<String>>([])
  func first(_ name: String) -> Bool { seen.withLock { $0.insert(name).inserted } }
}

@Suite("APIs that the settings describe") struct RESTTests {
  private static func issue(_ id: String, _ title: String, at: String = "2026-01-02T03:04:05Z")
    -> String
  {
    #"{"id":\#(id),"number":\#(id.count),"title":"\#(title)","state":"open","#
      + #""user":{"login":"octo\u00e9"},"score":1.50,"updated_at":"\#(at)"}"#
  }

  /// Pages as GitHub links them: by a number of the repository instead of its name.
  private static func linked(_ pages: [String], _ request: LoopbackServer.Request)
    -> [LoopbackServer.Act]
  {
    let number = DescribedAPI.parameter("page", of: request).flatMap { Int($0) } ?? 1
    let host = request.headers["host"] ?? ""
    var links: [String] = []
    func link(_ page: Int, _ relation: String) {
      links.append(
        "<http://\(host)/repositories/1000/issues?per_page=100&page=\(page)>; rel=\"\(relation)\"")
    }
    if number > 1 { link(number - 1, "prev") }
    if number < pages.count {
      link(number + 1, "next")
      link(pages.count, "last")
    }
    let headers = links.isEmpty ? [] : ["Link: " + links.joined(separator: ", ")]
    return .answer(200, pages[number - 1], headers + ["Date: Sat, 03 Jan 2026 00:00:00 GMT"])
  }

  @Test("GitHub's issues: linked pages, changes since, a limit that was hit, and a hiccup")
  func gitHub() throws {
    let once = Once()
    let issues = [
      "[\(Self.issue("9007199254740993", "big")),\(Self.issue("12345678901234567890", "héllo 😀"))]",
      "[\(Self.issue("3", "three"))]", "[\(Self.issue("4", "four"))]",
    ]
    let api = try DescribedAPI("github-issues.yaml", at: "https://api.github.com") { request in
      guard request.headers["authorization"] == "Bearer planted-5e1d",
        request.headers["x-github-api-version"] == "2022-11-28",
        request.headers["accept"] == "application/vnd.github+json"
      else { return .answer(401, "{}") }
      if request.target.contains("/comments") { return .answer(200, "[]") }
      if DescribedAPI.parameter("since", of: request) != nil {
        return .answer(200, "[\(Self.issue("3", "three again", at: "2026-02-01T00:00:00Z"))]")
      }
      if request.target.contains("page=2"), once.first("429") {
        return .answer(429, #"{"message":"slow down"}"#, ["Retry-After: 0"])
      }
      if request.target.contains("page=3"), once.first("500") { return .answer(500, "oops") }
      return Self.linked(issues, request)
    }
    try api.expectGood("apply", api.file)
    let check = try api.run("connection", "check", "issues")
    #expect(check.exitCode == 0 && check.output.contains("issues, comments"), "\(check)")
    try api.expectGood("sync", "run", "issues")
    let stored = try api.raw("issues__issues")
    #expect(Set(stored.keys) == ["9007199254740993", "12345678901234567890", "3", "4"])
    #expect(stored["12345678901234567890"] == Self.issue("12345678901234567890", "héllo 😀"))
    #expect(
      try api.rows("SELECT title, author, number FROM issues__issues WHERE _key = '4'")
        == [["four", "octoé", "1"]])
    let before = api.server.requests.count
    try api.expectGood("sync", "run", "issues", "--stream", "issues")
    let asked = api.server.requests[before...].map { api.parameter("since", of: $0) }
    #expect(asked == ["2026-01-02T03:03:05Z"])
    #expect(try api.raw("issues__issues")["3"]?.contains("three again") == true)
    #expect(
      try api.run("sync", "run", "issues", "--stream", "pulls").errors.contains("issues, comments"))
  }

  @Test("CoinGecko's markets: numbered pages of a bare array, and a key in a header")
  func coinGecko() throws {
    let once = Once()
    @Sendable func coin(_ id: String, _ price: String) -> String {
      #"{"id":"\#(id)","symbol":"x","current_price":\#(price),"market_cap":1.5e12,"roi":null}"#
    }
    let first = (1...250).map { coin("c\($0)", "\($0).0") }.joined(separator: ",")
    let last = coin("tiny", "0.00000012345678901234567") + "," + coin("großé", "77671")
    let api = try DescribedAPI("coingecko-markets.yaml", at: "https://api.coingecko.com") {
      request in
      guard request.headers["x-cg-demo-api-key"] == "planted-7a3c",
        request.target.hasPrefix("/api/v3/coins/markets?vs_currency=usd"),
        DescribedAPI.parameter("per_page", of: request) == "250"
      else { return .answer(404, "{}") }
      if DescribedAPI.parameter("page", of: request) == "1" { return .answer(200, "[\(first)]") }
      // A short page is no end: one more is asked for.
      if DescribedAPI.parameter("page", of: request) == "3" { return .answer(200, "[]") }
      return once.first("429")
        ? .answer(429, #"{"status":{"error_code":429}}"#, ["Retry-After: 0"])
        : .answer(200, "[\(last)]")
    }
    try api.expectGood("apply", api.file)
    try api.expectGood("plugin", "trust", "rest", "community")
    try api.expectGood("sync", "run", "coins")
    let stored = try api.raw("coins__markets")
    #expect(stored.count == 252 && stored["c7"] == coin("c7", "7.0"))
    #expect(stored["tiny"] == coin("tiny", "0.00000012345678901234567"))
    #expect(api.server.requests.map { api.parameter("page", of: $0) } == ["1", "2", "2", "3"])
    // Without a cursor the next run reads everything, and finds what is gone.
    try api.expectGood("sync", "run", "coins")
    #expect(try api.raw("coins__markets").count == 252)
  }

  private static let stablecoins = #"""
    {"peggedAssets":[{"id":"1","symbol":"USDT","pegType":"peggedUSD","price":1.0010,
    "chainCirculating":{"Tron":{"current":{"peggedUSD":79510682147.768745}},
    "Ärn":{"current":{"peggedUSD":12345678901234567890.10}}}},
    {"id":"2","symbol":"E€","pegType":"peggedEUR","price":null,
    "chainCirculating":{"Tron":{"current":{"peggedEUR":10.50}}}}]}
    """#

  @Test("DefiLlama's stablecoins: records that jq makes, in a worker as in the hub")
  func stables() throws {
    let once = Once()
    let api = try DescribedAPI("stablecoins.yaml", at: "https://stablecoins.llama.fi") { _ in
      once.first("500") ? .answer(500, "{}") : .answer(200, Self.stablecoins)
    }
    try api.expectGood("apply", api.file)
    try api.expectGood("connection", "check", "stables")
    let sum = try Program("/usr/bin/sha256sum", ["\(Program.folder)/plugins/rest.so"]).wait().output
    for tier in ["core", "community"] {
      try api.expectGood(
        "plugin", "trust", "rest", tier, "--yes", "--sha256", String(sum.prefix(64)))
      try api.expectGood("sync", "run", "stables", "--full")
      #expect(
        try Set(api.raw("stables__circulation").values) == [
          #"{"coin":"1","symbol":"USDT","chain":"Tron","amount":79510682147.768745}"#,
          #"{"coin":"1","symbol":"USDT","chain":"Ärn","amount":12345678901234567890.10}"#,
          #"{"coin":"2","symbol":"E€","chain":"Tron","amount":10.50}"#,
        ])
      #expect(try api.raw("stables__coins")["2"]?.contains("\"price\":null") == true)
    }
  }

  private static let small = """
    connections:
      shop:
        plugin: rest
        settings:
          base_url: BASE
          max_attempts: 2
          streams:
            orders: {path: /orders, records: /items, jq: ".items[] | {id, n: (.n + 1)}", key: /id}
    """

  @Test("a page that is not what the program expects fails the stream, and deletes nothing")
  func brokenPages() throws {
    for body in [
      #"{"error":"x"}"#, #"{"items":{"id":1}}"#, #"{"items":[1]}"#, "{}", "[]",
      #"{"items":[{"id":1,"n":"planted text"}]}"#,
    ] {
      let api = try DescribedAPI(Self.small + "\n") { request in
        .answer(200, request.number == 0 ? #"{"items":[{"id":1,"n":1}]}"# : body)
      }
      try api.expectGood("apply", api.file)
      try api.expectGood("sync", "run", "shop")
      let failed = try api.run("sync", "run", "shop", "--json")
      #expect(failed.exitCode == 1 && failed.output.contains("\"page."), "\(failed)")
      #expect(!failed.output.contains("planted text"), "\(failed)")
      #expect(try api.raw("shop__orders") == ["1": #"{"id":1,"n":2}"#])
    }
  }

  @Test("a mistake in the settings is told of before anything is stored or asked")
  func mistakes() throws {
    for (wrong, right, words) in [
      ("records: /items", "recrods: /items", "did you mean “records”?"),
      (".items[] |", ".items[ |", "the stream “orders”: the jq program cannot be compiled"),
      ("path: /orders", "path: orders", "streams.orders.path"),
      ("base_url: BASE", "rate_limit: off", "base_url"),
      ("orders:", "../orders:", "lower-case"),
      ("base_url: BASE", "base_url: http://api.shop.example", "without encryption"),
    ] {
      let text = Self.small.replacingOccurrences(of: wrong, with: right) + "\n# BASE\n"
      let api = try DescribedAPI(text) { _ in .answer(200, "{}") }
      for more in [["--dry-run"], []] {
        let result = try Program(
          "patchbay", ["--data", api.scratch.path + "/data", "apply", api.file] + more
        ).wait()
        #expect(result.exitCode == 2 && result.errors.contains(words), "\(words): \(result)")
      }
      #expect(try api.run("connection", "list", "--json").output == "[]\n")
      #expect(api.server.requests.isEmpty)
    }
  }

  @Test("streams come from a file on the command line, too; tokens from where the admin says")
  func commandLine() throws {
    let api = try DescribedAPI(Self.small + "\n") { request in
      if request.target == "/token" {
        return request.body.contains("client_secret=planted-5e1d")
          ? .answer(200, #"{"access_token":"fresh-token","expires_in":3600}"#) : .answer(401, "{}")
      }
      return request.headers["authorization"] == "Bearer fresh-token"
        ? .answer(200, #"{"items":[{"id":1,"n":1}]}"#) : .answer(401, "{}")
    }
    let streams = api.scratch.path + "/streams.yaml"
    try Data("a: {path: /a, records: /items, key: /id}\n".utf8)
      .write(to: URL(fileURLWithPath: streams))
    let url = api.server.url
    try api.expectGood(
      "connection", "add", "cli", "--plugin", "rest", "--set", "base_url=\(url)", "--set",
      "streams=@\(streams)", "--set", "token_url=\(url)/token", "--set", "client_id=me",
      "--secret", "client_secret=env:GITHUB_TOKEN")
    try api.expectGood("sync", "run", "cli")
    #expect(try api.raw("cli__a") == ["1": #"{"id":1,"n":1}"#])
    let half = try api.run(
      "connection", "add", "half", "--plugin", "rest", "--set", "base_url=\(url)", "--set",
      "streams=@\(streams)", "--secret", "client_secret=env:GITHUB_TOKEN")
    #expect(half.exitCode == 1 && half.errors.contains("token_url"), "\(half)")
    #expect(try api.run("plugin", "info", "rest").output.contains("each connection has its own"))
  }
}
