package import PatchbayCore
package import PatchbayHost
internal import PatchbayJSON
internal import PatchbayStore

extension Hub {
  /// How far a plugin's file is trusted.
  package func tier(of file: PluginFile) async throws(Failure) -> Tier {
    try await tier(
      of: file.manifest.fullName, sha256: file.sha256, granted: file.grant?.tier ?? .community)
  }

  /// How far a file would be trusted, to which its marketplace grants a tier. An admin's word for
  /// more holds for the one file that it was said of; one for less, for all of the name.
  package func tier(of name: String, sha256: String, granted: Tier) async throws(Failure) -> Tier {
    guard let said = try await store.trust(in: name), let tier = Tier(rawValue: said.tier) else {
      return granted
    }
    guard let file = said.sha256 else { return min(tier, granted) }
    return file == sha256 ? tier : granted
  }

  /// Trusts a plugin's file, and writes down who said so. More than was granted holds for this file
  /// alone, so that it ends with an upgrade, and is refused for a version that was revoked.
  package func trust(_ file: PluginFile, as tier: Tier, actor: String) async throws(Failure) {
    let before = try await self.tier(of: file)
    let isMore = tier > file.grant?.tier ?? .community
    if isMore { try refuseTrust(in: file) }
    let name = file.manifest.fullName
    try await store.setTrust(
      TrustDecision(tier.rawValue, sha256: isMore ? file.sha256 : nil), in: name,
      AuditEntry(
        atMS: Time.nowMS(), actor: actor, action: "plugin.trust",
        details: [
          "plugin": .string(name), "version": .string(file.manifest.version),
          "sha256": .string(file.sha256), "from": .string(before.rawValue),
          "to": .string(tier.rawValue),
        ]))
  }

  /// Throws where nobody may trust a file more than it is: it was revoked, or is not what was
  /// signed.
  package func refuseTrust(in file: PluginFile) throws(Failure) {
    if let objection = installed.objection(to: file) { throw objection }
    if file.grant != nil { try installed.admit(file) }
  }

  /// The same by a plugin's name, as ``Registry/find(_:of:)`` finds it.
  package func trust(_ plugin: String, as tier: Tier, actor: String) async throws(Failure) {
    try await trust(registry.find(plugin), as: tier, actor: actor)
  }
}
