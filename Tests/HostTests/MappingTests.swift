import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import Seeded
import Testing

/// jq over pages, in a process of its own.
@Suite(.serialized) struct MappingTests {
  private func mapping(_ program: String, pageMS: Int64 = 10_000, memoryMB: Int = 512) throws
    -> Mapping
  {
    Built.nameWorker()
    return Mapping(program, pageMS: pageMS, memoryMB: memoryMB)
  }

  private func map(_ program: String, _ page: String) throws -> String {
    String(
      decoding: try mapping(program).records(of: ByteBuffer(Array(page.utf8))), as: UTF8.self)
  }

  private func failure(_ program: String, _ page: String) throws -> Failure {
    try #require(throws: Failure.self, "\(program)") { try map(program, page) }
  }

  // MARK: What comes out is what went in

  private static let letters = [
    "a", "B", "7", " ", "é", "😀", "1", "\\\"", "\\\\", "/", "\u{2028}",
  ]

  private static func text(_ draw: inout Draw) -> String {
    "\"" + (0..<draw.below(6)).map { _ in draw.pick(letters) }.joined() + "\""
  }

  private static func digits(_ count: Int, _ draw: inout Draw) -> String {
    String(draw.below(9) + 1) + (0..<count).map { _ in String(draw.below(10)) }.joined()
  }

  private static func number(_ draw: inout Draw) -> String {
    let sign = draw.below(3) == 0 ? "-" : ""
    let whole = draw.below(4) == 0 ? "0" : digits(draw.below(25), &draw)
    let part =
      draw.below(2) == 0 ? "" : "." + digits(draw.below(22), &draw) + draw.pick(["", "0", "00"])
    let power =
      draw.below(3) > 0
      ? ""
      : draw.pick(["e", "E"]) + draw.pick(["", "+", "-"])
        + draw.pick(["0", "1", "05", "22", "300", "400"])
    return sign + whole + part + power
  }

  private static func value(_ depth: Int, _ draw: inout Draw) -> String {
    switch draw.below(depth > 3 ? 6 : 8) {
    case 0: return draw.pick(["true", "false", "null"])
    case 1, 2: return text(&draw)
    case 3...5: return number(&draw)
    case 6:
      return "[" + (0..<draw.below(4)).map { _ in value(depth + 1, &draw) }.joined(separator: ",")
        + "]"
    default: return record(depth + 1, &draw)
    }
  }

  private static func record(_ depth: Int, _ draw: inout Draw) -> String {
    // The numbers keep the names apart.
    let members = (0..<draw.below(6)).map {
      "\"\($0)" + text(&draw).dropFirst() + ":" + value(depth, &draw)
    }
    return "{" + members.joined(separator: ",") + "}"
  }

  @Test func recordsThatAProgramOnlyMovesKeepEveryLetter() throws {
    let mapping = try mapping(".items[]")
    for seed in Array(1...300) + [UInt64.random(in: 301 ... .max)] {
      var draw = Draw(seed)
      let records = (0..<draw.below(8)).map { _ in Self.record(0, &draw) }
      let page = "{\"items\":[" + records.joined(separator: ",") + "],\"next\":null}"
      let lines = try mapping.records(of: ByteBuffer(Array(page.utf8)))
      let found = String(decoding: lines, as: UTF8.self).split(separator: "\n").map { String($0) }
      #expect(found == records, "seed \(seed)")
    }
  }

