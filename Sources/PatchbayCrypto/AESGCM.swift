internal import COpenSSL

/// Authenticated encryption: AES-256-GCM.
package enum AESGCM {
  package static let keySize = 32
  package static let nonceSize = 12
  package static let tagSize = 16

  /// nonce ‖ ciphertext ‖ tag, with a random nonce: no more than 2³² messages under one key.
  ///
  /// The context is authenticated and not stored: ``open(_:key:context:)`` needs the same.
  package static func seal(
    _ plain: [UInt8], key: [UInt8], context: [UInt8]
  ) throws(CryptoFault) -> [UInt8] {
    try seal(plain, key: key, nonce: try RandomBytes.make(nonceSize), context: context)
  }

  static func seal(
    _ plain: [UInt8], key: [UInt8], nonce: [UInt8], context: [UInt8]
  ) throws(CryptoFault) -> [UInt8] {
    guard key.count == keySize, nonce.count == nonceSize else { throw .unusableKey }
    guard let count = Int32(exactly: plain.count), let contextCount = Int32(exactly: context.count)
    else { throw .tooLong }
    let cipher = CipherContext()
    var output = [UInt8](repeating: 0, count: plain.count)
    var tag = [UInt8](repeating: 0, count: tagSize)
    var size: Int32 = 0
    let isDone = unsafe cipher.with { handle in
      unsafe EVP_EncryptInit_ex(handle, EVP_aes_256_gcm(), nil, key, nonce) == 1
        && EVP_EncryptUpdate(handle, nil, &size, context, contextCount) == 1
        && EVP_EncryptUpdate(handle, &output, &size, plain, count) == 1
        && EVP_EncryptFinal_ex(handle, nil, &size) == 1
        && EVP_CIPHER_CTX_ctrl(handle, EVP_CTRL_GCM_GET_TAG, Int32(tagSize), &tag) == 1
    }
    guard isDone else {
      ERR_clear_error()
      throw .failed
    }
    return nonce + output + tag
  }

  /// `nil` where the bytes, the key or the context are not the ones that were sealed.
  package static func open(_ sealed: [UInt8], key: [UInt8], context: [UInt8]) -> [UInt8]? {
    guard key.count == keySize, sealed.count >= nonceSize + tagSize,
      let count = Int32(exactly: sealed.count - nonceSize - tagSize),
      let contextCount = Int32(exactly: context.count)
    else { return nil }
    let nonce = Array(sealed.prefix(nonceSize))
    var tag = Array(sealed.suffix(tagSize))
    let body = Array(sealed[nonceSize..<(sealed.count - tagSize)])
    var output = [UInt8](repeating: 0, count: body.count)
    var size: Int32 = 0
    let cipher = CipherContext()
    let isGenuine = unsafe cipher.with { handle in
      unsafe EVP_DecryptInit_ex(handle, EVP_aes_256_gcm(), nil, key, nonce) == 1
        && EVP_DecryptUpdate(handle, nil, &size, context, contextCount) == 1
        && EVP_DecryptUpdate(handle, &output, &size, body, count) == 1
        && EVP_CIPHER_CTX_ctrl(handle, EVP_CTRL_GCM_SET_TAG, Int32(tagSize), &tag) == 1
        && EVP_DecryptFinal_ex(handle, nil, &size) == 1
    }
    ERR_clear_error()
    return isGenuine ? output : nil
  }
}

// Unsafe: owns OpenSSL's context, freed in deinit.
@safe private struct CipherContext: ~Copyable {
  private let handle = unsafe EVP_CIPHER_CTX_new()
  deinit { unsafe EVP_CIPHER_CTX_free(handle) }
  func with(_ body: (OpaquePointer?) -> Bool) -> Bool { unsafe body(handle) }
}
