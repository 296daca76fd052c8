internal import PatchbayCore

/// A document while it is read, and then what it is as JSON. Its texts stand in one place, already
/// written as JSON: a large page has many small ones.
struct XMLTree {
  /// Numbers of nodes and names; -1 is none.
  typealias Number = Int32

  struct Node {
    enum Kind: UInt8 { case element, attribute, text }
    let kind: Kind
    /// Always in a list.
    var isListed = false
    /// An element before it has the same name, and leads to it.
    var isFollower = false
    let name: Number
    var first: Number = -1
    var next: Number = -1
    /// The next one of the same name.
    var same: Number = -1
    var start: UInt32
    var end: UInt32
  }

  /// An element that is not closed yet.
  struct Open {
    let node: Number
    var last: Number = -1
    var hasElements = false
    /// A text of its own that is more than space.
    var hasWords = false
    /// Where the text at hand begins.
    var start: Int
    var isBlank = true
    /// The lists on whose way it is.
    var lists: UInt32
  }

  private(set) var fault: XMLError.Reason?
  var nodes: [Node] = []
  var names: [[UInt8]] = []
  var texts: [UInt8] = []
  /// The lists that are empty, by the element in which they would be.
  var emptyLists: [Number: UInt32] = [:]
  let lists: [[[UInt8]]]
  private let nodeLimit: Int
  private var numbers: [[UInt8]: Number] = [:]
  private var stack: [Open] = []
  /// For each name the element that last had one of it, and that one.
  private var latest: [(parent: Number, node: Number)] = []

