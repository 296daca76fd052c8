package import PatchbayCore

/// Keys of one organisation that the hub made itself, sealed: they outlive the master key.
package protocol KeyStore: Sendable {
  var organisation: Organisation { get }
  /// A value that is sealed in the hub, of whatever organisation; `nil` where there is none.
  func anySealedValue() async throws(Failure) -> [UInt8]?
  func sealedKey(_ name: String) async throws(Failure) -> [UInt8]?
  /// Keeps a key unless there is one of that name, and returns the one that there is. On disk when
  /// this returns: something may be sealed under it at once.
  func keepKey(_ name: String, sealed: [UInt8]) async throws(Failure) -> [UInt8]
}

package struct SealedKey: Sendable {
  package let organisation: Organisation
  package let name: String
  package var sealed: [UInt8]
}
