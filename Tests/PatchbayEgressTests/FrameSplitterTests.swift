import PatchbayCore
import Seeded
import Testing

@testable import PatchbayEgress

@Suite struct FrameSplitterTests {
  /// A frame with its bytes as text.
  struct Seen: Equatable {
    var event: String?
    var id: String?
    var retryMS: Int64?
    var data: String

    init(_ data: String, event: String? = nil, id: String? = nil, retryMS: Int64? = nil) {
      (self.data, self.event, self.id, self.retryMS) = (data, event, id, retryMS)
    }
  }

  static func seen(_ batch: FrameBatch) -> [Seen] {
    var rest = batch.data[...]
    let frames = batch.frames.map { frame in
      let data = rest.prefix(frame.size)
      rest = rest.dropFirst(frame.size)
      return Seen(
        String(decoding: data, as: UTF8.self), event: frame.event, id: frame.id,
        retryMS: frame.retryMS)
    }
    #expect(rest.isEmpty)
    return frames
  }

  /// What pieces come to.
  static func frames(_ format: FrameFormat, _ pieces: [ArraySlice<UInt8>]) throws -> [Seen] {
    var splitter = FrameSplitter(format)
    var batch = FrameBatch()
    for piece in pieces {
      // Unsafe: the piece is lent for the call.
      try unsafe piece.withUnsafeBytes { try unsafe splitter.take($0, into: &batch) }
    }
    splitter.finish(into: &batch)
    return seen(batch)
  }

  private static func frames(_ format: FrameFormat, _ text: String) throws -> [Seen] {
    try frames(format, [Array(text.utf8)[...]])
  }

  static let events: [(String, [Seen])] = [
    ("", []), ("\n\n\n", []), ("data: a\n\n", [Seen("a")]), ("data:a\n\n", [Seen("a")]),
    ("data:  a \n\n", [Seen(" a ")]), ("\u{FEFF}data: a\n\n", [Seen("a")]),
    ("\u{FEFF}\u{FEFF}data: a\n\ndata: b\n\n", [Seen("b")]),
    ("data: a\r\rdata: b\r\n\r\ndata: c\n\n", [Seen("a"), Seen("b"), Seen("c")]),
    ("data: a\r\n\ndata: b\r\r\n", [Seen("a"), Seen("b")]),
    ("data: a\ndata: b\ndata\ndata:\ndata: c\n\n", [Seen("a\nb\n\n\nc")]),
    ("data\n\ndata:\n\ndata: \n\n", [Seen(""), Seen(""), Seen("")]),
    ("event: x\ndata: 1\n\ndata: 2\n\n", [Seen("1", event: "x"), Seen("2")]),
    ("event: x\nevent: y\ndata: 1\n\n", [Seen("1", event: "y")]),
    ("event: x\n\ndata: 1\n\n", [Seen("1")]), ("event:\ndata: 1\n\n", [Seen("1")]),
    (": a comment\n:\n:data: x\ndata: 1\n\n", [Seen("1")]),
    (
      "id: 7\ndata: 1\n\ndata: 2\n\nid\ndata: 3\n\n",
      [Seen("1", id: "7"), Seen("2", id: "7"), Seen("3")]
    ),
    ("id: a\u{0}b\ndata: 1\n\n", [Seen("1")]), ("id: 7\n\ndata: 1\n\n", [Seen("1", id: "7")]),
    (
      "retry: 250\n\ndata: 1\n\nretry: x\nretry: -1\nretry: 1.5\nretry:\ndata: 2\n\n",
      [Seen("1", retryMS: 250), Seen("2", retryMS: 250)]
    ),
    ("retry: 99999999999999999999999\ndata: 1\n\n", [Seen("1")]),
    ("Data: a\n data: b\ndata : c\ndat: d\nunknown\nunknown: e\n\n", []),
    ("data: {\"a\":\"b: c\"}\n\n", [Seen("{\"a\":\"b: c\"}")]),
    ("data: a\n\ndata: b\n", [Seen("a")]), ("data: a\n\ndata: b", [Seen("a")]),
    ("data: a", []), ("data: é😀\nevent: ü\n\n", [Seen("é😀", event: "ü")]),
  ]

