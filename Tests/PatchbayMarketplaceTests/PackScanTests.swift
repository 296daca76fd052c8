import Built
import PatchbayCore
import Testing

@testable import PatchbayMarketplace

@Suite("Scans of packs") struct PackScanTests {
  /// Random, and nobody's. They are put together here, so that no scan of this file finds them.
  static let letters = "q7Xw2Lp9Zt4Rm8Vk3Hs6Nd1Yb5Gc0Jf" + "Ua7Te2Ow9Ix4Q"
  static let key = "MC4CAQAwBQYDK2VwBCIEIKq7Xw2Lp9Zt4Rm8Vk3Hs6Nd1Yb5Gc0JfUa7Te2Ow9Ix"
  static let webToken =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + "eyJzdWIiOiI0MjQyNDI0MiIsImlhdCI6MTUxfQ."
    + letters

  /// The rules by which a text is complained about, in a file of a pack.
  static func rules(_ text: String, in path: String = "docs/a.md") throws -> [String] {
    try findings(text, in: path).map(\.rule).filter { $0.hasPrefix("secret.") }
  }

  static func findings(_ text: String, in path: String = "docs/a.md") throws -> [Finding] {
    let others = ["plugin.so", "listing.json"].filter { $0 != path }.map {
      PackTests.file($0, "{}")
    }
    return PackScan.findings(in: try Pack(files: others + [PackTests.file(path, text)]))
  }

  static func random(_ count: Int) -> String { String(letters.prefix(count)) }

  static let secrets: [(text: String, rule: String)] = [
    ("-----BEGIN PRIVATE KEY-----\n\(key)\n-----END", "secret.private_key"),
    ("-----BEGIN RSA PRIVATE KEY-----\\n\(key)\\n-----END", "secret.private_key"),
    (
      "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES\n\n\(key)",
      "secret.private_key"
    ),
    ("id = AKIA" + "Q7XW2LP6ZT4RM5VK", "secret.aws_key"),
    ("ghp_" + random(36), "secret.prefixed_token"),
    ("Authorization: Bearer glpat-" + random(20), "secret.prefixed_token"),
    ("xoxb-" + random(24), "secret.prefixed_token"),
    ("\"key\":\"sk_live_" + random(24) + "\"", "secret.prefixed_token"),
    ("key=AIza" + random(35), "secret.prefixed_token"),
    ("sk-proj-" + random(40), "secret.prefixed_token"),
    ("token: shpat_" + "7a2c9e4b1d8f3a6c5e0b9d2f7a4c1e8b", "secret.prefixed_token"),
    ("Cookie: \(webToken)", "secret.jwt"),
    ("https://alice:\(random(9))@db.test/x", "secret.url_password"),
    ("postgres://hub:\(random(20))@10.0.0.1:5432/hub", "secret.url_password"),
    ("password = \(random(20))", "secret.assigned"),
    ("\"apiKey\" : \"\(random(24))\"", "secret.assigned"),
    ("{\"body\":\"{\\\"client_secret\\\":\\\"\(random(24))\\\"}\"}", "secret.assigned"),
    ("export ACME_API_KEY='\(random(24))'", "secret.assigned"),
    ("aws_secret_access_key=\(random(40))", "secret.assigned"),
    ("ACCESS-TOKEN: \(random(32))", "secret.assigned"),
  ]

  @Test(arguments: secrets) func `find what is secret, and never show it`(
    text: String, rule: String
  ) throws {
    for path in ["docs/a.md", "Fixtures/a.ndjson", "README.md", "listing.json"] {
      let given = path == "listing.json" ? "\"\(text.escaped)\"" : "Some text:\n\n\(text)\n"
      let found = try Self.findings(given, in: path).filter { $0.rule.hasPrefix("secret.") }
      #expect(found.map(\.rule) == [rule], "\(path) \(found)")
      let finding = try #require(found.first)
      #expect(finding.level == .error && finding.file == path && !finding.mend.isEmpty)
      #expect(finding.what.contains(path == "listing.json" ? "line 1" : "line 3"), "\(finding)")
      for part in [Self.random(9), Self.key, "7a2c9", "Q7XW"] {
        #expect(!finding.what.contains(part), "\(finding)")
      }
    }
  }

  @Test func `find the forms in a plugin's bytes, and no names with values`() throws {
    for (text, rule) in Self.secrets {
      let found = try Self.rules("\u{0}\u{1}\(text)\u{0}", in: "plugin.so")
      #expect(found == (rule == "secret.assigned" ? [] : [rule]), "\(text): \(found)")
    }
  }

