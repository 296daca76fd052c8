internal import COpenSSL
internal import PatchbayCore

/// AES-256-GCM and random bytes, by OpenSSL.
enum Cipher {
  static let keySize = 32
  private static let nonceSize = 12
  private static let tagSize = 16

  static func randomBytes(_ count: Int) throws(Failure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    guard unsafe RAND_bytes(&bytes, Int32(count)) == 1 else {
      throw Failure(.bug, "crypto.random", "the system gave no random bytes")
    }
    return bytes
  }

  static func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    unsafe SHA256(bytes, bytes.count, &digest)
    return digest
  }

  /// nonce ‖ ciphertext ‖ tag
  static func seal(_ plain: [UInt8], key: [UInt8], context: [UInt8]) throws(Failure) -> [UInt8] {
    let nonce = try randomBytes(nonceSize)
    let cipher = CipherContext()
    var output = [UInt8](repeating: 0, count: plain.count)
    var tag = [UInt8](repeating: 0, count: tagSize)
    var size: Int32 = 0
    let isDone = unsafe cipher.with { handle in
      unsafe EVP_EncryptInit_ex(handle, EVP_aes_256_gcm(), nil, key, nonce) == 1
        && EVP_EncryptUpdate(handle, nil, &size, context, Int32(context.count)) == 1
        && EVP_EncryptUpdate(handle, &output, &size, plain, Int32(plain.count)) == 1
        && EVP_EncryptFinal_ex(handle, nil, &size) == 1
        && EVP_CIPHER_CTX_ctrl(handle, EVP_CTRL_GCM_GET_TAG, Int32(tagSize), &tag) == 1
    }
    guard isDone else { throw Failure(.bug, "crypto.seal", "sealing failed") }
    return nonce + output + tag
  }

  /// `nil` where the bytes, the key or the context are not the ones that were sealed.
  static func open(_ sealed: [UInt8], key: [UInt8], context: [UInt8]) -> [UInt8]? {
    guard sealed.count >= nonceSize + tagSize else { return nil }
    let nonce = Array(sealed.prefix(nonceSize))
    var tag = Array(sealed.suffix(tagSize))
    let body = Array(sealed[nonceSize..<(sealed.count - tagSize)])
    var output = [UInt8](repeating: 0, count: body.count)
    var size: Int32 = 0
    let cipher = CipherContext()
    let isGenuine = unsafe cipher.with { handle in
      unsafe EVP_DecryptInit_ex(handle, EVP_aes_256_gcm(), nil, key, nonce) == 1
        && EVP_DecryptUpdate(handle, nil, &size, context, Int32(context.count)) == 1
        && EVP_DecryptUpdate(handle, &output, &size, body, Int32(body.count)) == 1
        && EVP_CIPHER_CTX_ctrl(handle, EVP_CTRL_GCM_SET_TAG, Int32(tagSize), &tag) == 1
        && EVP_DecryptFinal_ex(handle, nil, &size) == 1
    }
    return isGenuine ? output : nil
  }
}

// Unsafe: owns OpenSSL's context, freed in deinit.
@safe private struct CipherContext: ~Copyable {
  private let handle = unsafe EVP_CIPHER_CTX_new()
  deinit { unsafe EVP_CIPHER_CTX_free(handle) }
  func with(_ body: (OpaquePointer?) -> Bool) -> Bool { unsafe body(handle) }
}
