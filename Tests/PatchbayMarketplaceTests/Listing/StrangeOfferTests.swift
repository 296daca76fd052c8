import Built
import PatchbayCore
import PatchbayJSON
import Seeded
import Testing

@testable import PatchbayMarketplace

/// Documents of a marketplace with numbers that nobody should write: they are refused by their
/// place, or can be worked with.
@Suite struct StrangeOfferTests {
  private static let priced = PluginDraft.terms([PluginDraft.price(400_000)])

  private func tryAll(_ document: JSON, _ read: (JSON) throws -> Void) throws {
    try read(document)
    for text in Extreme.variants(of: document.text) {
      do { try read(JSON(reading: text)) } catch {
        #expect((error as? Failure)?.message.isEmpty == false, "\(text)")
      }
    }
  }

  @Test func `A listing`() throws {
    let draft = PluginDraft { $0.terms = Self.priced }
    try tryAll(draft.listing) { json in
      let listing = try Listing(reading: json.bytes, from: "it")
      _ = listing.terms.summary(on: "2026-01-01")
    }
  }

  @Test func `A catalogue and its cut`() throws {
    let catalogue: JSON = [
      "catalogue": 1,
      "plugins": [
        [
          "name": "acme/books", "kind": "connector", "title": "a", "about": "b", "categories": [],
          "cost": "free",
          "versions": [
            [
              "version": "1.0.0", "abi": "1.0", "host": ">=0.1.0", "platforms": ["linux-x86_64"],
              "published_ms": 1, "log": 7,
            ]
          ],
        ]
      ],
    ]
    try tryAll(catalogue) { json in
      for entry in try Catalogue(json).entries {
        for version in entry.versions { _ = Time.format(version.publishedMS) }
      }
    }
    try tryAll(["catalogue": 2, "digits": 2]) { json in
      let digits = try Catalogue.digits(in: json)
      #expect(Catalogue.path(of: "books", digits: digits).hasSuffix(".json"))
    }
  }

  @Test func `What a registry says, and what it took back`() throws {
    try tryAll(PolicyTests.json) { json in
      let ppm = try Policy(json).platformPPM(of: "acme/books", kind: "model")
      #expect((0...1_000_000).contains(ppm))
    }
    let revoked: JSON = [
      "revocations": 1,
      "plugins": ["acme/books": [["versions": ["1.0.0"], "reason": "it leaks", "at_ms": 5]]],
    ]
    for text in Extreme.variants(of: revoked.text) {
      _ = try? Revocations(JSON(reading: text)).json
    }
  }

  @Test func `The lock file`() throws {
    let folder = try TestFolder()
    let lock = try LockTests.lock().json
    for text in Extreme.variants(of: lock.text) {
      let path = try folder.write(Array(text.utf8), to: "lock.json")
      guard let read = try? Lock(reading: path, mustExist: true) else { continue }
      for plugin in read.plugins {
        for version in plugin.versions {
          _ = Time.format(version.installedMS)
          _ = try? Terms(version.terms, in: plugin.name).summary(on: "2026-01-01")
        }
      }
    }
  }

  @Test func `The head of a log`() throws {
    for size in Extreme.texts {
      let text = "patchbay-market/a\n\(size)\n\(String(repeating: "A", count: 43))=\n"
      guard let head = try? LogHead(reading: Array(text.utf8), from: "it") else { continue }
      #expect((0...LogHead.entryLimit).contains(head.size))
    }
  }
}