  init(lists: [String], nodeLimit: Int, roomFor size: Int) {
    self.nodeLimit = nodeLimit
    // Each plan has two at the most, and there are eight plans at the most.
    self.lists = lists.prefix(32).map { pointer in
      pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
        Array($0.replacing("~1", with: "/").replacing("~0", with: "~").utf8)
      }
    }.filter { !$0.isEmpty && $0.allSatisfy(Self.mayNameElement) }
    texts.reserveCapacity(size)
  }

  // MARK: Reading

  mutating func number(of name: [UInt8]) -> Number {
    if let number = numbers[name] { return number }
    if names.count >= XMLPage.nameLimit || name.count > XMLPage.nameBytesLimit { fault = .size }
    let number = Number(names.count)
    numbers[name] = number
    names.append(name)
    latest.append((-1, -1))
    return number
  }

  mutating func open(_ name: Number) {
    if stack.count >= XMLPage.depthLimit { fault = .depth }
    endText()
    let depth = stack.count
    var on = stack.last?.lists ?? UInt32((UInt64(1) << lists.count) - 1)
    var isListed = false
    for index in lists.indices where on & (1 << index) != 0 {
      if depth < lists[index].count, lists[index][depth] == names[Int(name)] {
        isListed = isListed || depth + 1 == lists[index].count
      } else {
        on &= ~(1 << index)
      }
    }
    var node = Node(
      kind: .element, name: name, start: UInt32(texts.count), end: UInt32(texts.count))
    node.isListed = isListed
    add(node)
    if depth > 0 { stack[depth - 1].hasElements = true }
    stack.append(Open(node: Number(nodes.count - 1), start: texts.count, lists: on))
  }

  /// Unsafe: the value is borrowed.
  mutating func add(attribute name: Number, _ value: UnsafeBufferPointer<UInt8>) {
    let start = UInt32(texts.count)
    unsafe write(value, isAttribute: true)
    add(Node(kind: .attribute, name: name, start: start, end: UInt32(texts.count)))
    if let last = stack.indices.last { stack[last].start = texts.count }
  }

  /// Unsafe: the text is borrowed.
  mutating func add(text: UnsafeBufferPointer<UInt8>) {
    guard let last = stack.indices.last else { return }
    if stack[last].isBlank, unsafe !text.allSatisfy(Self.isSpace) { stack[last].isBlank = false }
    unsafe write(text, isAttribute: false)
  }

  mutating func close() {
    guard let open = stack.last else { return }
    let node = Int(open.node)
    if open.hasElements {
      endText()
    } else {
      nodes[node].start = UInt32(open.start)
      nodes[node].end = UInt32(texts.count)
    }
    let hasWords = stack.removeLast().hasWords || !(open.hasElements || open.isBlank)
    groupElements(of: node)
    if !open.hasElements { noteEmptyLists(of: open, hasWords: hasWords) }
    if let last = stack.indices.last {
      stack[last].start = texts.count
      stack[last].isBlank = true
    }
  }

  /// Whether an element could be called so; what could not is no list, and is never found.
  private static func mayNameElement(_ name: [UInt8]) -> Bool {
    guard let first = name.first, first != UInt8(ascii: "@"), first != UInt8(ascii: "#") else {
      return false
    }
    return name.allSatisfy {
      $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") && $0 != 0x7F
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D
  }

  private mutating func add(_ node: Node) {
    if nodes.count >= nodeLimit { fault = .size }
    let number = Number(nodes.count)
    nodes.append(node)
    guard let last = stack.indices.last else { return }
    if stack[last].last < 0 {
      nodes[Int(stack[last].node)].first = number
    } else {
      nodes[Int(stack[last].last)].next = number
    }
    stack[last].last = number
  }

  /// Text beside elements becomes a node, unless it is only the space between them.
  private mutating func endText() {
    guard let open = stack.last, open.start < texts.count else { return }
    if open.isBlank {
      texts.removeSubrange(open.start...)
    } else {
      add(
        Node(kind: .text, name: -1, start: UInt32(open.start), end: UInt32(texts.count)))
      stack[stack.count - 1].hasWords = true
    }
    stack[stack.count - 1].start = texts.count
    stack[stack.count - 1].isBlank = true
  }

  /// Unsafe: the text is borrowed.
  private mutating func write(_ text: UnsafeBufferPointer<UInt8>, isAttribute: Bool) {
    var from = text.startIndex
    var at = from
    func escape(_ byte: UInt8) -> String? {
      switch byte {
      case UInt8(ascii: "\""): "\\\""
      case UInt8(ascii: "\\"): "\\\\"
      case 0x0A: "\\n"
      case 0x0D: "\\r"
      case 0x09: "\\t"
      case 0..<0x20: "\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      default: nil
      }
    }
    while at < text.endIndex {
      let byte = unsafe text[at]
      if isAttribute && byte == UInt8(ascii: "&") {
        // libxml2 writes every one of them so; see its shim.
        unsafe texts += text[from...at]
        let isWhole = unsafe text[at...].starts(with: "&#38;".utf8)
        at += isWhole ? 5 : 1
        from = at
        continue
      }
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\"),
        let escaped = escape(byte)
      {
        unsafe texts += text[from..<at]
        texts += escaped.utf8
        from = at + 1
      }
      at += 1
    }
    unsafe texts += text[from...]
    if texts.count > CutPage.madeLimit { fault = .size }
  }

  // MARK: An element is whole

  private mutating func groupElements(of parent: Int) {
    var child = nodes[parent].first
    while child >= 0 {
      let node = nodes[Int(child)]
      if node.kind == .element {
        let before = latest[Int(node.name)]
        if before.parent == Number(parent) {
          nodes[Int(before.node)].same = child
          nodes[Int(child)].isFollower = true
        }
        latest[Int(node.name)] = (Number(parent), child)
      }
      child = node.next
    }
  }

  /// An element with a text of its own says something else than that a list is empty.
  private mutating func noteEmptyLists(of open: Open, hasWords: Bool) {
    guard open.lists != 0, !hasWords else { return }
    let depth = stack.count + 1
    for index in lists.indices
    where open.lists & (1 << index) != 0 && lists[index].count == depth + 1 {
      let name = lists[index][depth]
      if let number = numbers[name], latest[Int(number)].parent == open.node { continue }
      emptyLists[open.node, default: 0] |= 1 << index
    }
  }
}
