import Built
import PatchbayCore
import PatchbayJSON
import Seeded
import Testing

@testable import PatchbayMarketplace

/// Files are written one after the other, each whole: who is killed leaves the first few.
@Suite("A repository whose writer is killed") struct KilledTests {
  static let changes: [(String, @Sendable (Bazaar) async throws -> Void)] = [
    ("publish", { try await $0.publish(PluginDraft("1.1.0")) }),
    ("admit", { try await $0.admit("ada", ["name": "Ada"]) }),
    ("revoke", { try await $0.revoke("acme/books", "0.9.0") }),
    ("renew", { try await $0.renew() }),
  ]

  @Test(arguments: changes.indices)
  func `opens, serves hubs, and takes the change again`(index: Int) async throws {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft("0.9.0"), PluginDraft())
    _ = try await bazaar.market().refresh()
    try bazaar.copy(to: "before")
    let change = Self.changes[index].1
    // A folder that is there can be looked at.
    try FileBytes.makeFolders("\(bazaar.path)/targets/plugins/acme/books/1.1.0")
    let log = WriteLog(bazaar.path)
    try await change(bazaar)
    let written = log.written
    try bazaar.copy(to: "after")
    #expect(written.count >= 3 && written.last == "metadata/timestamp.json", "\(written)")
    // Quick tests look at every second place, each time at others.
    let isOdd = Int(Scale.fresh % 2)
    for count in 0..<written.count where Scale.isNightly || count % 2 == isOdd {
      try bazaar.restore("before")
      for name in written.prefix(count) {
        let place = "\(bazaar.path)/\(name)"
        try FileBytes.makeFolders(String(place[..<(place.lastIndex(of: "/") ?? place.endIndex)]))
        try FileBytes.replace(place, with: FileBytes.read("\(bazaar.folder.file("after"))/\(name)"))
      }
      // A hub that was there before, and a new one.
      for data in ["data", "data-\(count)"] {
        let lists = try await bazaar.market(data).refresh()
        #expect(try lists.catalogue.entries[0].versions.count == 2)
        #expect(lists.revocations.entries.isEmpty)
      }
      try await change(bazaar)
      _ = try await bazaar.market("data-\(count)").refresh()
      try await bazaar.install("books", in: "new-\(count)")
    }
  }
}
