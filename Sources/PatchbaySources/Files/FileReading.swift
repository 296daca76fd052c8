internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON

/// Makes pages of one file, from its beginning to its end. What is wrong with the file as a whole
/// is thrown, and then nothing of it is stored.
///
/// @unchecked: it belongs to one reading, which one thread at a time uses.
final class FileReading: @unchecked Sendable {
  private let file: OpenFile
  private let plan: FilePlan
  private var table: DelimitedText?
  /// Text in UTF-8 that is no whole row yet.
  private var pending: [UInt8] = []
  /// Bytes that are not converted yet.
  private var raw: [UInt8] = []
  private var isAtEnd = false
  private var endsInBreak = true
  private var isLastDead = false
  /// Rows so far.
  private(set) var rows: Int64 = 0

  /// Lines that are no page yet, from here on.
  private var ready: [UInt8] = []
  private var readyFrom = 0

  private static let pieceBytes = 1 << 20
  private static let pageRows = 50_000
  static let fileLimit: Int64 = 2 << 30
  private static let rowLimit = 64 << 20
  private static let documentLimit = 256 << 20

  init(_ file: OpenFile, _ plan: FilePlan) {
    self.file = file
    self.plan = plan
    guard plan.format.isTable else { return }
    table = DelimitedText(
      plan.format == .tsv ? .tsv : .csv, keys: plan.isByRow ? [] : plan.extract.keys,
      separator: plan.separator)
  }

  /// The next page; `nil` at the end of the file, which is still what it was at its beginning.
  func next() throws(Failure) -> CutPage? {
    if file.entry.size == 0 { return nil }
    if file.entry.size > Self.fileLimit { throw broken("is larger than 2 GiB: divide it") }
    if plan.format == .json { return try document() }
    while readyFrom < ready.count || !isAtEnd || !pending.isEmpty {
      if readyFrom >= ready.count {
        try fill()
        (ready, readyFrom) = (try takeLines(), 0)
      }
      let lines = nextLines()
      if lines.isEmpty { continue }
      let page = CutPage(ByteBuffer(lines), plan: plan.extract)
      if let fault = page.fault { throw broken("cannot be read: \(fault)") }
      isLastDead = page.isLastDead
      return page
    }
    try checkEnd()
    return nil
  }

  /// So many lines as a page may have.
  private func nextLines() -> [UInt8] {
    var (end, count) = (readyFrom, 0)
    while end < ready.count && count < Self.pageRows {
      end = (ready[end...].firstIndex(of: 0x0A) ?? ready.count - 1) + 1
      count += 1
    }
    defer { readyFrom = end }
    return Array(ready[readyFrom..<end])
  }

