import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbayTUF

@testable import PatchbayMarketplace

/// What publisher and registry could sign together, and must not be believed all the same.
extension Bazaar {
  /// Edits the signed release of a version of acme/books, or its pack.
  func resign(
    _ version: String = "1.0.0", keys: [String] = ["acme", "registry"], pack: [UInt8]? = nil,
    _ edit: (String) -> String = { $0 }
  ) async throws {
    var forgery = try Forgery(self)
    let path = Release.path("acme/books", version)
    let targets = try forgery.repository.metadata(of: "acme")
    let known = try targets.targets[path].orThrow()
    let text = String(decoding: try repository.read(known), as: UTF8.self)
    var files = [try forgery.target(path, Array(edit(text).utf8), custom: known.custom)]
    if let pack {
      let place =
        "\(Release.folder("acme/books", version))/linux-\(PluginFile.architecture).patchbay"
      files.append(try forgery.target(place, pack))
    }
    try forgery.put("acme", keys: keys) { metadata in
      for file in files { metadata.targets[file.path] = file }
    }
    try forgery.publish()
    if keys.count == 2 { try await renew() }
  }

  /// The folder of the version of acme/books that is in use.
  func stored(in data: String = "data") throws -> String {
    let store = try MarketStore(folder.file(data))
    return store.storeFolder(try store.lock.installed("acme/books").active.pack)
  }

  /// Edits lock.json as a text.
  func editLock(_ edit: (String) -> String) throws {
    let path = folder.file("data/market/lock.json")
    let text = String(decoding: try FileBytes.read(path), as: UTF8.self)
    try FileBytes.replace(path, with: Array(edit(text).utf8))
  }
}

struct Missing: Error {}

extension Optional {
  func orThrow() throws -> Wrapped {
    if let self { return self }
    throw Missing()
  }
}
