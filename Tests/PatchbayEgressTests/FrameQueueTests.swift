import Loopback
import PatchbayCore
import Testing

@testable import PatchbayEgress

/// Answers that flow, past the line: what is kept of them, and when they are held back.
@Suite struct FrameQueueTests {
  private static let mostBytes =
    BodyLimits.waitingBytes + BodyLimits.readBytes + BodyLimits.frameBytes

  private func run(
    _ url: String, _ queue: FrameQueue, on loop: CurlLoop, silenceMS: Int64 = 3_600_000
  ) async -> Transfer.Result {
    await loop.run { completion in
      Transfer(
        method: "GET", url: url, headers: [], body: [],
        limits: .init(timeoutMS: 3_600_000, stallMS: 3_600_000), allowsPrivate: true,
        isIdempotent: true,
        flow: .init(queue: queue, statuses: [], silenceMS: silenceMS, url: nil),
        completion: completion)
    }
  }

  /// How the end of an answer is told to the client.
  enum Framing: String, CaseIterable, Sendable {
    case length, chunks, close

    func acts(_ piece: [UInt8], times: Int) -> [LoopbackServer.Act] {
      switch self {
      case .length:
        let head = [LoopbackServer.Act].head(200, ["Content-Length: \(piece.count * times)"])
        return [.send(head), .stream(piece, times: times)]
      case .chunks:
        let size = Array("\(String(piece.count, radix: 16))\r\n".utf8)
        let head = [LoopbackServer.Act].head(200, ["Transfer-Encoding: chunked"])
        return [
          .send(head), .stream(size + piece + [0x0D, 0x0A], times: times),
          .send(Array("0\r\n\r\n".utf8)),
        ]
      case .close:
        let head = [LoopbackServer.Act].head(200, ["Connection: close"])
        return [.send(head), .stream(piece, times: times), .close]
      }
    }
  }