  @Test func programsComputeWithNumbersThatADoubleHolds() throws {
    let page = #"{"a":12.50,"b":1.0,"c":1e2,"d":7,"s":"x\n\u0001\u0000"}"#
    #expect(
      try map(
        "{sum: (.a + .b + .c), big: (.a > 9), same: (.b == 1), text: (.a|tostring), d, s}", page)
        == #"{"sum":113.5,"big":true,"same":true,"text":"12.5","d":7,"s":"x\u000a\u0001\u0000"}"#
        + "\n")
  }

  // MARK: What goes wrong

  @Test(
    arguments: [
      (".items[", "line 1"), (".items | nothing(1)", "nothing/1 is not defined"),
      ("import \"a\" as a; .", "module not found"), ("include \"/etc/passwd\"; .", "not found"),
      (".a\u{0}", "NUL"),
    ])
  func aProgramThatCannotBeCompiledIsSaidToBeThat(program: String, words: String) throws {
    let failure = try #require(throws: Failure.self) { try mapping(program).begin() }
    #expect(failure.kind == .config && failure.message.contains(words), "\(failure)")
    #expect(!failure.isRetryable)
  }

  @Test(
    arguments: [
      (".a.b", #"{"a":1}"#, "Cannot index number"), (".items[]", #"{"error":"x"}"#, "null"),
      (".a[]", #"{"a":[1]}"#, "type number"), ("null", "{}", "type null"), ("halt", "{}", "halts"),
      ("error({a:1})", "{}", "no text"), ("input", "{}", "break"),
      ("{a:1}, error(.b), {a:2}", "{}", "error that is null"), (".b | error", "{}", "that is null"),
      (".", #"{"a":1,"a":2}"#, "twice"),
      (".", #"{"a":nope}"#, "no JSON"), (".", "<html>", "no JSON"), (".", "", "no JSON"),
      ("reduce range(600) as $i ({}; {a: .})", "{}", "nested too deep"),
    ])
  func aPageThatCannotBeMappedFails(program: String, page: String, words: String) throws {
    let failure = try failure(program, page)
    #expect(failure.code == "page.jq" && failure.isRetryable)
    #expect(failure.message.contains(words), "\(failure)")
  }

  @Test(
    arguments: [
      ".a + 1", ".a | tonumber", ".a[\"x\"]", ".a | keys", "[.a] | implode", ".a | .[]",
      "{(.b): 1}", ".a - .b", ".a | fromjson", "[.a,1] | add", ".a | test(\"(\")",
      "[][.a]", ".b[.a].c", ".a | strptime(\"%Y\")", "path(.a | . + \"\")", ".a | format(.)",
    ])
  func whatIsInTheRecordsIsNotSaid(program: String) throws {
    let failure = try failure(
      program, #"{"a":"tiger) cannot and number (lily","b":{"c":"orchid"}}"#)
    #expect(!failure.description.contains("tiger") && !failure.description.contains("lily"))
    #expect(!failure.description.contains("orchid"), "\(failure)")
  }

  @Test func nothingIsToBeHadFromOutside() throws {
    #expect(
      try map("{a: env, b: $ENV, c: (try input catch 1), d: debug.x}", "{}")
        == "{\"a\":{},\"b\":{},\"c\":1,\"d\":null}\n")
  }

  @Test func aProgramThatNeverEndsIsEndedAndTheNextPageBeginsAnew() throws {
    let mapping = try mapping("if .hang then [recurse(.)] | length else . end", pageMS: 300)
    let hung = try #require(throws: Failure.self) {
      try mapping.records(of: ByteBuffer(Array(#"{"hang":true}"#.utf8)))
    }
    #expect(["jq.hung", "jq.crashed"].contains(hung.code) && !hung.isRetryable, "\(hung)")
    #expect(try mapping.records(of: ByteBuffer(Array("{}".utf8))) == Array("{}\n".utf8))
    let loop = try self.mapping("def f: f; f", pageMS: 200)
    let failure = try #require(throws: Failure.self) {
      try loop.records(of: ByteBuffer(Array("{}".utf8)))
    }
    #expect(failure.code == "jq.hung")
  }

  @Test func onlyTheProgramsThatWereUsedLastHaveAProcess() {
    let mappings = Mappings()
    let first = mappings.mapping("first")
    weak let second = mappings.mapping("second")
    for number in 0..<Mappings.kept {
      _ = mappings.mapping("\(number)")
      #expect(mappings.mapping("first") === first)
    }
    #expect(second == nil)
  }

  @Test func memoryAndOutputHaveCeilings() throws {
    let bomb = try mapping("[range(1e9)] | {a: length}", memoryMB: 64)
    let eaten = try #require(throws: Failure.self) {
      try bomb.records(of: ByteBuffer(Array("{}".utf8)))
    }
    #expect(eaten.code == "jq.crashed", "\(eaten)")
    let flood = try failure(#"("x" * 1000) as $x | range(1e6) | {a: $x}"#, "{}")
    #expect(flood.message.contains("too large") && !flood.isRetryable, "\(flood)")
  }
}
