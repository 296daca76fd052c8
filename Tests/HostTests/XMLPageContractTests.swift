import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import Testing

/// Pages of XML, from the answer to the records and what the plugin sees.
@Suite struct XMLPageContractTests {
  private func judge(
    _ body: some Collection<UInt8>, _ plans: [JSON], type: String = "application/xml"
  ) throws -> PageContract.Page {
    try PageContract(["extract": .array(plans)]).judge(
      status: 200, headers: ["content-type": type], body: ByteBuffer(body))
  }

  private func failure(_ body: String, _ plan: JSON) -> Failure? {
    #expect(throws: Failure.self) { try judge(body.utf8, [plan]) }
  }

  private static let orders: JSON = [
    "format": "xml", "records": "/orders/order", "key": "/@id",
    "cursor": ["at": "/at", "type": "time"], "deleted": ["at": "/state", "equals": "void"],
    "total": "/orders/@total", "keep": ["/lines"],
  ]

  @Test func `Elements become records, and what is around them goes to the plugin`() throws {
    let page = try judge(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <orders total="2">
        <order id="7"><at>2026-03-01T00:00:00Z</at><state>paid</state><lines/></order>
        <order id="8"><at>2026-03-02T00:00:00Z</at><state>void</state><lines>3</lines></order>
        <next>abc</next>
      </orders>
      """.utf8, [Self.orders])
    let cut = try #require(page.cuts.first)
    #expect(cut.records.map(\.key) == ["7", "8"])
    #expect(cut.records.map(\.isDeleted) == [false, true])
    #expect(cut.maxCursor == "2026-03-02T00:00:00Z" && cut.elements == 2)
    #expect(
      cut.records.first?.raw
        == #"{"@id":"7","at":"2026-03-01T00:00:00Z","state":"paid","lines":null}"#)
    #expect(page.totals == [2])
    #expect(
      String(decoding: page.body, as: UTF8.self)
        == #"{"orders":{"@total":"2","order":[],"next":"abc"}}"#)
    #expect(try JSON(reading: cut.kept) == [[.null], ["3"]])
  }

  @Test func `One element is a list of one, and none is an empty list`() throws {
    let one = try judge("<orders><order id='7'/></orders>".utf8, [Self.orders])
    #expect(one.cuts.map { $0.records.map(\.key) } == [["7"]])
    for empty in ["<orders/>", "<orders>\n</orders>", "<orders page='2'/>"] {
      let page = try judge(empty.utf8, [Self.orders])
      #expect(page.cuts.map(\.count) == [0] && page.cuts.map(\.elements) == [0], "\(empty)")
    }
  }

  @Test(arguments: [
    "<error><order id='1'/></error>", "<orders>busy</orders>", "<orders2/>",
    "<orders><error>busy</error></orders>",
  ])
  func `Where the list could not be, the page fails`(body: String) {
    let failure = failure(body, Self.orders)
    #expect(failure?.code == "page.records_missing" && failure?.isRetryable == true)
    #expect(failure?.message.contains("“/orders/order”") == true)
  }

  @Test(arguments: [
    ("<orders>\n<order></orders>", "page.xml", "line 2: Opening and ending tag mismatch"),
    ("{\"orders\":{}}", "page.xml", "line 1: Start tag expected"),
    ("<!DOCTYPE orders><orders/>", "page.xml_doctype", "document type"),
    (String(repeating: "<o>", count: 65), "page.depth", "64 levels"),
    ("<orders a\(String(repeating: "b", count: 2_000))=''/>", "page.too_many", "1024 bytes"),
  ])
  func `A page that is not usable says why, and is asked for again`(
    body: String, code: String, words: String
  ) {
    let failure = failure(body, Self.orders)
    #expect(failure?.code == code && failure?.isRetryable == true)
    #expect(failure?.message.contains(words) == true, "\(String(describing: failure))")
  }

  @Test func `The character set of the answer wins over that of the document`() throws {
    let text = "<?xml version='1.0' encoding='ISO-8859-1'?><orders><order id='é'/></orders>"
    let latin = text.unicodeScalars.map { UInt8($0.value) }
    for (body, type) in [
      (Array(text.utf8), "text/xml; charset=utf-8"), (latin, "text/xml"),
      (latin, "text/xml; charset=iso-8859-1"), ([0xEF, 0xBB, 0xBF] + Array(text.utf8), "text/xml"),
      (text.utf16.flatMap { [UInt8($0 & 255), 0] }, "application/xml; charset=utf-16le"),
    ] {
      let page = try judge(body, [Self.orders], type: type)
      #expect(page.cuts.map { $0.records.map(\.key) } == [["é"]], "\(type)")
    }
    #expect(throws: Failure.self) {
      try judge(latin, [Self.orders], type: "text/xml; charset=utf-8")
    }
  }

  @Test(arguments: [
    ("ISO-8859-15", [0xE9, 0xA4], "é€"), ("windows-1252", [0xE9, 0x80], "é€"),
    ("utf-8", [0xC3, 0xA9], "é"), ("Shift_JIS", [0x83, 0x5C], "ソ"),
    ("GB18030", [0xA8, 0xA6], "é"),
  ])
  func `A document may be in another character set`(name: String, bytes: [Int], key: String) throws
  {
    let head = "<?xml version=\"1.0\" encoding=\"\(name)\"?><orders><order id='"
    let document = Array(head.utf8) + bytes.map { UInt8($0) } + Array("'/></orders>".utf8)
    let page = try judge(document, [Self.orders])
    #expect(page.cuts.map { $0.records.map(\.key) } == [[key]])
  }

  @Test(arguments: [true, false], ["", "\u{FEFF}"])
  func `A document may be UTF-16`(isBig: Bool, mark: String) throws {
    let text = mark + "<?xml version='1.0' encoding='UTF-16'?><orders><order id='😀'/></orders>"
    let units = text.utf16.flatMap { (unit: UInt16) -> [UInt8] in
      isBig ? [UInt8(unit >> 8), UInt8(unit & 255)] : [UInt8(unit & 255), UInt8(unit >> 8)]
    }
    #expect(try judge(units, [Self.orders]).cuts.map { $0.records.map(\.key) } == [["😀"]])
    let half = #expect(throws: Failure.self) { try judge(units + [0xD8], [Self.orders]) }
    #expect(half?.code == "page.charset")
  }

  @Test func `A character set that is not known is named`() {
    let failure = failure("<?xml version='1.0' encoding='Klingon'?><orders/>", Self.orders)
    #expect(failure?.code == "page.charset" && failure?.message.contains("“klingon”") == true)
  }

  @Test func `Errors are looked for in the page, and several plans share it`() throws {
    var failing = Self.orders.object ?? JSONObject()
    failing["fail_if"] = [["at": "/orders/ok", "equals": false, "class": "data"]]
    let failure = failure("<orders><ok>false</ok></orders>", .object(failing))
    #expect(failure?.code == "page.vendor_error")
    let shops: JSON = ["format": "xml", "records": "/orders/shop", "key": "/id", "each": "/p/q"]
    let page = try judge(
      "<orders><order id='1'/><shop><p><q><id>2</id></q></p></shop><shop><p/></shop></orders>".utf8,
      [Self.orders, shops])
    #expect(page.cuts.map { $0.records.map(\.key) } == [["1"], ["2"]])
    #expect(page.cuts.map(\.elements) == [1, 2])
    let other: JSON = ["records": "/orders", "key": "/id"]
    let mixed = #expect(throws: Failure.self) { try judge("<orders/>".utf8, [shops, other]) }
    #expect(mixed?.code == "extract.unsupported")
  }

  @Test func `A jq program is given the page as JSON, with its list`() throws {
    Built.nameWorker()
    let lines: JSON = [
      "format": "xml", "records": "/orders/order", "key": ["/order", "/sku"],
      "jq": ".orders.order[] | .[\"@id\"] as $id | .line | {order: $id, sku: .[\"#text\"]}",
    ]
    let orders = "<orders><order id='1'><line n='1'>x</line></order></orders>"
    let page = try judge(orders.utf8, [lines])
    #expect(page.cuts.map { $0.records.map(\.raw) } == [[#"{"order":"1","sku":"x"}"#]])
    #expect(page.cuts.map(\.elements) == [1])
    #expect(String(decoding: page.body, as: UTF8.self) == #"{"orders":{"order":[]}}"#)
  }

  @Test func `Records that a plugin has may be XML, too`() throws {
    let plan = try ExtractPlan(head: Self.orders)
    let body = Array("\u{FEFF}<orders><order id='1'/></orders>".utf8)
    #expect(try CutPage(records: body, plan: plan).records.map(\.key) == ["1"])
    #expect(throws: Failure.self) { try CutPage(records: Array("<orders>".utf8), plan: plan) }
  }
}
