import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON

@testable import PatchbayMarketplace

/// What a publisher could publish: a plugin that works, described as a test says.
struct PluginDraft {
  var publisher = "acme"
  var id = "books"
  var version = "1.0.0"
  var title = "Books of Acme"
  var hosts = ["api.example.com"]
  var secrets: [String] = []
  var auth: [JSON]?
  var settings: JSONObject?
  var abi = "1.0"
  /// Which versions of Patchbay it runs on.
  var range = ">=0.1.0 <1.0.0"
  var terms = PluginDraft.terms()
  /// Memory and time that its listing asks for.
  var permissions: JSON?
  /// The test plugin whose code it has.
  var code = "zoo/good.so"
  /// Another machine than this, by its number in ELF.
  var machine: UInt8?
  /// Whether it says that it needs a C library of the future.
  var needsNewLibc = false

  init(_ version: String = "1.0.0", _ change: (inout PluginDraft) -> Void = { _ in }) {
    self.version = version
    change(&self)
  }

  var name: String { "\(publisher)/\(id)" }

  /// Terms with these prices.
  static func terms(_ prices: [JSON] = [], currency: String = "EUR", shares: JSON? = nil) -> JSON {
    [
      "currency": .string(currency), "prices": .array(prices),
      "shares": shares ?? [["party": "acme", "ppm": 1_000_000]],
    ]
  }

  static func price(_ micros: Int64, from day: String = "2026-01-01", per: Int64 = 1000) -> JSON {
    [
      "from": .string(day), "meter": "records_read", "kind": "flat", "per": .integer(per),
      "steps": [["micros": .integer(micros)]],
    ]
  }

  var manifest: JSON {
    get throws {
      let members = JSONObject(secrets.map { .init($0, ["about": "a secret"]) })
      let changes: [(String, JSON?)] = [
        ("id", .string(id)), ("version", .string(version)), ("name", .string(title)),
        ("publisher", .string(publisher)), ("abi", .string(abi)),
        ("hosts", .array(hosts.map { .string($0) })),
        ("secrets", members.isEmpty ? nil : .object(members)),
        ("auth", auth.map { .array($0) }), ("settings", settings.map { .object($0) }),
      ]
      return try Built.manifest("Zoo", changes)
    }
  }

  var listing: JSON {
    var members = JSONObject([
      .init("listing", 1), .init("name", .string(name)),
      .init("uuid", "6f0d3a52-9a5e-4b7e-8d0c-2f6a1c94e7b1"), .init("license", "MIT"),
      .init("compatibility", ["host": .string(range)]), .init("terms", terms),
    ])
    members["permissions"] = permissions
    return .object(members)
  }

  /// The pack of it, with some files more.
  func pack(in folder: TestFolder, with files: [Pack.File] = []) throws -> Pack {
    let name = "\(publisher)-\(id)-\(version)-\(UInt64.random(in: .min ... .max)).so"
    // Its bytes are no other test's: what is loaded once in a process is found loaded.
    let about = JSON.string("Does what no plugin should, in \(folder.path)")
    let manifest = JSONPlace.put(about, at: [.member("about")], in: try manifest)
    let path = try folder.embed(manifest.bytes, into: Built.path(code), as: name)
    var library = try FileBytes.read(path)
    for name in [path, "\(path).json"] { FileBytes.removeTree(name) }
    if let machine { library[18] = machine }
    if needsNewLibc {
      let old = Array("GLIBC_2.14".utf8)
      let at = try library.firstRange(of: old).orThrow()
      library.replaceSubrange(at, with: Array("GLIBC_2.99".utf8))
    }
    let own = [
      Pack.File(path: Release.libraryName, bytes: library),
      Pack.File(path: Listing.fileName, bytes: listing.bytes),
      Pack.File(path: "LICENSE", bytes: Array("Do with it what you like.".utf8)),
      Pack.File(path: "README.md", bytes: Array("# \(title)\n".utf8)),
    ]
    return try Pack(files: own + files)
  }
}
