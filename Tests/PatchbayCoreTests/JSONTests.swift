import Seeded
import PatchbayCore
import PatchbayJSON
import Testing

@Suite struct JSONTests {
  private func reason(_ text: String) -> JSONError.Reason? { reason(Array(text.utf8)) }

  private func reason(_ bytes: [UInt8]) -> JSONError.Reason? {
    do {
      _ = try JSON(reading: bytes)
      return nil
    } catch { return error.reason }
  }

  @Test(arguments: seeds)
  func `What is written reads back the same, compact or pretty`(seed: UInt64) throws {
    var draw = Draw(seed)
    for round in 0..<300 {
      let value = draw.json()
      let text = value.text
      #expect(try JSON(reading: text) == value, "seed \(seed), round \(round): \(text)")
      #expect(try JSON(reading: text).text.utf8.elementsEqual(text.utf8), "seed \(seed): \(text)")
      #expect(try JSON(reading: value.prettyText) == value, "seed \(seed): \(text)")
    }
  }

  @Test(arguments: [
    "9223372036854775807", "-9223372036854775808", "9223372036854775808", "-0", "0", "1.10",
    "1e400", "1E+05", "0.1000000000000000055511151231257827",
    "123456789012345678901234567890123456789012345678901234567890",
  ])
  func `Numbers keep every digit`(text: String) throws {
    #expect(try JSON(reading: text).text == text)
    #expect(try JSON(reading: "[\(text) ,\(text)]").text == "[\(text),\(text)]")
  }

  @Test func `Whole 64-bit numbers are integers, others are not`() throws {
    #expect(try JSON(reading: "9223372036854775807").integer == .max)
    #expect(try JSON(reading: "9223372036854775808").integer == nil)
    #expect(try JSON(reading: "1.0").integer == nil)
    #expect(try JSON(reading: "9223372036854775808").double == 9_223_372_036_854_775_808)
  }

  @Test func `A member named twice is refused by name, in small and in large objects`() {
    #expect(throws: JSONError(reason: .duplicate, offset: 0, name: "a")) {
      try JSON(reading: #"{"b":1,"a":2,"c":{},"a":3}"#)
    }
    #expect(throws: JSONError(reason: .duplicate, offset: 0, name: "a")) {
      try JSON(reading: #"[{"x":{"\u0061":2,"a":3}}]"#)
    }
    let many = (0..<40).map { "\"m\($0)\":\($0)" }.joined(separator: ",")
    for twice in ["m0", "m15", "m16", "m39"] {
      #expect(throws: JSONError(reason: .duplicate, offset: 0, name: twice)) {
        try JSON(reading: "{\(many),\"\(twice)\":1}")
      }
    }
    #expect(reason("{\(many)}") == nil)
  }

  @Test func `Five hundred levels are read and one more is refused`() {
    func nested(_ levels: Int, _ inside: String) -> String {
      String(repeating: "[", count: levels) + inside + String(repeating: "]", count: levels)
    }
    func members(_ levels: Int) -> String {
      String(repeating: "{\"a\":", count: levels - 1) + "{}"
        + String(repeating: "}", count: levels - 1)
    }
    for inside in ["", "1", "\"x\"", "null"] {
      #expect(reason(nested(500, inside)) == nil, "500 levels around “\(inside)”")
      #expect(reason(nested(501, inside)) == .depth, "501 levels around “\(inside)”")
    }
    #expect(reason(members(500)) == nil)
    #expect(reason(members(501)) == .depth)
    #expect(reason(nested(100_000, "")) == .depth)
  }

  @Test(arguments: [
    "", " ", "nope", "nul", "nulll", "True", "01", "-01", "1.", ".5", "+1", "1e", "1e+", "0x10",
    "NaN", "Infinity", "'a'", "[1,]", "[,1]", "[1 2]", "[", "]", "{", "}", "[}", "{]", "{1:2}",
    #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{,"a":1}"#, #"{"a":1 "b":2}"#, #"{"a":1}}"#, "1 2",
    "[] []", #""a" "b""#, #""a"b"#, #"["a"b]"#, "nullnull", "[tru e]", "// x\n1", "[1]x",
    #""\uZZZZ""#, #""\u12""#, #""\x41""#, #""\"#, #""open"#, "\"a\nb\"", "\"\u{0}\"",
    #"["\uZZZZ"]"#, #"{"\q":1}"#, #"[01]"#, "[nope]", "[1\u{0}]", "\u{FEFF}[01]",
  ])
  func `What is not JSON is refused as such`(text: String) {
    #expect(reason(text) == .syntax)
  }

  @Test(arguments: [#""\ud800""#, #""\udc00""#, #""\ud800\u0041""#, #""\ud83d x""#, #"["\ud800"]"#])
  func `A lone surrogate is refused, for no UTF-8 text can hold it`(text: String) {
    #expect(reason(text) == .syntax)
  }

  @Test func `A pair of surrogates is one character`() throws {
    #expect(try JSON(reading: #""\ud83d\ude42""#) == .string("🙂"))
  }

  @Test(
    arguments: [
      [0x80], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF],
    ] as [[UInt8]])
  func `Bytes that are not UTF-8 are refused as such`(bytes: [UInt8]) {
    #expect(reason([0x22] + bytes + [0x22]) == .encoding)
    #expect(reason(Array(#"{"a":""#.utf8) + bytes + Array(#""}"#.utf8)) == .encoding)
  }

  @Test(arguments: seeds)
  func `A broken text never crashes the reader, and what it takes it can write`(seed: UInt64) {
    var draw = Draw(seed)
    for round in 0..<400 {
      var bytes = draw.json().bytes
      for _ in 0...draw.below(3) where !bytes.isEmpty {
        switch draw.below(3) {
        case 0: bytes[draw.below(bytes.count)] = UInt8(draw.below(256))
        case 1: bytes.remove(at: draw.below(bytes.count))
        default: bytes.insert(draw.pick(Array("{}[],:\"\\0eu\n".utf8)), at: draw.below(bytes.count))
        }
      }
      guard let value = try? JSON(reading: bytes) else { continue }
      #expect((try? JSON(reading: value.bytes)) == value, "seed \(seed), round \(round): \(bytes)")
    }
  }

  @Test func `An error says at which byte reading stopped`() {
    #expect(throws: JSONError(reason: .syntax, offset: 5, name: "")) {
      try JSON(reading: "[1,  nope]")
    }
  }
}
