internal import Glibc
package import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayEgress
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayStore
internal import PatchbayTUF

/// The marketplace that a data folder takes its plugins from.
package struct Market: Sendable {
  let dataFolder: String
  let folder: String
  let places: [MarketPlace]
  let downloads: Downloads
  /// The version of this Patchbay.
  let host: SemanticVersion
  /// What time it is, in milliseconds since 1970.
  var clock: @Sendable () -> Int64 = { Time.nowMS() }
  private var shared: SharedVisit?

  /// `standard` is the folder of the marketplace that comes with the program: it is used, and its
  /// root is trusted, where nobody named another.
  /// `from` is a place to look at this once: a mirror, a folder, a bundle. What it says must be
  /// signed like everything else.
  package init(
    _ dataFolder: String, host: SemanticVersion, standard: String?, from: String? = nil
  ) throws(Failure) {
    self.dataFolder = dataFolder
    self.host = host
    folder = "\(dataFolder)/market"
    downloads = try Downloads()
    if !FileBytes.exists("\(folder)/market.json") {
      guard let standard else { throw Failure.noMarket }
      try Self.use([standard], root: "\(standard)/root.json", in: dataFolder)
    }
    let named = try Self.readPlaces("\(folder)/market.json")
    places = try from.map { place throws(Failure) in [try MarketPlace(place)] } ?? named
  }

  /// Names the marketplace of a data folder: where it can be fetched from, the first place first,
  /// and the root that is trusted from here on, which must come from somewhere else than they do.
  package static func use(_ addresses: [String], root: String, in dataFolder: String)
    throws(Failure)
  {
    let places = try addresses.map { address throws(Failure) in try MarketPlace(address) }
    let bytes = try FileBytes.read(root, limit: 512_000)
    let folder = "\(dataFolder)/market"
    for path in [dataFolder, folder] { try FileBytes.makeFolder(path) }
    guard let held = try FileLock.tryTake("\(folder)/lock") else {
      throw Failure(
        .conflict, "market.busy", "something is being installed", mend: "try again when it is done")
    }
    defer { withExtendedLifetime(held) {} }
    let sha256 = Hex.encode(Digest.sha256(bytes))
    let known = try? FileBytes.read("\(folder)/root.json")
    if known == bytes && TrustFolder("\(folder)/trust") == nil {
      // What was known is lost: it begins with the same root again.
      _ = try TrustFolder.begin("\(folder)/trust", trusting: bytes)
    } else if known != bytes {
      let installed = try Lock(reading: "\(folder)/lock.json").plugins.map(\.name)
      guard installed.isEmpty else {
        throw Failure(
          .permission, "market.other_root",
          "\(root) is the root of another marketplace than the one that "
            + "\(installed.joined(separator: ", ")) came from",
          mend: "give the root.json that was given first; or remove these plugins, or take another "
            + "data folder")
      }
      _ = try TrustFolder.begin("\(folder)/trust", trusting: bytes)
      LogFork.forget(folder)
      try FileBytes.replace("\(folder)/root.json", with: bytes)
    }
    let json: JSON = [
      "market": 1, "root_sha256": .string(sha256),
      "places": .array(places.map { .string($0.address) }),
    ]
    try FileBytes.replace("\(folder)/market.json", with: Array(json.prettyText.utf8))
  }

  /// Where it is fetched from, in the order in which that is tried.
  package var addresses: [String] { places.map(\.address) }

  private static let shape = Shape.object([
    .required("market", .integer(1...1)), .required("root_sha256", Release.hash),
    .required("places", .list(of: .text(.init(length: 1...2000)), count: 1...20)),
  ])

  private static func readPlaces(_ path: String) throws(Failure) -> [MarketPlace] {
    try (read(path)["places"]?.array ?? []).map { MarketPlace(kept: $0.string ?? "") }
  }

  private static func read(_ path: String) throws(Failure) -> JSON {
    let json: JSON
    do {
      json = try JSON(reading: FileBytes.read(path))
    } catch {
      throw Failure(
        .config, "market.config", "\(path) cannot be read: \(error)",
        mend: "name the marketplace again: patchbay market use URL --root root.json")
    }
    if let problem = shape.problems(in: json).first {
      throw Failure(
        .config, "market.config", "\(path) does not fit: \(problem)",
        mend: "name the marketplace again: patchbay market use URL --root root.json")
    }
    return json
  }

  // MARK: Looking

  /// What is installed, as it is now.
  package func store() throws(Failure) -> MarketStore { try MarketStore(dataFolder) }

  /// The lists as they were when they were last refreshed, and when that was; `nil` where they
  /// never were.
  package func known() throws(Failure) -> MarketLists? {
    guard let trust = TrustFolder("\(folder)/trust"),
      FileBytes.exists("\(trust.current)/\(Catalogue.path)")
    else { return nil }
    return try MarketLists(trust, TUFTrust(trust.metadata))
  }

  /// Fetches what is new. Nothing of it stays unless all of it is good.
  package func refresh() async throws(Failure) -> MarketLists {
    try await visit { (visit) async throws(Failure) in visit.lists }
  }

  /// Looks at the places in turn, until one of them has something for `body`. What a place says is
  /// worth nothing unless it is signed, so that one which lies, or is behind, is passed by. What is
  /// signed counts from then on, also where `body` refuses: no place that is behind undoes it.
  /// Holds the lock under which what is installed changes.
  func visit<R: Sendable>(_ body: (MarketVisit) async throws(Failure) -> R) async throws(Failure)
    -> R
  {
    try await locked { () async throws(Failure) in
      try LogFork.check(folder)
      if let visit = shared?.visit(atMS: clock()) {
        do throws(Failure) {
          return try await body(visit)
        } catch {
          if !Self.isOfThePlace(error) { throw error }
          shared?.forget()
        }
      }
      return try await eachPlace { (place) async throws(Failure) in
        let visit = try await MarketVisit(self, place)
        try visit.keep()
        try follow(visit.lists.policy)
        shared?.remember(visit, atMS: clock())
        return try await body(visit)
      }
    }
  }

  /// The marketplace for a command that asks it several things: what it saw less than a minute ago
  /// it does not look at again, unless another process saw something newer.
  package func forOneCommand() -> Market {
    var market = self
    market.shared = SharedVisit()
    return market
  }

  /// Whether another place may know better: what is wrong was said by this one alone.
  private static func isOfThePlace(_ failure: Failure) -> Bool {
    [
      "tuf.", "egress.", "http.", "market.list", "market.hash", "market.away", "market.tile",
      "url.", "usage.market",
    ]
    .contains {
      failure.code.hasPrefix($0)
    }
  }

  func eachPlace<R: Sendable>(_ body: (MarketPlace) async throws(Failure) -> R)
    async throws(Failure) -> R
  {
    var failures: [Failure] = []
    for place in places {
      do throws(Failure) {
        return try await body(place)
      } catch {
        if !Self.isOfThePlace(error) { throw error }
        failures.append(error)
      }
    }
    guard var failure = failures.first else { throw Failure.noMarket }
    for (place, other) in zip(places, failures).dropFirst() {
      failure.message += "; at \(place.address): \(other.message)"
    }
    throw failure
  }

  /// Holds the lock under which what is installed changes.
  func locked<R: Sendable>(_ body: () async throws(Failure) -> R) async throws(Failure) -> R {
    let lock = try await FileLock.take("\(folder)/lock")
    defer { withExtendedLifetime(lock) {} }
    return try await body()
  }
}