  static let lines: [(String, [Seen])] = [
    ("", []), ("\n", []), ("1", [Seen("1")]), ("1\n2\n", [Seen("1"), Seen("2")]),
    ("1\n2", [Seen("1"), Seen("2")]), ("1\r\n2\r\n", [Seen("1"), Seen("2")]),
    ("\n1\n\r\n \t\n2\n\n", [Seen("1"), Seen("2")]), (" 1 \n", [Seen(" 1 ")]),
    ("{\"a\":\"x\rdata: y\"}\n", [Seen("{\"a\":\"x\rdata: y\"}")]), ("1\n ", [Seen("1")]),
    ("\u{FEFF}1\n2", [Seen("1"), Seen("2")]), ("\u{FEFF}1", [Seen("1")]), ("\u{FEFF}", []),
  ]

  @Test(arguments: [FrameFormat.sse, .ndjson])
  func `Frames are the same wherever the reads end`(format: FrameFormat) throws {
    for (text, wanted) in format == .sse ? Self.events : Self.lines {
      let bytes = Array(text.utf8)
      #expect(try Self.frames(format, text) == wanted, "\(text.debugDescription)")
      for cut in 0...bytes.count {
        let seen = try Self.frames(format, [bytes[..<cut], bytes[cut...]])
        #expect(seen == wanted, "\(text.debugDescription) at \(cut)")
      }
      let single = try Self.frames(format, bytes.indices.map { bytes[$0...$0] })
      #expect(single == wanted, "\(text.debugDescription), byte by byte")
    }
  }

  @Test(arguments: seeds) func `Any events read back as they were written`(seed: UInt64) throws {
    var draw = Draw(seed)
    var text = ""
    var wanted: [Seen] = []
    let ends = ["\n", "\r", "\r\n"]
    for _ in 0..<(1 + draw.below(20)) {
      let end = draw.pick(ends)
      let rows = (0..<(1 + draw.below(4))).map { _ in
        String(repeating: draw.pick(["x", "é", ":", " ", "data: "]), count: draw.below(6))
      }
      let event = draw.below(3) == 0 ? "e\(draw.below(9))" : nil
      if draw.below(4) == 0 { text += ": comment\(end)" }
      if let event { text += "event: \(event)\(end)" }
      for row in rows { text += "data: \(row)\(end)" }
      text += end
      // A lone CR before an LF of the next event would be one end of a line.
      if end == "\r" { text += ":\n" }
      wanted.append(Seen(rows.joined(separator: "\n"), event: event))
    }
    let bytes = Array(text.utf8)
    var pieces: [ArraySlice<UInt8>] = []
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + 1 + draw.below(9))
      pieces.append(bytes[start..<end])
      start = end
    }
    #expect(try Self.frames(.sse, pieces) == wanted)
  }

  @Test func `Bytes are handed on as they come`() throws {
    let bytes = Array("\u{FEFF}a\r\n\n\u{0}".utf8)
    let seen = try Self.frames(.bytes, [bytes[..<2], [], bytes[2...]])
    #expect(seen == [Seen(String(decoding: bytes, as: UTF8.self))])
    #expect(try Self.frames(.bytes, []) == [])
  }

  private static let limit = BodyLimits.frameBytes

  /// Bodies whose frame, or what leads to it, is as large as may be, and one byte larger.
  private static let large: [(FrameFormat, @Sendable (Int) -> [UInt8])] = [
    (.ndjson, { [UInt8](repeating: 0x31, count: $0) + [0x0A] }),
    (.ndjson, { [UInt8](repeating: 0x31, count: $0) }),
    (.sse, { [0x3A] + [UInt8](repeating: 0x31, count: $0 - 1) + [0x0A] }),
    (
      .sse,
      { size in
        let half = Array("data:".utf8) + [UInt8](repeating: 0x31, count: size / 2) + [0x0A]
        let rest = [UInt8](repeating: 0x31, count: size - size / 2 - 1)
        return half + Array("data:".utf8) + rest + [0x0A, 0x0A]
      }
    ),
  ]

  @Test(arguments: large.indices)
  func `A frame has a bound, and is not held beyond it`(index: Int) throws {
    let (format, body) = Self.large[index]
    let fits = body(Self.limit)
    let seen = try Self.frames(format, [fits[...]])
    #expect(seen.map { $0.data.utf8.count } == (index == 2 ? [] : [Self.limit]))
    let failure = #expect(throws: Failure.self) {
      try Self.frames(format, [body(Self.limit + 1)[...]])
    }
    #expect(failure?.code == "egress.frame" && failure?.isRetryable == false)
  }
}
