import PatchbayCore
import PatchbayEgress
import PatchbayHost
import PatchbayJSON
import Testing

@testable import PatchbaySync

/// Credentials whose place the connection names, not the manifest.
@Suite struct OwnCredentialTests {
  private func auth(_ pairs: [String], secrets: Set<String>) throws -> LineTerms {
    let manifest = try Manifest(
      [
        "manifest": 1, "id": "own", "version": "1.0.0", "kind": "connector", "name": "Own",
        "publisher": "own", "abi": "1.0", "operations": ["check", "discover", "read"],
        "settings": [
          "streams": ["type": "json"], "query_name": ["type": "text"], "user": ["type": "text"],
          "header": ["type": "text", "default": "X-Key"], "token_url": ["type": "text"],
          "client_id": ["type": "text"], "scope": ["type": "text", "default": ""],
        ], "secrets": ["key": [:], "client_secret": [:]],
        "auth": [
          ["scheme": "api_key", "in": "query", "name": "{query_name}", "secret": "key"],
          ["scheme": "api_key", "in": "header", "name": "{header}", "secret": "key"],
          [
            "scheme": "oauth2", "grant": "client_credentials", "token_url": "{token_url}",
            "client_id": "client_id", "client_secret": "client_secret", "scope": "{scope}",
          ], ["scheme": "none"],
        ],
      ], from: "a test")
    return try ConnectionTerms(
      connection: "a", manifest: manifest,
      settings: try ConnectionTerms.parse(
        pairs + ["base_url=https://api.own.example"], for: manifest), secrets: secrets
    ).line
  }

  @Test func `The settings say where a key goes, and what is asked for a token`() throws {
    #expect(try auth([], secrets: []).auth == .none)
    #expect(
      try auth(["query_name=k"], secrets: ["key"]).auth
        == .apiKey(place: .query, name: "k", prefix: "", secret: "key"))
    #expect(
      try auth([], secrets: ["key"]).auth
        == .apiKey(place: .header, name: "X-Key", prefix: "", secret: "key"))
    let url = "https://login.own.example/token"
    let line = try auth(["token_url=\(url)", "client_id=me"], secrets: ["client_secret"])
    #expect(line.ownTokenURL == url)
    guard case .oauth2(let oauth) = line.auth else { throw Unexpected() }
    #expect(oauth.tokenURL == url && oauth.scope == nil)
    let scoped = try auth(
      ["token_url=\(url)", "client_id=me", "scope=read"], secrets: ["client_secret"])
    if case .oauth2(let oauth) = scoped.auth { #expect(oauth.scope == "read") }
  }

  private struct Unexpected: Error {}

  @Test func `Secrets that nothing would use are not dropped in silence`() throws {
    let failure = #expect(throws: Failure.self) {
      try auth(["client_id=me"], secrets: ["client_secret"])
    }
    #expect(failure?.code == "connection.secret")
    #expect(failure?.message.contains("client_id + client_secret + token_url") == true)
  }

  @Test(arguments: ["http://login.own.example/token", "login.own.example", "ftp://x/y"])
  func `A client's secret is not sent in clear`(url: String) throws {
    let failure = #expect(throws: Failure.self) {
      try auth(["token_url=\(url)", "client_id=me"], secrets: ["client_secret"])
    }
    #expect(failure?.description.contains("https://") == true)
  }

  @Test func `A structured setting is read whole, and refused where it is none`() throws {
    #expect(throws: Never.self) { try auth([#"streams={"a":[1,{"b":"x=y,z"}]}"#], secrets: []) }
    let failure = #expect(throws: Failure.self) { try auth(["streams=a"], secrets: []) }
    #expect(failure?.description.contains("@FILE") == true)
  }
}
