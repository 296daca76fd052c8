import PatchbayCore
import PatchbayJSON
import PatchbayXML
import Seeded
import Testing

/// Documents that want something else than to be read.
private let seeds = Scale.seeds(quick: 4, nightly: 200)

@Suite struct HostileXMLTests {
  private func fault(_ xml: String) throws -> XMLError {
    try #require(throws: XMLError.self) { try made(of: xml) }
  }

  @Test(arguments: [
    """
    <?xml version="1.0"?>
    <!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;"><!ENTITY lol3 "&lol2;&lol2;">]>
    <lolz>&lol3;</lolz>
    """,
    """

    <!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>
    """,
    """

    <!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd">%x;]><a/>
    """,
    """
    <!-- a page for people -->
    <!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://127.0.0.1:9/x.dtd"><html/>
    """,
    """

    <!DOCTYPE a [<!ATTLIST a id CDATA "made up">]><a/>
    """,
  ])
  func `A document type is refused by name, before anything of it is read`(xml: String) throws {
    let fault = try fault(xml)
    #expect(fault.reason == .doctype && fault.line == 2)
    #expect(fault.description.contains("<!DOCTYPE"))
  }

  @Test(arguments: [
    ("<a>&nbsp;</a>", 1, "nbsp"), ("<a x='&nbsp;'/>", 1, "nbsp"), ("<a>\n<b>\n</a>", 3, "mismatch"),
    ("<a>\n<b/>", 2, "Premature end"), ("<a", 1, ""), ("", 1, "empty"), ("   ", 1, ""),
    ("{\"a\":1}", 1, "'<' not found"), ("<a/><b/>", 1, "Extra content"), ("<a/>x", 1, "Extra"),
    ("<a x='1' x='2'/>", 1, "redefined"), ("<a x=1/>", 1, ""), ("<a><1/></a>", 1, ""),
    ("<a>&#0;</a>", 1, "0"), ("<a>&#xD800;</a>", 1, ""), ("<a>\u{1}</a>", 1, "PCDATA"),
    ("<a>\u{FFFF}</a>", 1, ""), ("<a>x\0y</a>", 1, ""), ("<a/>\0<b/>", 1, ""),
    ("<a><![CDATA[x</a>", 1, "CData"), ("<a><!-- x</a>", 1, "Comment"),
  ])
  func `What is not well-formed says where, and why`(xml: String, line: Int, words: String) throws {
    let fault = try fault(xml)
    #expect(fault.reason == .syntax && fault.line == line, "\(fault)")
    #expect(fault.text.contains(words) && !fault.text.isEmpty, "\(fault)")
    #expect(!fault.text.contains("\n") && fault.text.count <= 200)
  }

  @Test func `Bytes that are no UTF-8 fail the page`() throws {
    let latin = Array("<a>".utf8) + [0xE9] + Array("</a>".utf8)
    let fault = try #require(throws: XMLError.self) { try made(of: latin) }
    #expect(fault.reason == .syntax && fault.text.contains("UTF-8"))
    for bytes in [[0xF0, 0x9F], [0xED, 0xA0, 0x80], [0xC0, 0xBC], [0xFF]] as [[UInt8]] {
      let element = Array("<a>".utf8) + bytes + Array("</a>".utf8)
      let attribute = Array("<a x='".utf8) + bytes + Array("'/>".utf8)
      let name = Array("<a".utf8) + bytes + Array("/>".utf8)
      for document in [element, attribute, name] {
        #expect(throws: XMLError.self, "\(bytes)") { try made(of: document) }
      }
    }
    // No other character set is guessed at.
    for document in ["\u{FEFF}<a/>", "<a/>"] {
      #expect(throws: XMLError.self) { try made(of: utf16(document)) }
    }
  }

