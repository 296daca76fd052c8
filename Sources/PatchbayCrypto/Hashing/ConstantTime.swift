internal import COpenSSL

/// Comparison whose time says nothing about where two secrets differ.
package enum ConstantTime {
  /// Only the lengths may be learned from the time it takes.
  package static func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    // Unsafe: the arrays are borrowed for the call.
    unsafe one.count == other.count && CRYPTO_memcmp(one, other, one.count) == 0
  }
}
