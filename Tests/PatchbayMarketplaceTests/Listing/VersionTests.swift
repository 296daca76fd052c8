import PatchbayCore
import Testing

@testable import PatchbayMarketplace

@Suite("Versions, and ranges of them") struct VersionTests {
  /// The order of semver.org, and some more.
  static let ordered = [
    "0.0.0", "0.9.9", "1.0.0-0", "1.0.0-2", "1.0.0-10", "1.0.0-alpha", "1.0.0-alpha.1",
    "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0",
    "1.0.1-rc.1", "1.0.1", "1.2.0", "1.10.0", "2.0.0-0", "2.0.0", "10.0.0",
  ]

  @Test func `versions have their order`() throws {
    for (index, text) in Self.ordered.enumerated() {
      let version = try #require(SemanticVersion(text))
      #expect(version.description == text && version.isRelease == !text.contains("-"))
      for (place, other) in Self.ordered.enumerated() {
        let other = try #require(SemanticVersion(other))
        #expect((version < other) == (index < place), "\(text), \(other)")
      }
    }
  }

  @Test func `what follows a plus sign makes none newer`() throws {
    let (one, other) = (SemanticVersion("1.0.0+2"), SemanticVersion("1.0.0+10"))
    let (plain, later) = (try #require(one), try #require(other))
    #expect(!(plain < later) && !(later < plain) && plain.isRelease)
  }

  @Test(arguments: [
    "", "1", "1.2", "1.2.3.4", "01.2.3", "1.02.3", "v1.2.3", "1.2.3-", "1.2.3+", "1.2.3-a..b",
    "1.2.x", "-1.2.3", "1.2.3 ", "1.2.3-ä", "99999999999999999999.0.0", "1.2.3-01", "1.2.3-a.00",
  ])
  func `what is no version is refused`(text: String) {
    #expect(SemanticVersion(text) == nil)
  }

  @Test(arguments: [
    (">=0.1.0 <2.0.0", ["0.1.0", "1.9.9", "2.0.0-rc.1"], ["0.0.9", "0.1.0-rc.1", "2.0.0"]),
    (">0.1.0 <=0.2.0", ["0.1.1", "0.2.0"], ["0.1.0", "0.2.1"]),
    ("=1.0.0", ["1.0.0"], ["1.0.1", "0.9.9"]),
    (">=2.0.0 <1.0.0", [], ["1.5.0", "2.0.0", "0.1.0"]),
  ])
  func `a range holds where all of it holds`(text: String, inside: [String], outside: [String])
    throws
  {
    let range = try #require(HostRange(text))
    #expect(range.description == text)
    for version in inside { #expect(range.contains(try #require(SemanticVersion(version)))) }
    for version in outside { #expect(!range.contains(try #require(SemanticVersion(version)))) }
  }

  @Test(arguments: [
    "", " ", "1.0.0", ">= 1.0.0", "^1.0.0", ">=1.0", "~>1.0.0", "==1.0.0", "*", "=>1.0.0",
  ])
  func `what is no range is refused`(text: String) {
    #expect(HostRange(text) == nil)
  }

  @Test func `a request names a plugin, and perhaps a version`() throws {
    for (text, name, version) in [
      ("books", "books", nil), ("acme/books", "acme/books", nil),
      ("books@1.4.2", "books", "1.4.2"), ("acme/books@2.0.0-rc.1", "acme/books", "2.0.0-rc.1"),
    ] {
      let request = try InstallRequest(text)
      #expect(request.name == name && request.version == version && request.pack == nil)
    }
    for text in ["", "@1.0.0", "books@", "books@new", "books@1.0.0@2.0.0"] {
      let failure = #expect(throws: Failure.self) { try InstallRequest(text) }
      #expect(failure?.code == "usage.plugin" && failure?.mend.contains("ID@VERSION") == true)
    }
  }
}
