internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMarketplace

/// A marketplace of ten thousand plugins, all of one publisher: what an installation and a look
/// take a hub, as whole commands.
enum MarketBench {
  private static let count = 10_000
  /// Plugins that are published at once.
  private static let batch = 1000
  /// An admin should not wait: seconds for one installation.
  private static let bound = 0.15

  static func run(_ setup: Setup) async throws -> [Finding] {
    let folder = try setup.makeFolder("market")
    let repository = "\(folder)/repository"
    let published = try await seconds { try await publish(setup, to: repository, folder) }
    let data = "\(folder)/data"
    func market(_ arguments: String...) throws -> Double {
      try Child.run([setup.patchbay, "--data", data, "market"] + arguments).seconds
    }
    let first = try market("use", repository, "--root", "\(repository)/root.json", "--quiet")
    let installs = try (0..<20).map { number in
      try market("install", id(number * 37), "--yes", "--quiet", "--allow-look-alike")
    }
    let looks = try (0..<5).map { _ in try market("refresh", "--quiet") }
    let install = Measure.median(installs)
    return [
      Finding(
        name: "market: an installation out of \(count) plugins",
        ours: Measure.milliseconds(install), limit: Measure.milliseconds(bound),
        ratio: install / bound, wanted: .atMost(1),
        note: "first look \(Measure.milliseconds(first)), a look "
          + "\(Measure.milliseconds(Measure.median(looks))), published in \(Int(published)) s")
    ]
  }

  private static func seconds(_ body: () async throws -> Void) async rethrows -> Double {
    let start = ContinuousClock.now
    try await body()
    return (ContinuousClock.now - start) / .seconds(1)
  }

  /// As long as the id of the plugin whose code they have.
  private static func id(_ number: Int) -> String { "plug-\(100_000 + number)" }

  private static func publish(_ setup: Setup, to repository: String, _ folder: String)
    async throws
  {
    let keys = "\(folder)/keys"
    _ = try MarketRepository.create(repository, keys: keys)
    _ = try KeyRing.makeKey("\(keys)/patchbay.pem")
    _ = try await MarketRepository(repository).admit(
      "patchbay", ["name": "Patchbay"], key: "\(keys)/patchbay.pub", KeyRing([keys]))
    let library = try FileBytes.read("\(setup.bin)/test-plugins/tablereader.so")
    let rules = PublishingRules { (_, _) throws(Failure) in }
    for first in stride(from: 0, to: count, by: batch) {
      let packs = try (first..<first + batch).map { try pack(id($0), library) }
      let now = try MarketRepository(repository)
      let ring = try KeyRing([keys])
      _ = try await now.accept(now.submission(of: packs, ring, rules), ring, rules)
    }
  }

  private static func pack(_ id: String, _ library: [UInt8]) throws -> Pack {
    let old = Array("\"id\": \"tablereader\"".utf8)
    let at = try StartBench.place(of: old, in: library)
    var library = library
    library.replaceSubrange(at..<at + old.count, with: Array("\"id\": \"\(id)\"".utf8))
    let listing: JSON = [
      "listing": 1, "name": .string("patchbay/\(id)"),
      "uuid": "6f0d3a52-9a5e-4b7e-8d0c-2f6a1c94e7b3", "license": "MIT",
      "compatibility": ["host": ">=0.1.0 <1.0.0"],
      "terms": [
        "currency": "EUR", "prices": [], "shares": [["party": "patchbay", "ppm": 1_000_000]],
      ],
    ]
    return try Pack(files: [
      Pack.File(path: "plugin.so", bytes: library),
      Pack.File(path: "listing.json", bytes: listing.bytes),
      Pack.File(path: "README.md", bytes: Array("# \(id)\n".utf8)),
      Pack.File(path: "LICENSE", bytes: Array("Do with it what you like.\n".utf8)),
    ])
  }
}
