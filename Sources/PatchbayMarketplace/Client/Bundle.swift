package import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayHost
internal import PatchbayTUF
internal import Synchronization

/// A part of a repository in one file, for hubs that reach no marketplace: what a plugin needs,
/// with all the metadata that proves it. It is trusted no more than any other mirror.
struct BundleSource: TUFSource {
  private let files: [String: [UInt8]]

  init(reading path: String) throws(Failure) {
    let bytes = try FileBytes.read(path, limit: 400 << 20)
    let found = try Pack.files(in: bytes, PackRules(.bundle))
    files = Dictionary(found.map { ($0.path, $0.bytes) }, uniquingKeysWith: { one, _ in one })
  }

  func metadata(_ fileName: String, limit: Int) throws(Failure) -> [UInt8]? {
    try file("metadata/\(fileName)", limit)
  }

  func target(_ path: String, limit: Int) throws(Failure) -> [UInt8]? {
    try file("targets/\(path)", limit)
  }

  private func file(_ path: String, _ limit: Int) throws(Failure) -> [UInt8]? {
    guard let bytes = files[path] else { return nil }
    guard bytes.count <= limit else {
      throw Failure(
        .data, "tuf.length", "\(path) of the bundle has \(bytes.count) bytes, more than \(limit)",
        mend: "make the bundle again")
    }
    return bytes
  }
}

/// Remembers all that a client asks for.
private final class RecordingSource: TUFSource {
  private let source: any TUFSource
  private let seen = Mutex<[String: [UInt8]]>([:])

  init(_ source: any TUFSource) { self.source = source }

  var files: [Pack.File] {
    seen.withLock { $0 }.sorted { $0.key < $1.key }.map { Pack.File(path: $0.key, bytes: $0.value) }
  }

  func metadata(_ fileName: String, limit: Int) async throws(Failure) -> [UInt8]? {
    let bytes = try await source.metadata(fileName, limit: limit)
    if let bytes { seen.withLock { $0["metadata/\(fileName)"] = bytes } }
    return bytes
  }

  func target(_ path: String, limit: Int) async throws(Failure) -> [UInt8]? {
    let bytes = try await source.target(path, limit: limit)
    if let bytes { seen.withLock { $0["targets/\(path)"] = bytes } }
    return bytes
  }
}

extension Market {
  /// Puts into one file what a hub needs to install a version without reaching the marketplace: all
  /// that a client asks for which trusts nothing but the first root.
  package func bundle(_ request: InstallRequest) async throws(Failure) -> [UInt8] {
    let candidate = try await prepare(request)
    let release = candidate.release
    return try await eachPlace { (place) async throws(Failure) in
      let temporary = try TemporaryFolder()
      defer { withExtendedLifetime(temporary) {} }
      let folder = temporary.path
      try TUFClient.initialize(folder, root: FileBytes.read("\(self.folder)/root.json"))
      let source = RecordingSource(try place.source(downloads))
      var client = try TUFClient(folder, source: source, nowMS: clock())
      try await client.refresh()
      var paths =
        MarketList.needed + [
          Release.path(release.name, release.version.description), candidate.artifact.path,
        ]
      // All publishers, since a hub keeps what it has of others beside it.
      try await client.loadAll()
      if let role = try await client.find(Catalogue.path)?.role {
        paths += (client.known(role)?.targets.keys ?? [:].keys).filter(Catalogue.isBin)
      }
      // Whatever a hub knows of the log, it goes on from there: a bundle has all of its hashes.
      if let (target, _) = try await client.find(LogHead.path) {
        let head = try LogHead(
          reading: await client.download(target), from: "\(LogHead.path) at \(place.address)")
        var log = LogReader(head, source, place: place.address)
        try await log.fetch(MerkleTile.all(in: head.size))
      }
      for path in paths {
        guard let (target, _) = try await client.find(path) else {
          throw Failure(.config, "market.list", "\(place.address) has no \(path)")
        }
        _ = try await client.download(target)
      }
      return try Pack.archive(source.files)
    }
  }
}
