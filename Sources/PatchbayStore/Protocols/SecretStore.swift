package import PatchbayCore

/// The sealed secrets of one organisation, by connection and name.
package protocol SecretStore: Sendable {
  var organisation: Organisation { get }
  func sealedSecrets(of connection: String) async throws(Failure) -> [String: [UInt8]]
  func allSealedSecrets() async throws(Failure) -> [SealedSecret]
  /// On disk when this returns: what they replace may be gone for good.
  func replaceSealedSecrets(_ secrets: [SealedSecret]) async throws(Failure)
}

package struct SealedSecret: Sendable {
  package let organisation: Organisation
  package let connection: String
  package let name: String
  package var sealed: [UInt8]

  package init(organisation: Organisation, connection: String, name: String, sealed: [UInt8]) {
    (self.organisation, self.connection) = (organisation, connection)
    (self.name, self.sealed) = (name, sealed)
  }
}
