import PatchbayCore
import PatchbaySDK

@testable import PatchbayEgress

extension FuzzTarget {
  /// The first byte says how a body is cut into frames, and after how many bytes each read ends.
  /// Where reads end makes no difference, and nothing is lost or invented.
  static let frame = FuzzTarget(
    name: "frame",
    seeds: {
      [
        "\u{0}data: a\n\ndata: b\r\n\r\n", "\u{3}event: x\nid: 7\nretry: 250\ndata: 1\ndata: 2\n\n",
        "\u{6}\u{FEFF}: comment\rdata\r\rid: a\u{0}b\rdata: é",
        "\u{1}{\"a\":1}\n\n \t\n{\"b\":2}\r\n3",
        "\u{2}any\r\nbytes\u{0}",
      ].map { Array($0.utf8) }
    },
    words: [
      "data:", "data: ", "event: ", "id: ", "retry: ", "retry: 99999999999999999999", ":", "\n\n",
      "\r\r", "\r\n\r\n", "\r\n\n", "\u{FEFF}", "{}\n",
    ], run: checkFrames)
}

private func checkFrames(_ bytes: [UInt8]) {
  guard let choice = bytes.first.map({ Int($0) }) else { return }
  let formats = FrameFormat.allCases
  let format = formats[choice % formats.count]
  let body = bytes.dropFirst()
  let whole = batch(format, body, step: max(1, body.count))
  expect(batch(format, body, step: 1 + choice / formats.count) == whole, "a read's end matters")
  let sizes = whole.frames.map(\.size)
  expect(sizes.reduce(0, +) == whole.data.count, "sizes do not add up")
  expect(sizes.allSatisfy { $0 <= BodyLimits.frameBytes }, "a frame is too large")
  switch format {
  case .bytes: expect(whole.data == Array(body), "bytes are others than came")
  case .ndjson:
    expect(!whole.data.contains(0x0A), "a line has several")
    let hasMark = body.starts(with: [0xEF, 0xBB, 0xBF])
    let lines = body.dropFirst(hasMark ? 3 : 0).split(separator: 0x0A).filter { line in
      !line.allSatisfy { [0x20, 0x09, 0x0D].contains($0) }
    }
    expect(whole.frames.count == lines.count, "lines are missing")
  case .sse:
    expect(!whole.data.contains(0x0D), "an end of a line is left")
    for frame in whole.frames {
      let texts = [frame.event, frame.id].compactMap(\.self)
      expect(texts.allSatisfy { !$0.isEmpty && !$0.utf8.contains(0x0A) }, "a name goes on")
      expect((frame.retryMS ?? 0) >= 0, "a negative time")
      expect(frame.id?.utf8.contains(0) != true, "an id has a NUL")
    }
  }
}

private func batch(_ format: FrameFormat, _ body: ArraySlice<UInt8>, step: Int) -> FrameBatch {
  var splitter = FrameSplitter(format)
  var batch = FrameBatch()
  var rest = body
  while !rest.isEmpty {
    let piece = rest.prefix(step)
    rest = rest.dropFirst(step)
    do {
      // Unsafe: the piece is lent for the call.
      try unsafe Array(piece).withUnsafeBytes { try unsafe splitter.take($0, into: &batch) }
    } catch {
      // A fuzzer's inputs are far smaller.
      expect(false, "a frame of \(body.count) bytes is refused")
    }
  }
  splitter.finish(into: &batch)
  return batch
}
