import PatchbayCore
import PatchbayJSON
import Testing

/// One bad record among good ones.
@Suite struct DeadRecordTests {
  private static let deep =
    #"{"id":5,"a":"# + String(repeating: "[", count: 2500) + String(repeating: "]", count: 2500)
    + "}"

  private static let bad: [(String, JSONError.Reason)] = [
    (#"{"id":5,"a":"\x"}"#, .syntax), (#"{"id":5,"a":"\uZZZZ"}"#, .syntax),
    (#"{"id":"\ud800"}"#, .text), (#"{"id":"a\u0000b"}"#, .text),
    (#"{"id":5,"id":6}"#, .twice), (#"{"id":5,"\q":1}"#, .syntax),
    (#"{"id":5,"a":01}"#, .syntax), (#"{"id":5,"a":1.}"#, .syntax), (#"{"id":05}"#, .syntax),
    (#"{"id":5,"a":nope}"#, .syntax), (#"{"id":5,"a":tru e}"#, .syntax),
    (#"{"id":5 "a":1}"#, .syntax), (#"{"id":5,"a"}"#, .syntax), (#"{"id":5,}"#, .syntax),
    (#"{"id":5,"a":[1,]}"#, .syntax), (#"{"id":5,"a":[}}"#, .syntax),
    (deep, .depth), (#"{"a":1}"#, .missing), ("{}", .missing), (#"{"id":""}"#, .missing),
    (#"{"id":null}"#, .type), (#"{"id":true}"#, .type), (#"{"id":{}}"#, .type),
    (#"{"id":[1]}"#, .type), ("[5]", .type), ("null", .type), ("5", .type), (#""x""#, .type),
  ]

  @Test(arguments: bad)
  func `A bad record dies alone and its page lives on`(
    raw: String, reason: JSONError.Reason
  ) throws {
    let cut = page(#"{"results":[{"id":1},{"id":2},\#(raw),{"id":"y"}],"next":3}"#, plan())
    #expect(cut.fault == nil)
    #expect(cut.keys == ["1", "2", "y"])
    #expect(cut.deadCount == 1)
    #expect(try #require(cut.rows.dropFirst(2).first) == Cut(raw: raw, dead: reason))
    #expect(cut.residueText == #"{"results":[],"next":3}"#)
  }

  @Test(arguments: bad)
  func `A bad record may be first, last, alone or a member`(
    raw: String, reason: JSONError.Reason
  ) {
    #expect(page("[\(raw),{\"id\":1}]", plan("")).rows.map(\.dead) == [reason, nil])
    #expect(page("[{\"id\":1},\(raw)]", plan("")).rows.map(\.dead) == [nil, reason])
    #expect(page("[\(raw)]", plan("")).rows.map(\.dead) == [reason])
    let members = page("{\"r\":{\"a\":{\"id\":1},\"b\":\(raw),\"c\":{\"id\":2}}}", mapPlan("/r"))
    #expect(members.rows.map(\.dead) == [nil, reason, nil])
  }

  @Test func `Five hundred levels in one record are taken, 501 are not`() {
    func record(_ levels: Int) -> String {
      let brackets = String(repeating: "[", count: levels - 1)
      return #"{"id":1,"a":"# + brackets + "0" + brackets.map { _ in "]" }.joined() + "}"
    }
    #expect(page("[\(record(500))]", plan("")).rows.map(\.dead) == [nil])
    #expect(page("[\(record(501))]", plan("")).rows.map(\.dead) == [.depth])
  }

  @Test(arguments: [
    ("", JSONError.Reason.syntax), ("nope", .syntax), ("<html></html>", .syntax), ("{}", .missing),
    (#"{"results":5}"#, .type), (#"{"results":"x"}"#, .type),
    (#"{"other":[]}"#, .missing), (#"{"results":[]"#, .syntax), (#"{"results":[]}}"#, .syntax),
    (#"{"results":[],"next":nope}"#, .syntax), (#"{"next":01,"results":[]}"#, .syntax),
    (#"{"results":[{"id":1},]}"#, .syntax), (#"{"results":[,{"id":1}]}"#, .syntax),
    (#"{"results":[{"id":1}{"id":2}]}"#, .syntax), (#"{"results":[{"id":1}x,{"id":2}]}"#, .syntax),
    (#"{"results":[{"id":1}],"a":"\q"}"#, .syntax),
    (#"{"results":[{"id":"#, .syntax), (#"{"results":[{"id":"open}]}"#, .syntax),
    (
      #"{"results":[{"id":1}],"n":"# + String(repeating: "[", count: 600)
        + String(repeating: "]", count: 600) + "}", .depth
    ),
  ])
  func `A bad envelope is the page's fault and yields no records`(
    text: String, reason: JSONError.Reason
  ) {
    let cut = page(text, plan())
    #expect(cut.fault?.reason == reason)
    #expect(cut.count == 0)
    #expect(cut.maxCursor == nil)
    #expect(cut.keptText == "[]")
  }

  @Test(arguments: ["\0[{\"id\":1}]", "[{\"id\":1}\0]", "[{\"id\":1}]\0", "[\0{\"id\":1}]"])
  func `A NUL is no white space`(text: String) {
    #expect(page(text, plan("")).fault?.reason == .syntax)
    #expect((try? JSON(reading: text)) == nil)
    var lines = plan("")
    lines.format = .ndjson
    #expect(page("\0{\"id\":1}\n{\"id\":2}", lines).keys == ["2"])
  }

  @Test func `A record whose first member has no name is the page's fault`() {
    #expect(page(#"[{"id":1},{5:1,"id":5}]"#, plan("")).fault?.reason == .syntax)
  }

  /// Bytes that no JSON text may hold: not UTF-8, and control characters.
  private static let foreign: [[UInt8]] = [
    [0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xC0, 0xAF], [0xF5, 0x80, 0x80, 0x80], [0x01],
    [0x0A],
    [0x00], [0x5C, 0x09],
  ]

  @Test(arguments: foreign)
  func `Foreign bytes take their record with them, and no other`(bytes: [UInt8]) {
    let start = Array(#"{"results":[{"id":1,"a":"\\"},{"id":2,"a":""#.utf8)
    let text = start + bytes + Array(#"é\""},{"id":3,"a":"é\""}],"next":"ß"}"#.utf8)
    let cut = CutPage(ByteBuffer(text), plan: plan())
    #expect(cut.fault == nil)
    #expect(cut.rows.map { $0.dead != nil } == [false, true, false])
    #expect(cut.keys == ["1", "3"])
    #expect(cut.residueText == #"{"results":[],"next":"ß"}"#)
  }

  @Test(arguments: foreign)
  func `Foreign bytes around the records are the page's fault`(bytes: [UInt8]) {
    let text = Array(#"{"results":[{"id":1}],"next":""#.utf8) + bytes + Array(#""}"#.utf8)
    #expect(CutPage(ByteBuffer(text), plan: plan()).fault != nil)
  }

  @Test func `Names in a map of records are read too`() {
    #expect(page(#"{"r":{"\q":{"id":1}}}"#, mapPlan("/r")).fault?.reason == .syntax)
  }
}
