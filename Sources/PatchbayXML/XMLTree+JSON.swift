internal import PatchbayCore

extension XMLTree {
  /// The whole document; `nil` where it would be too large.
  consuming func json() -> [UInt8]? {
    guard let root = nodes.first else { return nil }
    var writer = JSONWriter(tree: self)
    writer.out.reserveCapacity(writer.tree.texts.count * 2)
    writer.out.append(UInt8(ascii: "{"))
    writer.write(name: root.name)
    writer.writeGroup(of: 0)
    writer.out.append(UInt8(ascii: "}"))
    return writer.isTooLarge ? nil : writer.out
  }
}

private struct JSONWriter {
  let tree: XMLTree
  var out: [UInt8] = []
  private(set) var isTooLarge = false

  init(tree: XMLTree) { self.tree = tree }

  /// What can be in a name of XML needs no escape in JSON.
  mutating func write(name: XMLTree.Number) {
    write(name: tree.names[Int(name)])
  }

  private mutating func write(name: [UInt8]) {
    out.append(UInt8(ascii: "\""))
    out += name
    out.append(UInt8(ascii: "\""))
    out.append(UInt8(ascii: ":"))
  }

  /// An element, with those of its name that follow it.
  mutating func writeGroup(of first: XMLTree.Number) {
    let node = tree.nodes[Int(first)]
    guard node.isListed || node.same >= 0 else { return write(first) }
    out.append(UInt8(ascii: "["))
    var at = first
    while at >= 0 && !isTooLarge {
      if at != first { out.append(UInt8(ascii: ",")) }
      write(at)
      at = tree.nodes[Int(at)].same
    }
    out.append(UInt8(ascii: "]"))
  }

  private mutating func write(_ number: XMLTree.Number) {
    if out.count > CutPage.madeLimit { isTooLarge = true }
    if isTooLarge { return }
    let node = tree.nodes[Int(number)]
    let empty = tree.emptyLists.isEmpty ? 0 : tree.emptyLists[number] ?? 0
    if node.first < 0 && empty == 0 {
      if node.kind == .element && node.start == node.end {
        out += "null".utf8
      } else {
        out.append(UInt8(ascii: "\""))
        writeText(node)
        out.append(UInt8(ascii: "\""))
      }
      return
    }
    writeObject(node, empty)
  }

  private mutating func writeText(_ node: XMLTree.Node) {
    out += tree.texts[Int(node.start)..<Int(node.end)]
  }

  private mutating func writeObject(_ node: XMLTree.Node, _ empty: UInt32) {
    out.append(UInt8(ascii: "{"))
    let start = out.count
    var hasText = node.start < node.end && empty == 0
    var child = node.first
    while child >= 0 && !isTooLarge {
      let inner = tree.nodes[Int(child)]
      if inner.kind == .text {
        hasText = true
      } else if !inner.isFollower {
        separate(from: start)
        write(name: inner.name)
        writeGroup(of: child)
      }
      child = inner.next
    }
    if hasText {
      separate(from: start)
      writeText(in: node)
    }
    var written: [[UInt8]] = []
    for index in tree.lists.indices where empty & (1 << index) != 0 {
      guard let name = tree.lists[index].last, !written.contains(name) else { continue }
      written.append(name)
      separate(from: start)
      write(name: name)
      out += "[]".utf8
    }
    out.append(UInt8(ascii: "}"))
  }

  private mutating func separate(from start: Int) {
    if out.count > start { out.append(UInt8(ascii: ",")) }
  }

  /// All of an element's own text as one.
  private mutating func writeText(in node: XMLTree.Node) {
    write(name: Array("#text".utf8))
    out.append(UInt8(ascii: "\""))
    writeText(node)
    var child = node.first
    while child >= 0 {
      let inner = tree.nodes[Int(child)]
      if inner.kind == .text { writeText(inner) }
      child = inner.next
    }
    out.append(UInt8(ascii: "\""))
  }
}