  @Test(arguments: Framing.allCases)
  func `A vendor is held back while nobody takes, and loses nothing`(framing: Framing) async throws
  {
    let (piece, times) = (FakeBody.bytes(0..<65_536), 320)
    let server = try LoopbackServer { _ in framing.acts(piece, times: times) }
    defer { server.stop() }
    let loop = try CurlLoop()
    defer { loop.close() }
    let queue = FrameQueue(.bytes)
    async let running = run(server.url, queue, on: loop)
    await reached { queue.pauses > 0 }
    var size = 0
    var ends = 0
    while let batch = await queue.next() {
      #expect((batch.head?.status == 200) == (size == 0))
      let wanted = FakeBody.bytes(Int64(size % 65_536)..<Int64(size % 65_536 + batch.data.count))
      // A batch lies over the seam of two pieces, where the pattern begins anew.
      if size % 65_536 + batch.data.count <= 65_536 { #expect(batch.data == wanted) }
      #expect(batch.frames.map(\.size).reduce(0, +) == batch.data.count)
      size += batch.data.count
      if batch.isLast { ends += 1 }
    }
    let result = await running
    #expect(result.code == 0 && size == piece.count * times && ends == 1)
    #expect(result.body.isEmpty)
    #expect(queue.mostBytes <= Self.mostBytes, "\(queue.mostBytes) bytes were kept")
    #expect(queue.pauses > 1)
  }

  @Test func `Many small frames are held back by their number`() async throws {
    let lines = [UInt8](repeating: 0x0A, count: 2) + Array("1\n".utf8)
    let piece = [[UInt8]](repeating: lines, count: 4096).flatMap(\.self)
    let server = try LoopbackServer { _ in Framing.length.acts(piece, times: 8) }
    defer { server.stop() }
    let loop = try CurlLoop()
    defer { loop.close() }
    let queue = FrameQueue(.ndjson)
    async let running = run(server.url, queue, on: loop)
    await reached { queue.pauses > 0 }
    var (frames, most) = (0, 0)
    while let batch = await queue.next() {
      frames += batch.frames.count
      most = max(most, batch.frames.count)
    }
    #expect(await running.code == 0 && frames == 8 * 4096 && queue.frames == frames)
    // Those that one read completes come together.
    #expect(most < BodyLimits.waitingFrames + BodyLimits.readBytes)
  }

  /// Another one, silent and not held back, comes to its end meanwhile: so long was the first held.
  @Test func `Who is held back is not taken for silent`() async throws {
    let silenceMS: Int64 = 200
    let piece = FakeBody.bytes(0..<65_536)
    let server = try LoopbackServer { request in
      request.target == "/held"
        ? Framing.length.acts(piece, times: 100)
        : [.send([LoopbackServer.Act].head(200, ["Content-Length: 9"]) + [65]), .hang]
    }
    defer { server.stop() }
    let loop = try CurlLoop()
    defer { loop.close() }
    let (held, silent) = (FrameQueue(.bytes), FrameQueue(.bytes))
    async let running = run("\(server.url)/held", held, on: loop, silenceMS: silenceMS)
    await reached { held.pauses > 0 }
    let other = await run("\(server.url)/silent", silent, on: loop, silenceMS: silenceMS)
    #expect(other.code == 28 && other.wasSent)
    var size = 0
    while let batch = await held.next() { size += batch.data.count }
    #expect(await running.code == 0 && size == 6_553_600)
  }

  @Test func `Silence counts from the last byte, and not while it is held back`() {
    var stall = Stall(limitMS: 100, now: 1000)
    #expect(stall.leftMS(now: 1000) == 100 && stall.leftMS(now: 1099) == 1)
    #expect(stall.leftMS(now: 1100) == 0 && stall.leftMS(now: 9999) == 0)
    stall.note(now: 1050)
    #expect(stall.leftMS(now: 1100) == 50)
    stall.hold()
    #expect(stall.leftMS(now: 99_999) == nil)
    stall.goOn(now: 99_999)
    #expect(stall.leftMS(now: 100_000) == 99)
  }

  @Test func `A batch has a bound, whatever waits`() async throws {
    let queue = FrameQueue(.ndjson)
    let line = [UInt8](repeating: 0x31, count: BodyLimits.frameBytes / 2 - 1) + [0x0A]
    let whole = [UInt8](repeating: 0x32, count: BodyLimits.frameBytes) + [0x0A]
    // Unsafe: the bytes are lent for the call.
    let isTaken = try unsafe (line + line + line + whole).withUnsafeBytes {
      try unsafe queue.offer($0)
    }
    let isMoreTaken = try unsafe line.withUnsafeBytes { try unsafe queue.offer($0) }
    #expect(isTaken && !isMoreTaken && queue.pauses == 1)
    queue.begin(AnswerHead(status: 200, headers: [:]))
    queue.end(isWhole: true)
    var batches: [[Int]] = []
    while let batch = await queue.next() {
      batches.append(batch.frames.map(\.size))
      #expect(batch.isLast == (batches.count == 3))
    }
    let half = BodyLimits.frameBytes / 2 - 1
    #expect(batches == [[half, half], [half], [BodyLimits.frameBytes]])
  }

  @Test func `A gzip bomb is handed on bit by bit`() async throws {
    let size = 12 << 20
    let bomb = BodyTests.packed([UInt8](repeating: 0, count: size))
    let server = try LoopbackServer { _ in .answer(200, bomb, ["Content-Encoding: gzip"]) }
    defer { server.stop() }
    let loop = try CurlLoop()
    defer { loop.close() }
    let queue = FrameQueue(.bytes)
    async let running = run(server.url, queue, on: loop)
    await reached { queue.pauses > 0 }
    var seen = 0
    while let batch = await queue.next() { seen += batch.data.count }
    let result = await running
    #expect(result.code == 0 && seen == size && result.bytesIn == Int64(bomb.count))
    #expect(queue.mostBytes <= Self.mostBytes && queue.pauses > 1)
  }

  @Test func `Closing the loop ends who is held back`() async throws {
    let piece = FakeBody.bytes(0..<65_536)
    let server = try LoopbackServer { _ in Framing.length.acts(piece, times: 100) }
    defer { server.stop() }
    let loop = try CurlLoop()
    let queue = FrameQueue(.bytes)
    async let running = run(server.url, queue, on: loop)
    await reached { queue.pauses > 0 }
    loop.close()
    #expect(await running.code != 0)
    while let batch = await queue.next() { #expect(!batch.isLast) }
  }
}
