import PatchbayCrypto
import Testing

/// The bytes of hexadecimal digits with line breaks.
func hex(_ text: String) throws -> [UInt8] {
  try #require(Hex.decode(text.filter { !$0.isWhitespace }))
}

/// The bytes of base64url.
func base64URL(_ text: String) throws -> [UInt8] {
  try #require(Base64.decode(text.utf8, url: true))
}
