internal import COpenSSL
internal import Glibc

/// Hashes, by OpenSSL.
public enum Digest {
  /// Looked up once: SHA256() does so with every call.
  // Unsafe: it lives as long as the process, and is only read.
  private nonisolated(unsafe) static let algorithm = unsafe EVP_MD_fetch(nil, "SHA256", nil)

  public static func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    // Unsafe: the bytes are read during the call.
    let code = unsafe EVP_Digest(
      bytes.baseAddress, bytes.count, &digest, nil, algorithm, nil)
    precondition(code == 1, "OpenSSL has no SHA-256")
    return digest
  }

  public static func sha256(_ text: String) -> [UInt8] {
    var copy = text
    // Unsafe: the text is borrowed for the call.
    return copy.withUTF8 { unsafe sha256(UnsafeRawBufferPointer($0)) }
  }

  public static func sha256(_ bytes: [UInt8]) -> [UInt8] {
    // Unsafe: the bytes are borrowed for the call.
    unsafe bytes.withUnsafeBytes { unsafe sha256($0) }
  }

  public static func sha512(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 64)
    // Unsafe: the bytes are read during the call.
    unsafe SHA512(bytes, bytes.count, &digest)
    return digest
  }

  /// The bytes that hexadecimal digits of either case stand for; `nil` for anything else.
  public static func bytes(hex text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var high: UInt8?
    for letter in text.utf8 {
      let digit: UInt8
      switch letter {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = letter - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = letter - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = letter - UInt8(ascii: "A") + 10
      default: return nil
      }
      if let first = high {
        bytes.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    return high == nil ? bytes : nil
  }

  public static func hex(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".unicodeScalars)
    var text = String.UnicodeScalarView()
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(text)
  }
}
