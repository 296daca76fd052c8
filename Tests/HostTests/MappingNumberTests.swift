import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import Seeded
import Testing

/// Numbers that a double cannot hold, in every operator and function of jq 1.6: the right value, or
/// a failure of the page. Never another value.
@Suite(.serialized) struct MappingNumberTests {
  /// Without its end, where a test adds members.
  static let page =
    #"{"a":1000000000000000001,"b":2000000000000000003,"c":9007199254740993,"h":1e400,"t":1e-400,"#
    + #""f":0.12345678901234567890,"n":-9007199254740993,"s":"1000000000000000001","one":1,"#
    + #""o":{"a":1000000000000000001,"x":"y"},"l":[1,2,3],"z":-0.00"#

  private func records(_ program: String, _ page: String = page + "}") throws -> String {
    Built.nameWorker()
    let lines = try Mapping(program).records(of: ByteBuffer(Array(page.utf8)))
    return String(decoding: lines.dropLast(), as: UTF8.self)
  }

  /// Many programs as one, so that one process tries them: each page says which it is.
  private func outcomes(of programs: [String]) -> [Result<String, any Error>] {
    Built.nameWorker()
    let branches = programs.indices.map { "if .case == \($0) then (\(programs[$0])) " }
    let mapping = Mapping(
      "{v: (" + branches.joined(separator: "else ") + "else null"
        + String(repeating: " end", count: programs.count) + ")}")
    return programs.indices.map { index in
      Result {
        let page = Self.page + ",\"case\":\(index)}"
        let lines = try mapping.records(of: ByteBuffer(Array(page.utf8)))
        return lines.split(separator: 0x0A).map {
          String(String(decoding: $0, as: UTF8.self).dropFirst(5).dropLast())
        }.joined(separator: " ")
      }
    }
  }

  // MARK: Every function

