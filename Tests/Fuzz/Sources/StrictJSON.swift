/// A second opinion on what JSON is (RFC 8259), which shares nothing with the product's reader.
/// Like that one it refuses half surrogates, and more than `depthLimit` levels.
struct StrictJSON {
  private let bytes: [UInt8]
  private var at = 0
  private let depthLimit: Int

  static func accepts(_ bytes: [UInt8], depthLimit: Int = 500) -> Bool {
    if String(validating: bytes, as: UTF8.self) == nil { return false }
    var reader = StrictJSON(bytes: bytes, depthLimit: depthLimit)
    return reader.value(depth: 1) && reader.isAtEnd()
  }

  private init(bytes: [UInt8], depthLimit: Int) {
    self.bytes = bytes
    self.depthLimit = depthLimit
  }

  private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

  private mutating func take(_ character: Character) -> Bool {
    guard let next, next == character.asciiValue else { return false }
    at += 1
    return true
  }

  private mutating func skipSpace() {
    while let next, [0x20, 0x09, 0x0A, 0x0D].contains(next) { at += 1 }
  }

  private mutating func isAtEnd() -> Bool {
    skipSpace()
    return next == nil
  }

  private mutating func value(depth: Int) -> Bool {
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return depth <= depthLimit && object(depth)
    case UInt8(ascii: "["): return depth <= depthLimit && array(depth)
    case UInt8(ascii: "\""): return string()
    case UInt8(ascii: "t"): return literal("true")
    case UInt8(ascii: "f"): return literal("false")
    case UInt8(ascii: "n"): return literal("null")
    default: return number()
    }
  }

  private mutating func literal(_ text: String) -> Bool { text.allSatisfy { take($0) } }

  private mutating func object(_ depth: Int) -> Bool {
    at += 1
    skipSpace()
    if take("}") { return true }
    repeat {
      skipSpace()
      guard string() else { return false }
      skipSpace()
      guard take(":"), value(depth: depth + 1) else { return false }
      skipSpace()
    } while take(",")
    return take("}")
  }

  private mutating func array(_ depth: Int) -> Bool {
    at += 1
    skipSpace()
    if take("]") { return true }
    repeat {
      guard value(depth: depth + 1) else { return false }
      skipSpace()
    } while take(",")
    return take("]")
  }

  private mutating func digits() -> Bool {
    let start = at
    while let next, (0x30...0x39).contains(next) { at += 1 }
    return at > start
  }

  private mutating func number() -> Bool {
    _ = take("-")
    if !take("0") && !digits() { return false }
    if take(".") && !digits() { return false }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      return digits()
    }
    return true
  }

  private mutating func unit() -> Int? {
    guard at + 4 <= bytes.count else { return nil }
    let text = String(decoding: bytes[at..<(at + 4)], as: UTF8.self)
    guard text.utf8.allSatisfy({ UInt8(ascii: "+") != $0 && UInt8(ascii: "-") != $0 }) else {
      return nil
    }
    at += 4
    return Int(text, radix: 16)
  }

  private mutating func string() -> Bool {
    guard take("\"") else { return false }
    while let byte = next {
      at += 1
      if byte == UInt8(ascii: "\"") { return true }
      if byte < 0x20 { return false }
      if byte == UInt8(ascii: "\\"), !escape() { return false }
    }
    return false
  }

  private mutating func escape() -> Bool {
    guard let byte = next else { return false }
    at += 1
    if byte != UInt8(ascii: "u") { return "\"\\/bfnrt".utf8.contains(byte) }
    guard let first = unit() else { return false }
    if !(0xD800...0xDFFF).contains(first) { return true }
    guard first < 0xDC00, take("\\"), take("u"), let second = unit() else { return false }
    return (0xDC00...0xDFFF).contains(second)
  }
}

/// Whether simdjson may read the bytes otherwise than the standard says: newer versions pass over a
/// byte order mark.
func hasByteOrderMark(_ bytes: some Sequence<UInt8>) -> Bool {
  bytes.starts(with: [0xEF, 0xBB, 0xBF])
}
