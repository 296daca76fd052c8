internal import CXML
package import PatchbayCore

/// A page of XML as JSON.
///
/// An element with neither attributes nor elements in it is its text, or null without any. Every
/// other one is an object: attributes are its members `@name`, elements those of their own name as
/// it is written, several of one name a list in their order, and text beside them `#text`. The page
/// is an object with the outermost element as its one member.
package enum XMLPage {
  /// Levels of elements.
  package static let depthLimit = 64
  /// Elements, attributes, and texts beside elements.
  package static let nodeLimit = 5_000_000
  /// Of one element, declarations of namespaces among them.
  package static let attributeLimit = Int(XEV_MAX_ATTRIBUTES)
  /// Different names of elements and attributes.
  package static let nameLimit = 10_000
  package static let nameBytesLimit = 1_024

  /// The page is UTF-8 without a byte order mark, whatever it declares; see ``encoding(of:)``.
  ///
  /// `lists` are JSON Pointers to elements that become lists also where there is one of them. Where
  /// there is none, but the element around them is there and has no text of its own, the list is
  /// empty: XML has no other way to say it.
  package static func json(
    of page: ByteBuffer, lists: [String] = [], nodeLimit: Int = Self.nodeLimit
  ) throws(XMLError) -> ByteBuffer {
    var reader = Reader(tree: XMLTree(lists: lists, nodeLimit: nodeLimit, roomFor: page.count))
    var line: Int32 = 0
    var message = [CChar](repeating: 0, count: Int(XEV_MESSAGE))
    // Unsafe: page, reader and message are borrowed for the call.
    let code = unsafe page.withBytes { bytes in
      unsafe withUnsafeMutablePointer(to: &reader) { reader in
        unsafe xev_read(
          bytes.baseAddress, UInt64(bytes.count), receive, reader, &line, &message)
      }
    }
    func error(_ reason: XMLError.Reason) -> XMLError {
      XMLError(reason: reason, line: Int(line), text: text(of: reason))
    }
    if let reason = reader.tree.fault { throw error(reason) }
    switch Int(code) {
    case XEV_OK: break
    case XEV_DOCTYPE: throw error(.doctype)
    case XEV_ATTRIBUTES: throw error(.size)
    default:
      let text = String(
        decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw XMLError(
        reason: Int(code) == XEV_MEMORY ? .size : .syntax, line: Int(line),
        text: String(text.prefix(200)))
    }
    guard let json = reader.tree.json() else { throw error(.size) }
    return ByteBuffer(json)
  }

  private static func text(of reason: XMLError.Reason) -> String {
    switch reason {
    case .syntax: "it is not well-formed"
    case .doctype: "it has a document type (<!DOCTYPE …>), which is not read here"
    case .depth: "its elements are nested deeper than \(depthLimit) levels"
    case .size:
      "it has more than \(nodeLimit) elements and attributes, \(attributeLimit) attributes of one "
        + "element, \(nameLimit) different names, a name of more than \(nameBytesLimit) bytes, or "
        + "256 MiB as JSON"
    }
  }
}

/// What libxml2's events go to.
private struct Reader {
  var tree: XMLTree
  /// Where libxml2 keeps a name, so that most names need not be compared.
  private var known: [Place: Int32] = [:]

  struct Place: Hashable {
    let name: UInt
    let isAttribute: Bool
  }

  init(tree: XMLTree) { self.tree = tree }

  /// Unsafe: what is lent for the event is copied. Returns whether there may be more.
  mutating func receive(
    _ event: UInt32, _ name: UnsafePointer<CChar>?, _ text: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    switch Int(event) {
    case XEV_OPEN: unsafe tree.open(number(name, isAttribute: false))
    case XEV_ATTRIBUTE: unsafe tree.add(attribute: number(name, isAttribute: true), text)
    case XEV_TEXT: unsafe tree.add(text: text)
    default: tree.close()
    }
    return tree.fault == nil
  }

  private mutating func number(_ name: UnsafePointer<CChar>?, isAttribute: Bool) -> Int32 {
    let place = Place(name: UInt(bitPattern: name), isAttribute: isAttribute)
    if let number = known[place] { return number }
    var written: [UInt8] = isAttribute ? [UInt8(ascii: "@")] : []
    if let name = unsafe name { unsafe written += String(cString: name).utf8 }
    let number = tree.number(of: written)
    known[place] = number
    return number
  }
}

// Unsafe: libxml2's texts are borrowed for the event, and copied within it.
private let receive: xev_visit = { context, event, name, text, size in
  guard let reader = unsafe context?.assumingMemoryBound(to: Reader.self) else { return 1 }
  let bytes = unsafe UnsafeRawBufferPointer(start: text, count: Int(size))
    .bindMemory(to: UInt8.self)
  return unsafe reader.pointee.receive(event, name, bytes) ? 0 : 1
}
