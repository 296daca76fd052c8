internal import CSimdJSON
internal import PatchbayJSON

/// A table in text: CSV as RFC 4180 has it, or TSV as IANA registers it, where nothing is quoted.
/// The first line names the columns. Rows become lines of JSON, all of their values text.
///
/// A table may come in pieces: ``read(_:isLast:)`` takes the whole rows that are there.
package struct DelimitedText: Sendable {
  private let separator: UInt8
  private let isQuoted: Bool
  private let keys: [String]
  private var names: [[UInt8]] = []
  private var fields: [[UInt8]] = []
  private var lines: [UInt8] = []
  private var hasBegun = false
  /// The names of the columns, once the first line was read.
  package private(set) var columns: [String] = []
  /// Whether the last row that was read had as many fields as there are columns.
  package private(set) var isLastRowWhole = true

  /// A name is written once for each row: a short table could swell without end.
  private static let columnLimit = 10_000
  private static let sizeLimit = Int(PSJ_MAX_MADE)

  /// `separator` is one that the format does not have by itself.
  package init(_ format: ExtractPlan.Format, keys: [String], separator: UInt8? = nil) {
    self.separator = separator ?? UInt8(ascii: format == .tsv ? "\t" : ",")
    self.keys = keys
    isQuoted = format == .csv
  }

  /// The rows as NDJSON. One with more or fewer fields than there are columns becomes a line that
  /// is no object: its record is dead, and kept.
  static func lines(
    of body: ByteBuffer, _ plan: ExtractPlan
  ) throws(JSONError) -> ByteBuffer {
    var text = DelimitedText(plan.format, keys: plan.keys)
    text.lines.reserveCapacity(body.count * 2)
    // Unsafe: borrowed for the call.
    let fault: JSONError? = unsafe body.withBytes { bytes in
      do throws(JSONError) {
        _ = unsafe try text.read(bytes, isLast: true)
      } catch { return error }
      return nil
    }
    if let fault { throw fault }
    return ByteBuffer(text.lines)
  }

  /// Reads the whole rows that begin a piece of the table, and returns how many bytes they take.
  /// The rest comes again at the beginning of the next piece. Faults are counted from the piece's
  /// beginning. Unsafe: the bytes are borrowed for the call.
  package mutating func read(
    _ bytes: UnsafeBufferPointer<UInt8>, isLast: Bool
  ) throws(JSONError) -> Int {
    var at = 0
    if !hasBegun, unsafe bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    while at < bytes.count {
      let start = at
      guard unsafe try readRow(bytes, &at, isLast: isLast) else { return start }
      hasBegun = true
      unsafe try endRow(raw: bytes[start..<at], at: start)
    }
    if isLast && names.isEmpty { throw JSONError(reason: .missing, offset: 0) }
    return at
  }

  /// Hands over the lines that were read since the last time.
  package mutating func takeLines() -> [UInt8] {
    defer { lines = [] }
    return lines
  }

  /// Leaves `at` behind the row's line break; `false` where the row goes on in the next piece.
  /// Unsafe: the bytes are borrowed.
  private mutating func readRow(
    _ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int, isLast: Bool
  ) throws(JSONError) -> Bool {
    fields.removeAll(keepingCapacity: true)
    while true {
      var field: [UInt8] = []
      if isQuoted, at < bytes.count, unsafe bytes[at] == UInt8(ascii: "\"") {
        guard unsafe try readQuoted(bytes, &at, &field, isLast: isLast) else { return false }
      }
      let start = at
      while at < bytes.count {
        let byte = unsafe bytes[at]
        if byte == separator || byte == 0x0A { break }
        at += 1
      }
      if at >= bytes.count && !isLast { return false }
      unsafe field += bytes[start..<at]
      let isEnd = unsafe at >= bytes.count || bytes[at] == 0x0A
      if isEnd && at > start && field.last == 0x0D { field.removeLast() }
      fields.append(field)
      if fields.count > Self.columnLimit { throw JSONError(reason: .size, offset: start) }
      at += 1
      if isEnd {
        at = min(at, bytes.count)
        return true
      }
    }
  }

  /// Unsafe: the bytes are borrowed.
  private func readQuoted(
    _ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int, _ field: inout [UInt8], isLast: Bool
  ) throws(JSONError) -> Bool {
    let open = at
    at += 1
    while at < bytes.count {
      let byte = unsafe bytes[at]
      at += 1
      if byte == UInt8(ascii: "\"") {
        // Whether a second one follows is not known at the end of a piece.
        if at >= bytes.count && !isLast { return false }
        guard at < bytes.count, unsafe bytes[at] == byte else { return true }
        at += 1
      }
      field.append(byte)
    }
    if !isLast { return false }
    // The table ends within a value: it was cut off.
    throw JSONError(reason: .syntax, offset: open)
  }

  private mutating func endRow(
    raw: Slice<UnsafeBufferPointer<UInt8>>, at start: Int
  ) throws(JSONError) {
    if fields.count == 1 && fields[0].isEmpty { return }
    if names.isEmpty { return try readNames(at: start) }
    isLastRowWhole = fields.count == names.count
    guard isLastRowWhole else {
      var line = unsafe raw
      while let last = unsafe line.last, last == 0x0A || last == 0x0D { unsafe line.removeLast() }
      unsafe lines.append(quoted: line)
      return lines.append(0x0A)
    }
    for index in names.indices {
      lines.append(UInt8(ascii: index == 0 ? "{" : ","))
      lines += names[index]
      lines.append(quoted: fields[index])
    }
    lines += [UInt8(ascii: "}"), 0x0A]
    if lines.count > Self.sizeLimit { throw JSONError(reason: .size, offset: start) }
  }

  /// The header: each name once, and those among them that the key is made of.
  private mutating func readNames(at start: Int) throws(JSONError) {
    if Set(fields).count != fields.count { throw JSONError(reason: .type, offset: start) }
    let pointers = Set(fields.map { "/" + Shape.escaped(String(decoding: $0, as: UTF8.self)) })
    guard keys.allSatisfy(pointers.contains) else {
      throw JSONError(reason: .missing, offset: start)
    }
    columns = fields.map { String(decoding: $0, as: UTF8.self) }
    for field in fields {
      lines.append(quoted: field)
      lines.append(UInt8(ascii: ":"))
      names.append(lines)
      lines.removeAll(keepingCapacity: true)
    }
  }
}
