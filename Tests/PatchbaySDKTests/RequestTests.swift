import PatchbayCore
import PatchbayHost
import PatchbaySDK
import Testing

@Suite struct RequestTests {
  private func head(_ request: Request) -> JSON {
    let message = request.message(3)
    #expect(message.kind == .httpRequest && message.correlation == 3)
    #expect(Heads.shape(of: .httpRequest).problems(in: message.head).isEmpty)
    return message.head
  }

  @Test(arguments: [
    ("/items", "{base_url}/items"), ("{base_url}/items", "{base_url}/items"),
    ("https://files.example.com/1", "https://files.example.com/1"),
  ])
  func aPathIsTheConnections(url: String, expected: String) {
    #expect(head(Request("GET", url))["url"] == .string(expected))
  }

  /// The host encodes: whatever stands in a value arrives as it is, in order, and names may repeat.
  @Test func queryValuesAreHandedOverAsTheyAre() throws {
    let values = ["a b&c=d", "50%", "é\u{1F600}", "", "+", #""\"#, "\n", "1"]
    let request = Request.get("/items", query: values.map { ("q", $0) })
    let message = request.message(1)
    let read = try JSON(reading: message.head.bytes[...])
    #expect(read["query"] == .array(values.map { ["q", .string($0)] }))
  }

  @Test func headersAndStatusesAreTold() {
    var request = Request("PUT", "/items/1")
    request.headers = [("X-One", "1"), ("If-Match", #""tag""#)]
    request.statuses = [404, 412]
    request.isIdempotent = false
    #expect(
      head(request) == [
        "method": "PUT", "url": "{base_url}/items/1",
        "headers": ["X-One": "1", "If-Match": #""tag""#], "idempotent": false,
        "statuses": [404, 412],
      ])
  }

  @Test func aBodyIsJSON() {
    let request = Request.post("/items", ["name": "ä\u{1}", "n": 1])
    #expect(head(request)["content_type"] == "application/json")
    #expect(
      String(decoding: request.message(1).body, as: UTF8.self) == #"{"name":"ä\u0001","n":1}"#)
    #expect(Request("POST", "/items").message(1).body.isEmpty)
    #expect(head(Request("POST", "/items"))["content_type"] == nil)
  }

  @Test func anExtractSaysOnlyWhatWasSet() {
    let plain = Extract(records: "", key: "/id")
    #expect(plain.json == ["records": "", "key": "/id"])
    var whole = Extract(records: "/a", key: "/x", "/y")
    whole.item = "/node"
    whole.each = "/to"
    whole.cursor = "/at"
    whole.cursorType = .number
    whole.deleted = "/gone"
    whole.keep = ["/k"]
    whole.inject = [("from", "/from/id")]
    whole.total = "/total"
    whole.totalIsOfRest = true
    whole.failIf = [("/error", .rateLimit)]
    #expect(
      head(.get("/items", extract: whole))["extract"] == [
        [
          "records": "/a", "key": ["/x", "/y"], "item": "/node", "each": "/to",
          "cursor": ["at": "/at", "type": "number"], "deleted": "/gone", "keep": ["/k"],
          "inject": ["from": "/from/id"], "total": "/total", "total_of": "rest",
          "fail_if": [["at": "/error", "class": "rate_limit"]],
        ]
      ])
  }

  @Test(
    arguments: [
      (["list": ["a", " b ", "", 3]], ["a", "b", "3"]), (["list": " a, b c ,,"], ["a", "b c"]),
      (["list": 7], ["7"]), (["list": nil], []), ([:], []),
    ] as [(JSON, [String])])
  func aListIsAnArrayOrTextWithCommas(settings: JSON, expected: [String]) {
    #expect(Settings(settings).list("list") == expected)
  }
}
