internal import COpenSSL

/// SHA-2 of whole inputs. ``IncrementalSHA256`` takes an input in pieces.
package enum Digest {
  /// Looked up once: SHA256() does so with every call.
  // Unsafe: it lives as long as the process, and is only read.
  nonisolated(unsafe) static let algorithm = unsafe EVP_MD_fetch(nil, "SHA256", nil)

  package static func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    // Unsafe: the bytes are read during the call.
    let code = unsafe EVP_Digest(
      bytes.baseAddress, bytes.count, &digest, nil, algorithm, nil)
    precondition(code == 1, "OpenSSL has no SHA-256")
    return digest
  }

  package static func sha256(_ text: String) -> [UInt8] {
    var copy = text
    // Unsafe: the text is borrowed for the call.
    return copy.withUTF8 { unsafe sha256(UnsafeRawBufferPointer($0)) }
  }

  package static func sha256(_ bytes: [UInt8]) -> [UInt8] {
    // Unsafe: the bytes are borrowed for the call.
    unsafe bytes.withUnsafeBytes { unsafe sha256($0) }
  }

  package static func sha512(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 64)
    // Unsafe: the bytes are read during the call.
    unsafe SHA512(bytes, bytes.count, &digest)
    return digest
  }
}
