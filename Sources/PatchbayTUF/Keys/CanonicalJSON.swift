package import PatchbayCore
package import PatchbayJSON

/// The one way of writing a JSON value that signatures and key ids are made of.
///
/// It is OLPC's canonical JSON, as TUF's reference implementation has it: no white space, members
/// sorted by code point, only the quote and the backslash escaped. A text with control characters
/// is therefore not JSON by the letter: it is made to be hashed and signed, not to be read.
package enum CanonicalJSON {
  /// Throws `tuf.canonical` for a number that is not whole: its form would not be certain.
  package static func bytes(of json: JSON) throws(Failure) -> [UInt8] {
    var output: [UInt8] = []
    try write(json, into: &output)
    return output
  }

  private static func write(_ json: JSON, into output: inout [UInt8]) throws(Failure) {
    switch json {
    case .null, .bool, .integer: json.write(into: &output)
    case .number(let digits): output += try whole(digits)
    case .string(let text): write(text, into: &output)
    case .array(let elements):
      output.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        try write(element, into: &output)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let object):
      output.append(UInt8(ascii: "{"))
      // The order of UTF-8 is that of code points.
      let members = object.members.sorted {
        $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
      }
      for (index, member) in members.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        write(member.name, into: &output)
        output.append(UInt8(ascii: ":"))
        try write(member.value, into: &output)
      }
      output.append(UInt8(ascii: "}"))
    }
  }

  private static func write(_ text: String, into output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        output.append(UInt8(ascii: "\\"))
      }
      output.append(byte)
    }
    output.append(UInt8(ascii: "\""))
  }

  /// A whole number that has more digits than 64 bits hold.
  private static func whole(_ digits: String) throws(Failure) -> [UInt8] {
    if digits == "-0" { return [UInt8(ascii: "0")] }
    let isWhole = digits.utf8.enumerated().allSatisfy { index, letter in
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(letter)
        || index == 0 && letter == UInt8(ascii: "-")
    }
    guard isWhole else {
      throw Failure(
        .data, "tuf.canonical", "the number \(digits.prefix(60)) is not whole",
        mend: "write numbers with fractions as text: they cannot be signed")
    }
    return Array(digits.utf8)
  }
}
