// Unsafe: OpenSSL's objects are made and freed within each call.
import COpenSSL
import PatchbayCore
import Testing

@testable import PatchbayTUF

/// Keys of every kind, made by OpenSSL.
enum KeyMaker {
  enum Kind: CaseIterable { case ed25519, ecdsa, rsa }
  enum Other { case smallRSA, p384, x25519 }

  static func make(_ kind: Kind) throws -> PrivateKey {
    switch kind {
    case .ed25519: try PrivateKey.make()
    case .ecdsa: try unsafe PrivateKey(pem: pem("EC") { unsafe setCurve($0, "P-256") })
    case .rsa:
      try unsafe PrivateKey(pem: pem("RSA") { unsafe EVP_PKEY_CTX_set_rsa_keygen_bits($0, 2048) })
    }
  }

  static func pem(_ kind: Other) throws -> [UInt8] {
    switch kind {
    case .smallRSA: try unsafe pem("RSA") { unsafe EVP_PKEY_CTX_set_rsa_keygen_bits($0, 1024) }
    case .p384: try unsafe pem("EC") { unsafe setCurve($0, "P-384") }
    case .x25519: try unsafe pem("X25519") { _ in 1 }
    }
  }

  private static func setCurve(_ context: OpaquePointer?, _ name: String) -> Int32 {
    unsafe EVP_PKEY_CTX_set_group_name(context, name)
  }

  private static func pem(_ type: String, _ configure: (OpaquePointer?) -> Int32) throws -> [UInt8]
  {
    let context = unsafe EVP_PKEY_CTX_new_from_name(nil, type, nil)
    defer { unsafe EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    try #require(
      unsafe EVP_PKEY_keygen_init(context) == 1 && configure(context) == 1
        && EVP_PKEY_generate(context, &key) == 1)
    defer { unsafe EVP_PKEY_free(key) }
    let info = unsafe EVP_PKEY2PKCS8(key)
    defer { unsafe PKCS8_PRIV_KEY_INFO_free(info) }
    var der = [UInt8](repeating: 0, count: Int(unsafe i2d_PKCS8_PRIV_KEY_INFO(info, nil)))
    unsafe der.withUnsafeMutableBufferPointer { buffer in
      var next = buffer.baseAddress
      _ = unsafe i2d_PKCS8_PRIV_KEY_INFO(info, &next)
    }
    return PEM.encode(der, label: "PRIVATE KEY")
  }
}
