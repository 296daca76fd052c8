internal import PatchbayCore

/// Cuts a body into frames, in whatever pieces it comes. Holds what has begun and has no end yet:
/// a line and the data of an event, each of ``BodyLimits/frameBytes`` at most.
struct FrameSplitter: Sendable {
  let format: FrameFormat
  private var line: [UInt8] = []
  private var isFirstLine = true
  /// The line ended with CR: an LF that follows belongs to it.
  private var skipsLineFeed = false
  // Of the event that has begun. The id and the time stay for those that follow.
  private var event: [UInt8] = []
  private var data: [UInt8]?
  private var id: [UInt8] = []
  private var retryMS: Int64?

  init(_ format: FrameFormat) { self.format = format }

  /// What is held, in bytes.
  var heldBytes: Int { line.count + event.count + id.count + (data?.count ?? 0) }

  /// Takes the next piece, and adds what it completes. Throws `egress.frame` for what is too large.
  // Unsafe: the piece is lent for the call.
  mutating func take(_ bytes: UnsafeRawBufferPointer, into batch: inout FrameBatch)
    throws(Failure)
  {
    if format == .bytes { return unsafe Self.take(whole: bytes, into: &batch) }
    var start = 0
    while start < bytes.count {
      if skipsLineFeed {
        skipsLineFeed = false
        if unsafe bytes[start] == lineFeed {
          start += 1
          continue
        }
      }
      var end = start
      while unsafe end < bytes.count && !isLineEnd(bytes[end]) { end += 1 }
      guard line.count + end - start <= BodyLimits.frameBytes else { throw Self.tooLarge }
      unsafe line.append(contentsOf: bytes[start..<end])
      if end == bytes.count { return }
      skipsLineFeed = unsafe bytes[end] == carriageReturn
      start = end + 1
      try takeLine(&batch)
    }
  }

  /// The body has come whole.
  mutating func finish(into batch: inout FrameBatch) {
    guard format == .ndjson else { return }
    dropByteOrderMark()
    addLine(&batch)
    line = []
  }

  private mutating func dropByteOrderMark() {
    if isFirstLine, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
    isFirstLine = false
  }

  private func isLineEnd(_ byte: UInt8) -> Bool {
    byte == lineFeed || (byte == carriageReturn && format == .sse)
  }

  private static func take(whole bytes: UnsafeRawBufferPointer, into batch: inout FrameBatch) {
    guard bytes.count > 0 else { return }
    if batch.frames.isEmpty { batch.frames.append(Frame(size: 0)) }
    batch.frames[batch.frames.count - 1].size += bytes.count
    unsafe batch.data.append(contentsOf: bytes)
  }

  private mutating func takeLine(_ batch: inout FrameBatch) throws(Failure) {
    defer { line.removeAll(keepingCapacity: true) }
    dropByteOrderMark()
    if format == .ndjson { return addLine(&batch) }
    guard !line.isEmpty else { return addEvent(&batch) }
    let colon = line.firstIndex(of: UInt8(ascii: ":"))
    let name = line[..<(colon ?? line.endIndex)]
    var value = colon.map { line[($0 + 1)...] } ?? []
    if value.first == UInt8(ascii: " ") { value.removeFirst() }
    if name.elementsEqual("data".utf8) {
      let separator: [UInt8] = data == nil ? [] : [lineFeed]
      guard (data?.count ?? 0) + separator.count + value.count <= BodyLimits.frameBytes else {
        throw Self.tooLarge
      }
      data = (data.take() ?? []) + separator + value
    } else if name.elementsEqual("event".utf8) {
      event = Array(value)
    } else if name.elementsEqual("id".utf8) {
      if !value.contains(0) { id = Array(value) }
    } else if name.elementsEqual("retry".utf8) {
      let isNumber = value.allSatisfy { (0x30...0x39).contains($0) }
      if isNumber { retryMS = Int64(String(decoding: value, as: UTF8.self)) ?? retryMS }
    }
  }

  private mutating func addEvent(_ batch: inout FrameBatch) {
    if let data {
      batch.frames.append(
        Frame(event: Self.text(event), id: Self.text(id), retryMS: retryMS, size: data.count))
      batch.data += data
    }
    (event, data) = ([], nil)
  }

  private func addLine(_ batch: inout FrameBatch) {
    var line = line[...]
    if line.last == carriageReturn { line.removeLast() }
    if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == carriageReturn }) { return }
    batch.frames.append(Frame(size: line.count))
    batch.data += line
  }

  private static func text(_ bytes: [UInt8]) -> String? {
    bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }

  private static let tooLarge = Failure(
    .data, "egress.frame",
    "an event or line of the answer is larger than \(BodyLimits.frameBytes) bytes",
    mend: "check that the answer is what was asked for")
}

private let lineFeed: UInt8 = 0x0A
private let carriageReturn: UInt8 = 0x0D
