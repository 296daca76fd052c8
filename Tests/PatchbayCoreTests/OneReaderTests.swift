import Foundation
import PatchbayCore
import PatchbayJSON
import Testing

/// Names are compared by value, texts are judged by what they say, and marks by what they mean.
@Suite struct OneReaderTests {
  private func plan(_ keys: String..., change: (inout ExtractPlan) -> Void = { _ in })
    -> ExtractPlan
  {
    var plan = ExtractPlan(records: "/r", keys: keys)
    change(&plan)
    return plan
  }

  private func cut(_ text: String, _ plan: ExtractPlan) -> CutPage {
    CutPage(ByteBuffer(text.utf8), plan: plan)
  }

  @Test(arguments: [
    (#"{"stra\u00dfe":"1"}"#, "/straße"), (#"{"straße":"1"}"#, "/straße"),
    (#"{"a\/b":"1"}"#, "/a~1b"), (#"{"\u0061":"1"}"#, "/a"), (#"{"q\"t":"1"}"#, #"/q"t"#),
    (#"{"b\\s":"1"}"#, #"/b\s"#), (#"{"\ud83d\ude00":"1"}"#, "/😀"), (#"{"":"1"}"#, "/"),
    (#"{"l":["0",["1"]]}"#, "/l/1/0"), (#"{"m":{"0":"1"}}"#, "/m/0"),
  ])
  func `A name is found however it is spelt`(record: String, pointer: String) {
    let page = cut("{\"r\":[\(record)]}", plan(pointer))
    #expect(page.fault == nil && page.records.map(\.key) == ["1"])
    let around = cut("{\"r\":[\(record)]}", ExtractPlan(records: "/r", keys: [pointer]))
    #expect(around.deadCount == 0)
  }

  /// Parsers are kept for each thread, and escapes are taken out by one of them.
  @Test func `An escape is read on a thread that has read nothing before`() async {
    let plans = [plan("/id"), plan("/id") { $0.item = "/id" }, plan("/id") { $0.each = "/id" }]
    for plan in plans {
      let text = plan.item == nil && plan.each == nil ? #""1\n""# : #"{"\u0069d":"1\n"}"#
      let body = #"{"r":[{"\u0069d":"# + (plan.each == nil ? text : "[\(text)]") + "}]}"
      let keys = await withCheckedContinuation { continuation in
        Thread { continuation.resume(returning: self.cut(body, plan).records.map(\.key)) }.start()
      }
      #expect(keys == ["1\n"], "\(body)")
    }
  }

  @Test func `The list itself is found however its name is spelt`() {
    let page = cut(#"{"d\u00e4ta":[{"id":1}]}"#, ExtractPlan(records: "/däta", keys: ["/id"]))
    #expect(page.records.map(\.key) == ["1"])
  }

  @Test(arguments: [
    "false", #""false""#, #""FALSE""#, "0", "-0", "0.0", #""0""#, #""0.00""#, #""""#, #"" ""#,
    "[]", "[ ]", "{}", "null",
  ])
  func `What says no is no deletion`(mark: String) {
    let page = cut(#"{"r":[{"id":1,"gone":\#(mark)}]}"#, plan("/id") { $0.deleted = "/gone" })
    #expect(page.records.map(\.isDeleted) == [false])
    #expect(page.markCount == (mark == "null" ? 0 : 1))
  }

  @Test(arguments: ["true", "1", #""yes""#, #""2024-01-01""#, "[0]", #"{"a":0}"#, #""falsehood""#])
  func `What says something is a deletion`(mark: String) {
    let page = cut(#"{"r":[{"id":1,"gone":\#(mark)}]}"#, plan("/id") { $0.deleted = "/gone" })
    #expect(page.records.map(\.isDeleted) == [true])
  }

  @Test func `A plan may name the value that marks a deletion, or the one that does not`() {
    let text = #"{"r":[{"id":1,"s":"live"},{"id":2,"s":"gone"},{"id":3},{"id":4,"s":false}]}"#
    let named = cut(text, plan("/id") { ($0.deleted, $0.deletedText) = ("/s", "gone") })
    #expect(named.records.map(\.isDeleted) == [false, true, false, false])
    let other = cut(text, plan("/id") { ($0.deleted, $0.livingText) = ("/s", "live") })
    #expect(other.records.map(\.isDeleted) == [false, true, false, true])
  }

  @Test func `Half a character kills no record unless the key holds it`() {
    let text = #"{"r":[{"id":1,"v":"\ud83d"},{"id":"\udc00"},{"id":3,"v":"\ud83d\ude00"}]}"#
    let page = cut(text, plan("/id"))
    #expect(page.fault == nil)
    #expect(page.records.map(\.fault) == [nil, .text, nil])
    #expect(page.records[0].raw == #"{"id":1,"v":"\ud83d"}"#)
    // Around the records it is the page's fault: a plugin would see another text.
    #expect(cut(#"{"next":"\ud83d","r":[{"id":1}]}"#, plan("/id")).fault?.reason == .encoding)
  }

  @Test func `A member that is read and stands twice sets the record aside, any other does not`() {
    let text = #"{"r":[{"id":1,"id":2},{"id":3,"v":1,"v":2},{"id":4,"id":4}]}"#
    #expect(cut(text, plan("/id")).records.map(\.fault) == [.twice, nil, nil])
  }

  @Test func `Null in place of the list is set aside, and is no end`() {
    for (text, records) in [(#"{"r":null,"next":"b"}"#, "/r"), ("null", ""), (" null ", "")] {
      let page = cut(text, ExtractPlan(records: records, keys: ["/id"]))
      #expect(page.fault == nil && page.isNullList && page.elements == 1, "\(text)")
      #expect(page.records.map(\.fault) == [.nullList])
    }
  }

  @Test func `Elements are counted before a list inside them makes several records`() {
    let text = #"{"r":[{"l":[{"id":1},{"id":2}]},{"l":[]}]}"#
    let page = cut(text, plan("/id") { $0.each = "/l" })
    #expect(page.count == 2 && page.elements == 2)
  }

  @Test func `The last key is that of the last record that can be read`() {
    let page = cut(#"{"r":[{"id":1},{"id":2},{"no":3}]}"#, plan("/id"))
    #expect(page.lastKey == "2")
    #expect(cut(#"{"r":[{"no":1}]}"#, plan("/id")).lastKey == nil)
  }
}
