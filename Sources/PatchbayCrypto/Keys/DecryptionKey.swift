internal import COpenSSL

/// A private RSA key that opens keys which others encrypted for it. Printing it shows no key.
package struct DecryptionKey: Sendable {
  /// The hash of OAEP, and of its mask generation (MGF1).
  package enum OAEPHash: Sendable { case sha1, sha256 }

  private let handle: KeyHandle

  /// Reads the first `BEGIN PRIVATE KEY` (PKCS#8), which must be an RSA key that is not encrypted.
  package init(pem: some Collection<UInt8>) throws(CryptoFault) {
    guard let der = PEM.decode(pem, label: "PRIVATE KEY"),
      let handle = KeyHandle(privateDER: der), handle.kind == .rsa
    else { throw .unusableKey }
    self.handle = handle
  }

  /// The key inside (RSAES-OAEP, RFC 8017), without a label.
  ///
  /// `nil` for every failure alike: whoever learned more could decrypt without the key.
  package func unwrapOAEP(_ wrapped: [UInt8], hash: OAEPHash) -> [UInt8]? {
    // Unsafe: the context is freed here; arrays are borrowed for the calls.
    let context = unsafe EVP_PKEY_CTX_new_from_pkey(nil, handle.key, nil)
    defer {
      unsafe EVP_PKEY_CTX_free(context)
      ERR_clear_error()
    }
    let digest = unsafe hash == .sha1 ? EVP_sha1() : EVP_sha256()
    var output = [UInt8](repeating: 0, count: Int(unsafe EVP_PKEY_get_size(handle.key)))
    var size = output.count
    let isOpen =
      unsafe EVP_PKEY_decrypt_init(context) == 1
      && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1
      && EVP_PKEY_CTX_set_rsa_oaep_md(context, digest) == 1
      && EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest) == 1
      && EVP_PKEY_decrypt(context, &output, &size, wrapped, wrapped.count) == 1
    return isOpen ? Array(output.prefix(size)) : nil
  }
}

extension DecryptionKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "decryption key (rsa)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