  @Test(arguments: [
    "password = example-password-1234", "api_key: ${ACME_API_KEY_FROM_1PASSWORD}",
    "token: <your token from the vendor 123>", "\"token\":\"sandbox-token\"",
    "token: xxxxxxxxxxxx1",
    "token=\"{{ secrets.ACME_TOKEN_42 }}\"", "AKIAIOSFODNN7EXAMPLE", "the password: is secret",
    "https://user:password@host.test", "https://alice@host.test/a:b@c", "http://[::1]:8080/a@b",
    "git+ssh://git@host.test:22/x", "--secret token=env:HUBSPOT_TOKEN_2026_FINAL",
    "ghp_" + String(repeating: "x", count: 36), "ghp_short1",
    "-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\n…\n-----END PRIVATE KEY-----",
    "-----BEGIN PUBLIC KEY-----\n" + key, "-----BEGIN CERTIFICATE-----\n" + key,
    "\"page_token\":\"" + random(32) + "\"", "\"nextPageToken\": \"" + random(32) + "\"",
    "sha256: " + "7a2c9e4b1d8f3a6c5e0b9d2f7a4c1e8b7a2c9e4b1d8f3a6c5e0b9d2f7a4c1e8b",
    "eyJhbGciOiJIUzI1NiJ9.e30.x", "secret: " + String(repeating: "a1", count: 20),
    "token: thisisalongwordwithoutdigits", "",
  ]) func `leave alone what is none`(text: String) throws {
    for path in ["docs/a.md", "Fixtures/a.ndjson", "plugin.so"] {
      #expect(try Self.rules(text, in: path) == [], "\(path)")
    }
  }

  @Test func `tell an access key from one with its secret`() throws {
    let id = "AKIA" + "Q7XW2LP6ZT4RM5VK"
    let alone = try Self.findings("id \(id)")
    #expect(alone.contains { $0.what.hasPrefix("an access key id, at line 1, byte 3") })
    let both = try Self.findings("\(id):\(Self.random(40))")
    #expect(both.contains { $0.what.hasPrefix("an access key id with its secret") }, "\(both)")
  }

  @Test func `say no more than ten of a kind`() throws {
    let many = String(repeating: "ghp_\(Self.random(36))\n", count: 50)
    #expect(try Self.rules(many).count == 10)
  }

  @Test func `want a licence, and hope for a README`() throws {
    let bare = try Self.findings("text")
    let rules = bare.map { "\($0.level) \($0.rule)" }
    #expect(rules == ["error file.elf", "error file.license", "warning file.readme"])
    let elf = try #require(bare.first)
    #expect(elf.file == "plugin.so" && elf.what.contains("plugin.so was refused"), "\(elf)")
    #expect(!elf.what.contains("/proc"))
  }

  @Test(arguments: [
    ("/home/alice/acme/a.c", true), ("\u{0}/Us" + "ers/alice/a.swift", true),
    ("x=/root/acme/a.c", true), ("/home/build-user/swift/a.cpp", false), ("/home/", false),
    ("/a/home/b", false), ("/homepage/of/acme", false), ("https://a.test/users/home", false),
  ]) func `find the paths of who built it`(text: String, isFound: Bool) throws {
    let found = try Self.findings("\u{7F}ELF \(text)", in: "plugin.so")
    #expect(found.contains { $0.rule == "build.path" && $0.level == .warning } == isFound)
    #expect(try !Self.findings(text).contains { $0.rule == "build.path" })
  }

  /// Everything in this project that could be published: one file, with what is written about it.
  static let own: [(name: String, folder: String)] =
    ["Plugins", "Tests/Plugins"].flatMap { folder in
      FileBytes.names(in: "\(Built.root)/\(folder)").map { ($0, "\(Built.root)/\(folder)/\($0)") }
    }.filter { plugin in
      // Some folders make several files, to be refused.
      let names = FileBytes.names(in: plugin.folder)
      return names.contains("plugin.json") && !names.contains("build")
    }

  @Test(arguments: own) func `find nothing in the plugins of this project`(
    name: String, folder: String
  ) throws {
    let programs = folder.contains("/Tests/") ? Built.folder : Built.folder + "/../plugins"
    let file = "\(programs)/\(name.lowercased()).so"
    var files = [PackTests.file("LICENSE")]
    for (path, place) in [
      ("plugin.json", "listing.json"), ("README.md", "README.md"),
      ("Fixtures/streams.ndjson", "Fixtures/a.ndjson"),
      ("Fixtures/full.ndjson", "Fixtures/b.ndjson"),
      ("Fixtures/incremental.ndjson", "Fixtures/c.ndjson"),
    ] {
      guard let bytes = try? FileBytes.read("\(folder)/\(path)") else { continue }
      files.append(.init(path: place, bytes: bytes))
    }
    files.append(.init(path: "plugin.so", bytes: try FileBytes.read(file, limit: 64 << 20)))
    let found = PackScan.findings(in: try Pack(files: files))
    #expect(found.filter { $0.rule != "file.readme" } == [])
  }
}

extension String {
  fileprivate var escaped: String {
    replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}