  @Test func `Depth ends at 64 elements`() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
    }
    #expect(try made(of: nested(64)).count > 64)
    #expect(try fault(nested(65)).reason == .depth)
    #expect(try fault(String(repeating: "<a>", count: 1_000_000)).reason == .depth)
    #expect(try fault(String(repeating: "<a b=\"", count: 100_000)).reason == .syntax)
  }

  @Test func `Names are bounded in number and in length`() throws {
    func named(_ count: Int, _ piece: (Int) -> String) -> String {
      "<r>" + (0..<count).map(piece).joined() + "</r>"
    }
    #expect(try fault(named(10_000) { "<a\($0)/>" }).reason == .size)
    #expect(try fault(named(10_000) { "<r a\($0)=''/>" }).reason == .size)
    #expect(try made(of: named(9_999) { "<a\($0)/>" }).count > 100_000)
    let long = String(repeating: "n", count: 1_024)
    #expect(try made(of: "<\(long)/>") == "{\"\(long)\":null}")
    #expect(try fault("<\(long)n/>").reason == .size)
    #expect(try fault("<a \(long)='1'/>").reason == .size)
  }

  @Test func `An element has 256 attributes at the most`() throws {
    func element(_ count: Int, _ mark: String = "'") -> String {
      "<a\((0..<count).map { " a\($0) = \(mark)>/\(mark)" }.joined())/>"
    }
    #expect(try made(of: element(256)).count > 256)
    let fault = try fault("<r>\n\(element(257, "\""))</r>")
    #expect(fault.reason == .size && fault.line == 2)
    #expect(try self.fault(element(10_000)).reason == .size)
    #expect(try self.fault("<a>&#0;" + element(10_000)).reason == .size)
    let spaces = (0..<300).map { " xmlns:a\($0)='u'" }.joined()
    #expect(try self.fault("<a\(spaces)/>").reason == .size)
    // What only looks like attributes is not counted.
    let text = String(repeating: " a='1'", count: 1_000)
    #expect(try made(of: "<a x='1'>\(text)</a>").count > 6_000)
    #expect(try made(of: "<r><!--\(text)--><a/><![CDATA[\(text)]]></r>").count > 6_000)
  }

  @Test func `Elements are bounded, many of them are read, and texts may be long`() throws {
    func many(_ count: Int) -> ByteBuffer {
      ByteBuffer(("<r>" + String(repeating: "<o>1</o>", count: count) + "</r>").utf8)
    }
    let fault = #expect(throws: XMLError.self) {
      try XMLPage.json(of: many(1_000), nodeLimit: 1_000)
    }
    #expect(fault?.reason == .size)
    #expect(throws: Never.self) {
      try XMLPage.json(of: many(999), nodeLimit: 1_000)
    }
    #expect(try XMLPage.json(of: many(100_000)).count == 100_000 * 4 + 13)
    let text = String(repeating: "x<![CDATA[\"]]>", count: 100_000)
    #expect(try made(of: "<r>\(text)</r>").count == 300_000 + 8)
    let long = String(repeating: "0123456789", count: 2_000_000)
    #expect(try made(of: "<r><o>\(long)</o></r>").count == 20_000_014)
  }

  @Test func `A page of nothing but problems is over with the first`() throws {
    let text = "<a>\n&x;\n" + String(repeating: "&y;", count: 1_000_000)
    let fault = try fault(text)
    #expect(fault.line == 2 && fault.text.contains("'x'"))
  }

  @Test func `Nothing is included, and no style sheet is asked for`() throws {
    let include = """
      <?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?>
      <a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd" xml:id="t"/></a>
      """
    #expect(
      try made(of: include)
        == #"{"a":{"xi:include":{"@href":"/etc/passwd","@xml:id":"t"}}}"#)
  }

  @Test(arguments: seeds)
  func `A document that is cut off anywhere is refused`(seed: UInt64) throws {
    var draw = Draw(seed)
    let text = "<?xml version='1.0'?><r a='&amp;'><o>é<![CDATA[x]]></o><!-- c --><p/></r>"
    let whole = Array(text.utf8)
    _ = try made(of: whole)
    for _ in 0..<50 {
      let end = draw.below(whole.count)
      #expect(throws: XMLError.self, "seed \(seed), \(end)") { try made(of: Array(whole[..<end])) }
    }
  }
}
