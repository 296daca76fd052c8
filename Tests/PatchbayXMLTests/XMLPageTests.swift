import PatchbayCore
import PatchbayJSON
import PatchbayXML
import Testing

/// What a document is as JSON.
@Suite struct XMLPageTests {
  @Test(arguments: [
    ("<a>b</a>", #"{"a":"b"}"#), ("<a/>", #"{"a":null}"#), ("<a></a>", #"{"a":null}"#),
    ("<a> b\n</a>", #"{"a":" b\n"}"#), ("<a> </a>", #"{"a":" "}"#),
    ("<a x=\"1\"/>", #"{"a":{"@x":"1"}}"#), ("<a x=''/>", #"{"a":{"@x":""}}"#),
    ("<a x=\"1\">b</a>", ##"{"a":{"@x":"1","#text":"b"}}"##),
    ("<a><b>1</b></a>", #"{"a":{"b":"1"}}"#),
    ("<a>\n <b>1</b>\n <c/>\n</a>", #"{"a":{"b":"1","c":null}}"#),
    ("<a><b>1</b><b>2</b></a>", #"{"a":{"b":["1","2"]}}"#),
    ("<a><b>1</b><c/><b>2</b><b/></a>", #"{"a":{"b":["1","2",null],"c":null}}"#),
    ("<p>one <i>2</i> three\n<i>4</i>\n</p>", ##"{"p":{"i":["2","4"],"#text":"one  three\n"}}"##),
    ("<a><b><b><b>1</b></b></b></a>", #"{"a":{"b":{"b":{"b":"1"}}}}"#),
    ("<a><b c='1'/><c>2</c></a>", #"{"a":{"b":{"@c":"1"},"c":"2"}}"#),
  ])
  func `Elements, attributes and texts become members`(xml: String, json: String) throws {
    #expect(try made(of: xml) == json)
  }

  @Test(arguments: [
    ("<a>&lt;&amp;&#38;&#x26;&gt;&quot;&apos;\\</a>", #"{"a":"<&&&>\"'\\"}"#),
    ("<a x=\"&lt;&amp;&#38;&amp;#38;&gt;\"/>", #"{"a":{"@x":"<&&&#38;>"}}"#),
    ("<a x=\"&quot;&apos;\\ &#10;\n&#xE9;\"/>", #"{"a":{"@x":"\"'\\ \n é"}}"#),
    ("<a><![CDATA[<b>&amp;]]></a>", #"{"a":"<b>&amp;"}"#),
    ("<a>x<![CDATA[ ]]>y</a>", #"{"a":"x y"}"#), ("<a><![CDATA[]]></a>", #"{"a":null}"#),
    ("<?xml version=\"1.0\"?><!-- b --><a>1<!-- 2 -->3<?php 4 ?>5</a><!-- c -->", #"{"a":"135"}"#),
    ("<a>\u{E9}\u{1F600}</a>", "{\"a\":\"\u{E9}\u{1F600}\"}"),
    ("<é ü='1'><ß/></é>", #"{"é":{"@ü":"1","ß":null}}"#),
    ("<a>\t\r\n\u{7F}</a>", "{\"a\":\"\\t\\n\u{7F}\"}"),
  ])
  func `Texts are what they mean`(xml: String, json: String) throws {
    #expect(try made(of: xml) == json)
  }

  @Test func `Names keep their prefix, and declarations of namespaces are left out`() throws {
    let feed = """
      <feed xmlns="http://www.w3.org/2005/Atom" xmlns:m="urn:m" xml:lang="en">
        <m:count m:exact="yes">2</m:count><title xmlns="urn:other">t</title><no:where/>
      </feed>
      """
    #expect(
      try made(of: feed) == ##"{"feed":{"@xml:lang":"en","##
        + ##""m:count":{"@m:exact":"yes","#text":"2"},"title":"t","no:where":null}}"##)
  }

  @Test(arguments: [
    ("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>", "iso-8859-1"),
    ("<?xml version='1.0'\n\tencoding = 'windows-1252' standalone='yes' ?><a/>", "windows-1252"),
    ("<?xml version='1.0' encoding='klingon'?><a/>", "klingon"),
    ("<?xml version='1.0' encoding='UTF-8'?><a/>", nil),
    ("<?xml version='1.0' encoding='us-ascii'?><a/>", nil),
    ("<?xml version='1.0' encoding='UTF-16'?><a/>", nil), ("<?xml version='1.0'?><a/>", nil),
    ("<?xml version='1.0' encoding=''?><a/>", nil), ("<?xml version='1.0' encoding='x'", nil),
    ("<a><?xml version='1.0' encoding='ISO-8859-1'?></a>", nil), ("", nil), ("<", nil),
    ("<?xml encoding?><a encoding='ISO-8859-1'/>", nil),
  ])
  func `A document may declare its character set`(text: String, name: String?) {
    #expect(XMLPage.encoding(of: ByteBuffer(text.utf8)) == name)
  }

  @Test(arguments: [true, false], ["", "\u{FEFF}"])
  func `UTF-16 is known by its first bytes`(isBig: Bool, mark: String) {
    let document = utf16(mark + "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>", isBig: isBig)
    #expect(XMLPage.encoding(of: ByteBuffer(document)) == (isBig ? "utf-16be" : "utf-16le"))
  }

  @Test(arguments: ["ISO-8859-1", "UTF-16", "klingon", "EBCDIC-CP-DE"])
  func `What a document declares does not change how its UTF-8 is read`(name: String) throws {
    let text = "<?xml version=\"1.0\" encoding=\"\(name)\"?><a>é</a>"
    #expect(try made(of: text) == #"{"a":"é"}"#)
  }
}

/// Elements of which nobody can see whether they are one or many.
@Suite struct XMLListTests {
  @Test(arguments: [
    ("<r><o>1</o><o>2</o></r>", #"{"r":{"o":["1","2"]}}"#),
    ("<r><o>1</o></r>", #"{"r":{"o":["1"]}}"#), ("<r><o/></r>", #"{"r":{"o":[null]}}"#),
    ("<r/>", #"{"r":{"o":[]}}"#), ("<r> \n</r>", #"{"r":{"o":[]}}"#),
    ("<r n='0'/>", #"{"r":{"@n":"0","o":[]}}"#),
    ("<r n='0'> </r>", #"{"r":{"@n":"0","o":[]}}"#),
    ("<r><n>0</n></r>", #"{"r":{"n":"0"}}"#),
    ("<r>busy</r>", #"{"r":"busy"}"#), ("<r n='1'>busy</r>", ##"{"r":{"@n":"1","#text":"busy"}}"##),
    ("<r>busy<n/></r>", ##"{"r":{"n":null,"#text":"busy"}}"##),
    ("<r>one<o>1</o></r>", ##"{"r":{"o":["1"],"#text":"one"}}"##),
    ("<e/>", #"{"e":null}"#), ("<e><o>1</o></e>", #"{"e":{"o":"1"}}"#),
    ("<r><x><o>1</o></x></r>", #"{"r":{"x":{"o":"1"}}}"#),
  ])
  func `The element of the records is a list, if only in what it stands in`(
    xml: String, json: String
  ) throws {
    #expect(try made(of: xml, lists: ["/r/o"]) == json)
  }

  @Test func `Lists inside lists, and the outermost element as one`() throws {
    let lists = ["/r/g", "/r/g/o"]
    #expect(
      try made(of: "<r><g><o>1</o></g><g id='2'/></r>", lists: lists)
        == #"{"r":{"g":[{"o":["1"]},{"@id":"2","o":[]}]}}"#)
    #expect(try made(of: "<r><id>1</id></r>", lists: ["/r"]) == #"{"r":[{"id":"1"}]}"#)
    #expect(try made(of: "<e/>", lists: ["/r"]) == #"{"e":null}"#)
    #expect(try made(of: "<r/>", lists: ["/r/o", "/r/o", "/r/p"]) == #"{"r":{"o":[],"p":[]}}"#)
  }

  @Test(arguments: ["", "/r/@o", "/r/#text", "/r/\"", "/r/", "r", "/r/o~1\\"])
  func `A pointer to what is no element names no list`(pointer: String) throws {
    #expect(try made(of: "<r o='1'>t</r>", lists: [pointer]) == ##"{"r":{"@o":"1","#text":"t"}}"##)
    #expect(try made(of: "<r o='1'/>", lists: [pointer]) == #"{"r":{"@o":"1"}}"#)
  }
}

func made(of xml: String, lists: [String] = []) throws(XMLError) -> String {
  try made(of: Array(xml.utf8), lists: lists)
}

/// Also that it is JSON, without a member that stands twice.
func made(of xml: [UInt8], lists: [String] = []) throws(XMLError) -> String {
  let json = try XMLPage.json(of: ByteBuffer(xml), lists: lists)
  let problem = Result { () throws(JSONError) in try JSON(reading: json.bytes) }
  if case .failure(let error) = problem { Issue.record("\(error)") }
  return String(decoding: json.bytes, as: UTF8.self)
}

func utf16(_ text: String, isBig: Bool = false) -> [UInt8] {
  text.utf16.flatMap { (unit: UInt16) -> [UInt8] in
    isBig ? [UInt8(unit >> 8), UInt8(unit & 255)] : [UInt8(unit & 255), UInt8(unit >> 8)]
  }
}
