/// A text as it reads once one kind of escape is undone, and where each of its bytes came from.
struct DecodedText {
  let bytes: [UInt8]
  /// Of each byte, where its source begins and ends; empty where the bytes are their own source.
  private var starts: [Int32] = []
  private var ends: [Int32] = []

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private init(_ bytes: [UInt8], starts: [Int32], ends: [Int32]) {
    (self.bytes, self.starts, self.ends) = (bytes, starts, ends)
  }

  /// Where a place in these bytes came from.
  func source(_ place: Range<Int>) -> Range<Int> {
    if starts.isEmpty || place.isEmpty { return place }
    return Int(starts[place.lowerBound])..<Int(ends[place.upperBound - 1])
  }

  /// With escapes of that form undone; `nil` where there are none.
  func decoded(_ form: EscapeForm) -> DecodedText? {
    guard bytes.contains(form.mark) else { return nil }
    var output: [UInt8] = []
    var (starts, ends): ([Int32], [Int32]) = ([], [])
    output.reserveCapacity(bytes.count)
    starts.reserveCapacity(bytes.count)
    ends.reserveCapacity(bytes.count)
    var isChanged = false
    var index = 0
    while index < bytes.count {
      let escape = form.escape(bytes[index...])
      let size = escape?.size ?? 1
      let place = source(index..<index + size)
      func add(_ byte: UInt8) {
        output.append(byte)
        starts.append(Int32(place.lowerBound))
        ends.append(Int32(place.upperBound))
      }
      if let escape {
        isChanged = true
        for byte in escape.bytes { add(byte) }
      } else {
        add(bytes[index])
      }
      index += size
    }
    return isChanged ? DecodedText(output, starts: starts, ends: ends) : nil
  }
}

/// How programs write characters that would mean something else where they stand.
enum EscapeForm: CaseIterable {
  /// `%2B`
  case percent
  /// The same, with `+` for a space.
  case form
  /// `\u002b`, `\x2b`, `\/`
  case backslash
  /// `&lt;`, `&#60;`, `&#x3C;`
  case ampersand

  /// A text without it has nothing that is only so escaped.
  var mark: UInt8 {
    switch self {
    case .percent: UInt8(ascii: "%")
    case .form: UInt8(ascii: "+")
    case .backslash: UInt8(ascii: "\\")
    case .ampersand: UInt8(ascii: "&")
    }
  }

  /// What the escape at the beginning stands for, and how long it is; `nil` for what is none.
  func escape(_ rest: ArraySlice<UInt8>) -> (bytes: [UInt8], size: Int)? {
    guard let first = rest.first else { return nil }
    let text = rest.dropFirst()
    switch (self, first) {
    case (.form, UInt8(ascii: "+")): return ([0x20], 1)
    case (.percent, UInt8(ascii: "%")), (.form, UInt8(ascii: "%")):
      return Self.number(text, digits: 2).map { ([UInt8($0)], 3) }
    case (.backslash, UInt8(ascii: "\\")): return Self.backslash(text)
    case (.ampersand, UInt8(ascii: "&")): return Self.entity(text)
    default: return nil
    }
  }

  private static func backslash(_ text: ArraySlice<UInt8>) -> (bytes: [UInt8], size: Int)? {
    guard let letter = text.first else { return nil }
    switch letter {
    case UInt8(ascii: "x"):
      return number(text.dropFirst(), digits: 2).map { ([UInt8($0)], 4) }
    case UInt8(ascii: "u"):
      guard let high = number(text.dropFirst(), digits: 4) else { return nil }
      guard (0xD800..<0xDC00).contains(high) else { return utf8(high).map { ($0, 6) } }
      let rest = text.dropFirst(5)
      guard rest.starts(with: "\\u".utf8), let low = number(rest.dropFirst(2), digits: 4),
        (0xDC00..<0xE000).contains(low)
      else { return nil }
      return utf8(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)).map { ($0, 12) }
    default: return letters[letter].map { ([$0], 2) }
    }
  }

  private static let letters: [UInt8: UInt8] = [
    UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
    UInt8(ascii: "/"): UInt8(ascii: "/"), UInt8(ascii: "'"): UInt8(ascii: "'"),
    UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A,
    UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
  ]

  private static func entity(_ text: ArraySlice<UInt8>) -> (bytes: [UInt8], size: Int)? {
    guard let end = text.prefix(10).firstIndex(of: UInt8(ascii: ";")) else { return nil }
    let name = text[..<end]
    let size = name.count + 2
    guard name.first == UInt8(ascii: "#") else {
      return entities[Array(name)].map { ([$0], size) }
    }
    let digits = name.dropFirst()
    if let x = digits.first, x | 0x20 == UInt8(ascii: "x") {
      return number(digits.dropFirst()).flatMap(utf8).map { ($0, size) }
    }
    return number(digits, radix: 10).flatMap(utf8).map { ($0, size) }
  }

  private static let entities: [[UInt8]: UInt8] = Dictionary(
    uniqueKeysWithValues: [
      ("lt", "<"), ("gt", ">"), ("amp", "&"), ("quot", "\""), ("apos", "'"), ("sol", "/"),
      ("plus", "+"), ("equals", "="), ("colon", ":"), ("lowbar", "_"),
    ].map { (Array($0.0.utf8), $0.1.utf8.first ?? 0) })

  /// A number of so many digits, or of all that there are.
  private static func number(_ text: ArraySlice<UInt8>, digits: Int? = nil, radix: UInt32 = 16)
    -> UInt32?
  {
    let part = digits.map { text.prefix($0) } ?? text
    guard part.count == digits ?? part.count, (1...6).contains(part.count) else { return nil }
    var number: UInt32 = 0
    for byte in part {
      guard let value = DigitForm.hex.value(of: byte), value < radix else { return nil }
      number = number * radix + value
    }
    return number
  }

  private static func utf8(_ number: UInt32) -> [UInt8]? {
    Unicode.Scalar(number).map { Array(String(Character($0)).utf8) }
  }
}
