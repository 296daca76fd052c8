import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbayTUF

@testable import PatchbayMarketplace

extension Bazaar {
  /// Publishes many plugins of `acme`, cheaply: their releases and signatures are real, and there
  /// are no packs. Nobody looks through them.
  func fill(_ count: Int) async throws {
    let draft = PluginDraft { ($0.id, $0.title) = ("many", "Title of many") }
    let inspection = try Inspection(draft.pack(in: folder), Self.rules)
    let text = try Inspection.release([inspection]).json.text
    let repository = try repository
    let published = try repository.published(by: "acme")
    var (targets, files, names) = (published.targets, [String: [UInt8]](), Set<String>())
    for number in 0..<count {
      let id = "p\(10_000 + number)"
      let bytes = Array(text.replacing("many", with: id).utf8)
      let name = "acme/\(id)"
      names.insert(name)
      let path = Release.path(name, draft.version)
      files[path] = bytes
      targets[path] = TargetFile(
        path: path, contents: bytes, custom: ["published_ms": .integer(nowMS)])
      let pack = inspection.artifact.path.replacing("many", with: id)
      targets[pack] = TargetFile(path: pack, contents: Array(id.utf8))
    }
    let ring = try ring()
    let submission = try repository.submission(
      published, targets, files: files, ring, nowMS: nowMS)
    let changed = names
    _ = try await repository.changing(ring, nowMS) { (_, change) throws(Failure) in
      try change.accept(submission, changing: changed)
    }
  }

  /// Makes the repository as it was before there were logs: the registry may not sign one.
  func makeOld() throws {
    var forgery = try Forgery(self)
    try forgery.put("targets", keys: ["targets"]) { metadata in
      for index in metadata.delegations?.roles.indices ?? 0..<0
      where metadata.delegations?.roles[index].name == "registry" {
        metadata.delegations?.roles[index].paths = .patterns([Catalogue.path, Revocations.path])
      }
    }
    try forgery.put("registry", keys: ["registry"]) { $0.targets[LogHead.path] = nil }
    try forgery.publish()
    FileBytes.removeTree("\(path)/targets/log")
  }
}
