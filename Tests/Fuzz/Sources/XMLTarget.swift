import PatchbayCore
import PatchbayJSON
import PatchbayXML

extension FuzzTarget {
  /// Pointers to lists (the first line, with spaces between them) and a document. What is made of
  /// it is JSON; written as XML it is made again.
  static let xml = FuzzTarget(
    name: "xml", seeds: xmlSeeds,
    words: [
      "<a>", "</a>", "<a/>", "<b c=\"", "\">", "='", "&lt;", "&amp;", "&#38;", "&#x41;", "&x;",
      "<![CDATA[",
      "]]>", "<!--", "-->", "<?p ", "?>", "<?xml version=\"1.0\" encoding=\"", "ISO-8859-1",
      "UTF-16",
      "<!DOCTYPE a [", "<!ENTITY x SYSTEM \"", "<!ATTLIST a b CDATA \"c\">", "]>", "xmlns:n=\"u\"",
      "xml:lang", "n:", "/a/b ", "/a/b/c\n", "\u{FEFF}",
    ], run: checkXML)
}

@Sendable private func xmlSeeds() -> [[UInt8]] {
  let texts = [
    "/a/b\n<a><b>1</b><b c='2'>3<d/></b></a>", "/a/b /a/b/c\n<a><b/><b><c/></b></a>", "/a\n<a/>",
    "\n<?xml version='1.0' encoding='UTF-8'?><!-- c --><a x='&lt;&#10;'>é<![CDATA[<&]]>&amp;</a>",
    "\n<n:a xmlns:n='u' n:b='1'><n:c/> text <n:c/>\n</n:a>",
    "\n<!DOCTYPE a [<!ENTITY x \"y\"><!ENTITY z \"&x;&x;&x;\">]><a>&z;</a>",
    "\n<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
    "/r/o\n<r>" + String(repeating: "<o>", count: 70),
  ]
  let latin = "\n<?xml version='1.0' encoding='ISO-8859-1'?><a b='é'>é</a>"
  let wide = "\u{FEFF}<a>é</a>".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
  return texts.map { Array($0.utf8) } + [
    latin.unicodeScalars.map { UInt8($0.value) }, [0x0A] + wide,
  ]
}

private func checkXML(_ bytes: [UInt8]) {
  guard let end = bytes.firstIndex(of: 0x0A),
    let line = String(validating: bytes[..<end], as: UTF8.self)
  else { return }
  let document = Array(bytes[(end + 1)...])
  let lists = line.split(separator: " ").prefix(16).map(String.init)
  let encoding = XMLPage.encoding(of: ByteBuffer(document))
  expect(encoding?.isEmpty != true, "a character set has no name")
  guard let plain = json(of: document) else {
    return expect(json(of: document, lists) == nil, "lists make a page usable")
  }
  guard let listed = json(of: document, lists) else {
    return expect(false, "lists make a page unusable")
  }
  for pointer in lists {
    guard let found = listed.at(pointer), !pointer.contains("@"), !pointer.contains("#"),
      !hasIndex(pointer)
    else { continue }
    expect(pointer.isEmpty || found.array != nil, "“\(pointer)” leads to no list: \(listed.text)")
  }
  guard let (name, value) = plain.object?.members.first.map({ ($0.name, $0.value) }) else {
    return expect(false, "a page has no outermost element")
  }
  let again = json(of: Array(xml(name, value).utf8))
  expect(again == plain, "it is another when it is written: \(plain.text)")
}

/// `nil` where it is no usable page, and that is told of.
private func json(of document: [UInt8], _ lists: [String] = []) -> JSON? {
  do throws(XMLError) {
    let made = try XMLPage.json(of: ByteBuffer(document), lists: lists).bytes
    expect(StrictJSON.accepts(made), "a page becomes no JSON")
    guard let json = try? JSON(reading: made) else {
      expect(false, "a member stands twice")
      return nil
    }
    expect(json.object?.members.count == 1, "a page has several outermost elements")
    return json
  } catch {
    expect(!error.text.isEmpty, "a page is refused without a word")
    expect(!error.text.contains { $0.isNewline }, "a problem has several lines")
    return nil
  }
}

/// A number in a pointer leads into a list that two elements made.
private func hasIndex(_ pointer: String) -> Bool {
  pointer.split(separator: "/").contains { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
}

private func xml(_ name: String, _ value: JSON) -> String {
  switch value {
  case .array(let elements): return elements.map { xml(name, $0) }.joined()
  case .object(let object):
    var (head, text, inner) = ("<" + name, "", "")
    for member in object.members {
      if member.name == "#text" {
        text = escaped(member.value)
      } else if member.name.hasPrefix("@") {
        head += " \(member.name.dropFirst())=\"\(escaped(member.value))\""
      } else {
        inner += xml(member.name, member.value)
      }
    }
    return "\(head)>\(text)\(inner)</\(name)>"
  default: return "<\(name)>\(escaped(value))</\(name)>"
  }
}

private func escaped(_ value: JSON) -> String {
  (value.string ?? "").unicodeScalars.reduce(into: "") { text, scalar in
    switch scalar {
    case "&", "<", ">", "\"", "\n", "\r", "\t": text += "&#\(scalar.value);"
    default: text.unicodeScalars.append(scalar)
    }
  }
}
