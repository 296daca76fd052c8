public import PatchbayCore

/// The sealed secrets of one organisation, by connection and name.
public protocol SecretStore: Sendable {
  var organisation: Organisation { get }
  func sealedSecrets(of connection: String) async throws(Failure) -> [String: [UInt8]]
  func allSealedSecrets() async throws(Failure) -> [SealedSecret]
  /// On disk when this returns: what they replace may be gone for good.
  func replaceSealedSecrets(_ secrets: [SealedSecret]) async throws(Failure)
}

public struct SealedSecret: Sendable {
  public let organisation: Organisation
  public let connection: String
  public let name: String
  public var sealed: [UInt8]

  public init(organisation: Organisation, connection: String, name: String, sealed: [UInt8]) {
    (self.organisation, self.connection) = (organisation, connection)
    (self.name, self.sealed) = (name, sealed)
  }
}
