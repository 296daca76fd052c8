import Built
import Foundation
import FoundationXML
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbaySDKTesting
import Testing

/// The kit passes what is right, and fails each fault by the rule that it breaks.
@Suite(.serialized) struct KitTests {
  private static let fixtures = Built.root + "/Tests/Plugins/Faulty/Fixtures/talks.ndjson"

  /// The transcript, with a text in it changed where the fault is one that it must have, too.
  private func transcript(_ text: String = "", with other: String = "") throws -> Transcript {
    let bytes = try FileBytes.read(Self.fixtures)
    if text.isEmpty { return try Transcript(bytes, from: Self.fixtures) }
    let changed = String(decoding: bytes, as: UTF8.self).replacingOccurrences(of: text, with: other)
    return try Transcript(Array(changed.utf8), from: Self.fixtures)
  }

  private func report(_ path: String, _ transcripts: [Transcript], only: [String] = []) throws
    -> KitReport
  {
    Built.nameWorker()
    return try Kit(path, transcripts: transcripts).run(only: only)
  }

  private func why(_ report: KitReport) -> [String] {
    report.failures.map { "\($0.rule.id): \($0.verdict)" }
  }

  @Test func `What is right passes every rule`() throws {
    let report = try report(Built.path("faulty/none.so"), [transcript()])
    #expect(why(report) == [])
    #expect(report.entries.map(\.rule.id) == KitRule.all.map(\.id))
    #expect(report.entries.allSatisfy { $0.verdict == .passed })
  }

  static let faults = [
    ("loads", "talk.loads"), ("asks_more", "talk.answered"), ("uncovered", "talk.conduct"),
    ("requires", "talk.requires"), ("hosts", "talk.hosts"), ("headers", "talk.headers"),
    ("processes", "same.processes"),
    ("sessions", "same.sessions"), ("room", "same.room"), ("pieces", "same.pieces"),
    ("unknown", "same.unknown"), ("unknown_kind", "same.unknown"), ("cancel", "end.cancel"),
    ("late", "end.late"), ("failed", "end.failed"), ("state", "end.state"),
    ("refused", "end.refused"),
    ("broken", "page.broken"), ("odd", "page.odd"), ("huge", "page.huge"),
    ("unicode", "page.unicode"), ("memory", "page.memory"),
  ]

  @Test(arguments: faults)
  func `A fault is found by the rule that it breaks`(fault: String, rule: String) throws {
    let transcript =
      switch fault {
      case "hosts": try transcript("{base_url}", with: "https://elsewhere.example")
      case "headers":
        try transcript(#"]],"extract""#, with: #"]],"headers":{"content_Length":"0"},"extract""#)
      case "requires": try transcript(#""key":"/id"}]"#, with: #""key":"/id","keep":["/id"]}]"#)
      default: try transcript()
      }
    let report = try report(Built.path("faulty/\(fault).so"), [transcript], only: [rule])
    #expect(report.failures.map(\.rule.id) == [rule], "\(why(report))")
  }

  @Test func `Each rule has a plugin that breaks it`() {
    let broken = Set(Self.faults.map(\.1)).union(["file.sound", "file.libc", "file.explained"])
    #expect(broken == Set(KitRule.all.map(\.id)))
  }

  /// A copy of the right one, with another manifest, or another text in its file.
  private func copy(_ change: (inout [UInt8]) throws -> Void) throws -> String {
    var bytes = try Built.bytes("faulty/none.so")
    try change(&bytes)
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString + ".so")
      .path
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func overwrite(_ text: String, _ other: String, in bytes: inout [UInt8]) throws {
    let (wanted, new) = (Array(text.utf8), Array(other.utf8))
    let range = try #require(bytes.firstRange(of: wanted))
    try #require(wanted.count == new.count)
    bytes.replaceSubrange(range, with: new)
  }

  @Test func `A file that is none, or no plugin's, is told what it lacks`() throws {
    let report = try report(Built.path("contrary.bare"), [])
    #expect(report.failures.map(\.rule.id) == ["file.sound"])
    #expect(why(report).joined().contains(".patchbay.manifest"))
    #expect(report.entries.count == 1, "there is no plugin to talk to")
  }

  @Test func `A file that needs a newer C library is found`() throws {
    let path = try copy { try overwrite("GLIBC_2.2.5", "GLIBC_2.37.", in: &$0) }
    defer { try? FileManager.default.removeItem(atPath: path) }
    let report = try report(path, [transcript()])
    #expect(report.failures.map(\.rule.id) == ["file.libc"], "\(why(report))")
    #expect(why(report).joined().contains("2.37"))
  }

  @Test func `A manifest that leaves its admin in the dark is found`() throws {
    let about = #""about": "pages that the host cuts","#
    let path = try copy {
      try overwrite(about, String(repeating: " ", count: about.count), in: &$0)
    }
    defer { try? FileManager.default.removeItem(atPath: path) }
    let report = try report(path, [transcript()])
    #expect(report.failures.map(\.rule.id) == ["file.explained"], "\(why(report))")
    #expect(why(report).joined().contains("streams/items"))
  }

  @Test func `Without a transcript it says so, and tries what it can`() throws {
    let report = try report(Built.path("faulty/none.so"), [])
    #expect(why(report) == [])
    #expect(report.entries.filter { $0.verdict == .passed }.map(\.rule.id).count == 4)
    #expect(report.junit.contains("skipped=\"20\""))
  }

  @Test func `The reports for machines say the same`() throws {
    let report = try report(
      Built.path("faulty/failed.so"), [transcript()], only: ["end.failed", "end.late"])
    #expect(report.json["passed"] == false)
    #expect(report.json["rules"]?.array?.map { $0["verdict"]?.string } == ["passed", "failed"])
    let reader = XMLReader()
    let parser = XMLParser(data: Data(report.junit.utf8))
    parser.delegate = reader
    #expect(parser.parse())
    #expect(reader.elements.map(\.name) == ["testsuite", "testcase", "testcase", "failure"])
    #expect(reader.elements.first?.attributes["failures"] == "1")
    let failure = try #require(throws: Failure.self) {
      try self.report(Built.path("faulty/none.so"), [], only: ["end.nothing"])
    }
    #expect(failure.code == "usage.rule" && failure.mend.contains("end.late"))
  }
}

/// The elements of a document, in order.
private final class XMLReader: NSObject, XMLParserDelegate {
  private(set) var elements: [(name: String, attributes: [String: String])] = []

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    elements.append((name, attributes))
  }
}