  private func document() throws(Failure) -> CutPage? {
    if isAtEnd { return nil }
    isAtEnd = true
    guard file.entry.size <= Self.documentLimit else {
      throw broken("is a document of more than 256 MiB: write it as NDJSON, a record on a line")
    }
    var bytes: [UInt8] = []
    while true {
      let piece = try file.read(Self.pieceBytes)
      if piece.isEmpty || bytes.count > Self.documentLimit { break }
      bytes += piece
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    let page = CutPage(ByteBuffer(bytes), plan: plan.extract)
    switch page.fault?.reason {
    case nil: break
    case .missing, .type: throw broken("has no list of records at “\(plan.extract.records)”")
    case .size: throw broken("has more than 250,000 records: write it as NDJSON")
    default: throw broken("is no whole JSON document: \(page.fault.map { "\($0)" } ?? "")")
    }
    try checkEnd()
    return page
  }

  // MARK: Pieces

  private func fill() throws(Failure) {
    if isAtEnd { return }
    let piece = try file.read(Self.pieceBytes)
    isAtEnd = piece.isEmpty
    if let last = piece.last { endsInBreak = last == 0x0A }
    guard let encoding = plan.encoding else {
      pending += piece
      return try checkSize()
    }
    raw += piece
    let end = isAtEnd ? raw.count : (raw.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0)
    if end > 0 {
      guard let text = PageText.utf8(Array(raw[..<end]), from: encoding) else {
        throw broken("is not written in the character set \(encoding)")
      }
      pending += text
      raw.removeFirst(end)
    }
    try checkSize()
  }

  private func checkSize() throws(Failure) {
    if pending.count + raw.count > Self.rowLimit + Self.pieceBytes {
      throw broken("has a row of more than 64 MiB")
    }
  }

  /// Whole lines of what is there.
  private func takeLines() throws(Failure) -> [UInt8] {
    guard table != nil else {
      let end = isAtEnd ? pending.count : (pending.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0)
      var lines = Array(pending[..<end])
      pending.removeFirst(end)
      if rows == 0, lines.starts(with: [0xEF, 0xBB, 0xBF]) { lines.removeFirst(3) }
      return numbered(lines)
    }
    do throws(JSONError) {
      // Unsafe: the bytes are lent for the call.
      let isLast = isAtEnd
      let bytes = pending
      let result: Result<Int, JSONError> = unsafe bytes.withUnsafeBufferPointer { buffer in
        do throws(JSONError) {
          return .success(try unsafe table?.read(buffer, isLast: isLast) ?? 0)
        } catch { return .failure(error) }
      }
      pending.removeFirst(try result.get())
    } catch {
      throw broken(Self.reason(of: error, plan))
    }
    return numbered(table?.takeLines() ?? [])
  }

  private static func reason(of error: JSONError, _ plan: FilePlan) -> String {
    switch error.reason {
    case .missing, .type:
      let keys = plan.isByRow ? "" : ", \(plan.extract.keys.joined(separator: ", ")) among them"
      return "does not name each of its columns once in its first line\(keys)"
    case .size: return "has more than 10,000 columns, or a row that is too large"
    default: return "ends within a value in quotes: it is cut off, or a quote is missing"
    }
  }

  /// Lines with the file and the row in front, where these are the key.
  private func numbered(_ lines: [UInt8]) -> [UInt8] {
    var numbered: [UInt8] = []
    if plan.isByRow { numbered.reserveCapacity(lines.count * 5 / 4) }
    let file = JSON.string(self.file.entry.path).text
    for line in lines.split(separator: 0x0A) where line.contains(where: { $0 > 0x20 }) {
      rows += 1
      if !plan.isByRow { continue }
      guard let open = line.firstIndex(where: { $0 > 0x20 }), line[open] == UInt8(ascii: "{") else {
        numbered += line
        numbered.append(0x0A)
        continue
      }
      let rest = line[(open + 1)...]
      let isEmpty = rest.first { $0 > 0x20 } == UInt8(ascii: "}")
      let members = "{\"\(FilePlan.fileMember)\":\(file),\"\(FilePlan.rowMember)\":\(rows)"
      numbered += Array((members + (isEmpty ? "" : ",")).utf8)
      numbered += rest
      numbered.append(0x0A)
    }
    return plan.isByRow ? numbered : lines
  }

  // MARK: The end

  /// A file that is cut off, or that somebody wrote to meanwhile, is not whole.
  private func checkEnd() throws(Failure) {
    let isCut = table.map { !$0.isLastRowWhole } ?? isLastDead
    if isCut && !endsInBreak && plan.format != .json {
      throw broken("ends in the middle of a row")
    }
    if !file.isUnchanged { throw broken("was changed while it was read") }
  }

  private func broken(_ what: String) -> Failure {
    Failure(
      .data, "files.broken", "the file \(file.entry.path) \(what)",
      mend: "nothing of it was stored; it is read again once it has changed, or by the next run")
  }

  /// The columns that a table names in its first line.
  static func columns(of file: OpenFile, _ plan: FilePlan) throws(Failure) -> [String] {
    let reading = FileReading(file, plan)
    do throws(Failure) {
      _ = try reading.next()
    } catch  where error.code == "files.broken" {
      // The run tells of it.
      return []
    }
    return reading.table?.columns ?? []
  }
}
