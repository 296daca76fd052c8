/// What stands in examples where a secret would be.
enum Placeholder {
  private static let words = [
    "example", "sample", "placeholder", "changeme", "change-me", "change_me", "your-", "your_",
    "dummy", "redacted", "sandbox-token", "sandbox_token", "not-a-", "xxxx", "****", "....",
    "1234567", "abcdefg", "${", "{{", "%s", "%@",
  ].map { Array($0.utf8) }

  static func has(_ value: ArraySlice<UInt8>) -> Bool {
    // What is put in later: a variable, what a reader should replace, or where a secret is.
    if let first = value.first, "$<{%".utf8.contains(first) { return true }
    if ["env:", "file:", "http:", "https:"].contains(where: { value.starts(with: $0.utf8) }) {
      return true
    }
    let small = value.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
    return words.contains { word in
      small.indices.contains { small[$0] == word[0] && small[$0...].starts(with: word) }
    }
  }
}
