internal import COpenSSL
internal import Glibc

/// Hashes, by OpenSSL.
public enum Digest {
  public static func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    // Unsafe: the bytes are read during the call.
    unsafe SHA256(bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, &digest)
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