  @Test func whatIsMovedComparedOrWrittenKeepsItsDigits() {
    let cases = NumberPrograms.right
    for (index, outcome) in outcomes(of: cases.map(\.0)).enumerated() {
      #expect(throws: Never.self, "\(cases[index].0)") {
        let found = try outcome.get()
        #expect(found == cases[index].1, "\(cases[index].0)")
      }
    }
  }

  @Test func whatWouldCalculateWithItsDoubleFails() {
    let programs = NumberPrograms.refused + NumberPrograms.mathematics
    for (index, outcome) in outcomes(of: programs).enumerated() {
      let failure = #expect(throws: Failure.self, "\(programs[index])") { try outcome.get() }
      #expect(
        failure?.message.contains("a number that a double cannot hold") == true
          && failure?.isRetryable == false, "\(programs[index]): \(failure as Any)")
    }
  }

  @Test func whatIsNothingForNumbersFailsAsForEveryNumber() {
    let programs = NumberPrograms.wrong
    for (index, outcome) in outcomes(of: programs).enumerated() {
      let failure = #expect(throws: Failure.self, "\(programs[index])") { try outcome.get() }
      #expect(
        failure?.message.contains("the jq program failed on the page") == true,
        "\(programs[index]): \(failure as Any)")
    }
  }

  /// A function that another libjq has more fails here until somebody has looked at it.
  @Test func noFunctionOfJqIsLeftOut() throws {
    let tried =
      (NumberPrograms.right.map(\.0) + NumberPrograms.refused + NumberPrograms.mathematics
      + NumberPrograms.wrong).map { Array($0.utf8) }
    let list = try JSON(reading: Array(records("{v: builtins}").utf8))["v"]?.array
    let names = try #require(list).compactMap(\.string)
    #expect(names.count > 150)
    for name in names where !NumberPrograms.withoutNumbers.contains(name) {
      let parts = name.split(separator: "/")
      let isTried = tried.contains { Self.calls(Array(parts[0].utf8), Int(parts[1]) ?? 0, in: $0) }
      #expect(isTried, "\(name) is not tried with a number that a double cannot hold")
    }
  }

  /// Whether a program calls a function with so many arguments.
  private static func calls(_ name: [UInt8], _ count: Int, in program: [UInt8]) -> Bool {
    func isLetter(_ at: Int) -> Bool {
      guard program.indices.contains(at) else { return false }
      let byte = program[at]
      return byte == 0x5F || byte == 0x24 || byte == 0x2E || (0x30...0x39).contains(byte)
        || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
    for start in program.indices where program[start...].starts(with: name) {
      let end = start + name.count
      if isLetter(start - 1) || isLetter(end) { continue }
      var arguments = 0
      if end < program.count, program[end] == 0x28 {
        var depth = 0
        arguments = 1
        for byte in program[end...] {
          if byte == 0x28 || byte == 0x5B { depth += 1 }
          if byte == 0x29 || byte == 0x5D { depth -= 1 }
          if byte == 0x3B && depth == 1 { arguments += 1 }
          if depth == 0 { break }
        }
      }
      if arguments == count { return true }
    }
    return false
  }

  // MARK: Exact comparison

  /// The digits of a number from 10^899 down to 10^-900, of which all are written.
  private static func written(_ number: String) -> (isNegative: Bool, digits: [UInt8]) {
    let parts = number.split(separator: "e")
    let sign = parts[0].hasPrefix("-")
    let whole = parts[0].drop { $0 == "-" }.split(separator: ".")
    var digits = [UInt8](repeating: 0x30, count: 1800)
    let power = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let start = 900 - power - whole[0].utf8.count
    for (index, digit) in whole.joined().utf8.enumerated() { digits[start + index] = digit }
    return (sign && digits.contains { $0 != 0x30 }, digits)
  }

  private static func isLess(_ left: String, _ right: String) -> Bool {
    let (one, other) = (written(left), written(right))
    if one.isNegative != other.isNegative { return one.isNegative }
    return one.isNegative
      ? other.digits.lexicographicallyPrecedes(one.digits)
      : one.digits.lexicographicallyPrecedes(other.digits)
  }

  private static func digits(_ count: Int, _ draw: inout Draw) -> String {
    String((0..<count).map { _ in draw.pick(Array("0123456789")) })
  }

  /// Numbers that differ late, not at all, or only in how they are written.
  private static func numbers(_ draw: inout Draw) -> [String] {
    let stems = (0..<2).map { _ in "1" + digits(15 + draw.below(3), &draw) }
    return (0..<12).map { _ in
      let sign = draw.pick(["", "", "-"])
      let stem = draw.pick(stems) + digits(draw.below(3), &draw)
      switch draw.below(5) {
      case 0: return sign + stem + "." + draw.pick(["0", "00", "5", "50", "25"])
      case 1: return sign + stem + draw.pick(["e0", "e3", "e-3", "e400", "e401", "e-400", "e292"])
      case 2: return sign + "0." + stem
      case 3: return sign + draw.pick(["0", "0.0", "0e500", "1", "1.0", "0.5"])
      default: return sign + stem
      }
    }
  }

  @Test func numbersAreComparedByAllTheirDigits() throws {
    Built.nameWorker()
    let mapping = Mapping(
      "{sorted: (.l | sort), by: (map_values(map({x: .})).l | sort_by(.x) | map(.x)), pairs: "
        + "[.l as $l | range(1; $l | length) | [$l[.-1] < $l[.], $l[.-1] == $l[.], "
        + "{a: [$l[.-1]]} >= {a: [$l[.]]}]]}")
    for seed in Array(1...150) + [UInt64.random(in: 151 ... .max)] {
      var draw = Draw(seed)
      let list = Self.numbers(&draw)
      let page = "{\"l\":[" + list.joined(separator: ",") + "]}"
      let lines = try mapping.records(of: ByteBuffer(Array(page.utf8)))
      // Swift does not promise that equal ones keep their order; jq does.
      let order = list.indices.sorted {
        Self.isLess(list[$0], list[$1]) || !Self.isLess(list[$1], list[$0]) && $0 < $1
      }
      let sorted = "[" + order.map { list[$0] }.joined(separator: ",") + "]"
      let pairs = zip(list, list.dropFirst()).map { left, right in
        let (isLess, isMore) = (Self.isLess(left, right), Self.isLess(right, left))
        return "[\(isLess),\(!isLess && !isMore),\(!isLess)]"
      }
      let expected =
        "{\"sorted\":\(sorted),\"by\":\(sorted),\"pairs\":[\(pairs.joined(separator: ","))]}\n"
      #expect(String(decoding: lines, as: UTF8.self) == expected, "seed \(seed)")
    }
  }

  @Test func aZeroIsANumberHoweverItIsWritten() throws {
    #expect(
      try records(
        "map(select(. > 5 or . < 0)), .[1] + 2 | {v: .}",
        "[-0,-0.00,0e99999999999999999999,0.00000000000000000000000]")
        == #"{"v":[]}"# + "\n" + #"{"v":2}"#)
  }

  // MARK: Failures

  @Test func aFailureNamesTheNumberWithoutValues() throws {
    func message(_ program: String, _ page: String = Self.page + "}") throws -> String {
      try #require(throws: Failure.self, "\(program)") { try records(program, page) }.description
    }
    let number = try message("{v: (.a + 1)}")
    #expect(number.contains("the member “a”") && number.contains("tostring"), "\(number)")
    let named = try message(
      "{v: ([.[][][]] | add)}", #"{"tiger":{"lily":[1000000000000000001,1]}}"#)
    #expect(!named.contains("tiger") && !named.contains("lily"), "\(named)")
    let own = try message("{v: (.one + 9007199254740993)}")
    #expect(own.contains("9007199254740993 in the program"), "\(own)")
    let folded = try message("{v: (9007199254740993 - 1)}")
    #expect(folded.contains("cannot hold 9007199254740993 in the program"), "\(folded)")
    for program in ["{v: (.a * .b)}", "{v: ([.s | tonumber] | implode)}"] {
      #expect(try !message(program).contains("1000000000000000"), "\(program)")
    }
  }

  @Test func aPageFailsAtOnceAndTheNextIsMapped() throws {
    Built.nameWorker()
    let mapping = Mapping("def f: f; {v: (if .a > 5 then .a + 1 | f else .a + 1 end)}")
    for _ in 0..<3 {
      let failure = try #require(throws: Failure.self) {
        try mapping.records(of: ByteBuffer(Array(#"{"a":1000000000000000001}"#.utf8)))
      }
      #expect(failure.code == "page.jq", "\(failure)")
      let lines = try mapping.records(of: ByteBuffer(Array(#"{"a":2}"#.utf8)))
      #expect(String(decoding: lines, as: UTF8.self) == #"{"v":3}"# + "\n")
    }
  }
}
