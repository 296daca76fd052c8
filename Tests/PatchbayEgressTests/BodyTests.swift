import Loopback
import CZlib
import PatchbayCore
import PatchbayJSON
import Testing

@testable import PatchbayEgress

@Suite struct BodyTests {
  /// gzip (31) or zlib (15) of so many equal bytes.
  // Unsafe: zlib works on buffers that live for the call.
  static func packed(_ input: [UInt8], windowBits: Int32 = 31) -> [UInt8] {
    var input = input
    var stream = unsafe z_stream()
    unsafe deflateInit2_(
      &stream, 9, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      CInt(MemoryLayout<z_stream>.size))
    defer { unsafe deflateEnd(&stream) }
    var output = [UInt8](repeating: 0, count: input.count + 1024)
    let left = unsafe input.withUnsafeMutableBufferPointer { source in
      unsafe output.withUnsafeMutableBufferPointer { target in
        unsafe stream.next_in = source.baseAddress
        unsafe stream.avail_in = UInt32(source.count)
        unsafe stream.next_out = target.baseAddress
        unsafe stream.avail_out = UInt32(target.count)
        unsafe deflate(&stream, Z_FINISH)
        return unsafe Int(stream.avail_out)
      }
    }
    return Array(output.prefix(output.count - left))
  }

  @Test(arguments: [("gzip", 31), ("deflate", 15)] as [(String, Int32)])
  func `A compressed answer is unpacked, and counted as it came`(encoding: String, bits: Int32)
    async throws
  {
    let text = String(repeating: "the same again, ", count: 5000)
    let small = Self.packed(Array(text.utf8), windowBits: bits)
    let post = try Outpost { _ in .answer(200, small, ["Content-Encoding: \(encoding)"]) }
    let line = try post.line()
    #expect(try await line.text(post.request()) == text)
    #expect(line.traffic.bytesIn == Int64(small.count))
    #expect(post.server.requests[0].headers["accept-encoding"]?.contains("gzip") == true)
  }

  /// One attempt past the line, with limits of the test's own.
  private func result(_ post: Outpost, limits: Transfer.Limits) async throws -> Transfer.Result {
    let loop = try CurlLoop()
    defer { loop.close() }
    return await withCheckedContinuation { continuation in
      loop.start(
        Transfer(
          method: "GET", url: post.server.url, headers: [], body: [], limits: limits,
          allowsPrivate: true, isIdempotent: true
        ) { continuation.resume(returning: $0) })
    }
  }

  @Test func `A gzip bomb stops at the ceiling`() async throws {
    let bomb = Self.packed([UInt8](repeating: 0, count: 64 << 20))
    #expect(bomb.count < 100_000)
    let post = try Outpost { _ in .answer(200, bomb, ["Content-Encoding: gzip"]) }
    var limits = Transfer.Limits(timeoutMS: 60_000, stallMS: 60_000)
    limits.bodyBytes = 1 << 20
    let result = try await result(post, limits: limits)
    #expect(result.isTooLarge && result.code != 0)
    #expect(result.body.count <= 1 << 20)
    limits.bodyBytes = 64 << 20
    let whole = try await self.result(post, limits: limits)
    #expect(whole.code == 0 && whole.body.count == 64 << 20)
  }

  @Test func `A length that is a lie reserves no more than the ceiling`() async throws {
    let post = try Outpost { _ in
      [.send([LoopbackServer.Act].head(200, ["Content-Length: 9000000000000000000"])), .close]
    }
    var limits = Transfer.Limits(timeoutMS: 60_000, stallMS: 60_000)
    limits.bodyBytes = 1 << 20
    let result = try await result(post, limits: limits)
    #expect(result.code != 0 && result.body.isEmpty)
  }

  @Test func `Headers without an end stop at their ceiling, and are not asked for again`()
    async throws
  {
    let post = try Outpost { _ in
      let many = (0..<60).map { "X-\($0): \(String(repeating: "x", count: 8000))" }
      return .answer(200, "{}", many)
    }
    let failure = await (try post.line()).failure(post.request())
    #expect(failure?.code == "egress.too_large" && failure?.isRetryable == false)
    #expect(post.server.requests.count == 1)
  }

  /// Ways in which an answer breaks off.
  enum Break: String, CaseIterable, Sendable {
    case nothing, resetAtOnce, resetMidway, halfBody, halfChunk, wrongGzip, notHTTP

    var acts: [LoopbackServer.Act] {
      let body = Array("{\"half\":".utf8)
      func head(_ header: String) -> LoopbackServer.Act {
        .send([LoopbackServer.Act].head(200, [header]))
      }
      return switch self {
      case .nothing: [.close]
      case .resetAtOnce: [.reset]
      case .resetMidway: [head("Content-Length: 1000"), .send(body), .reset]
      case .halfBody: [head("Content-Length: 1000"), .send(body), .close]
      case .halfChunk:
        [head("Transfer-Encoding: chunked"), .send(Array("400\r\n".utf8) + body), .close]
      case .wrongGzip: .answer(200, "not gzip at all", ["Content-Encoding: gzip"])
      case .notHTTP: [.send(Array("SSH-2.0-OpenSSH\r\n\r\n".utf8)), .close]
      }
    }
  }

  @Test(arguments: Break.allCases)
  func `An answer that breaks off is asked for again, and never taken for whole`(kind: Break)
    async throws
  {
    let post = try Outpost { $0.number == 0 ? kind.acts : .answer(200, #"{"whole":1}"#) }
    #expect(try await post.line().text(post.request()) == #"{"whole":1}"#)
    #expect(post.server.requests.count >= 2)
  }

  @Test(arguments: Break.allCases)
  func `An answer that always breaks off fails the request`(kind: Break) async throws {
    let post = try Outpost { _ in kind.acts }
    let failure = await (try post.line(attempts: 2)).failure(post.request())
    #expect(failure?.code == "egress.transfer" && failure?.isRetryable == true)
    #expect(failure?.message.contains("after 2 attempts") == true)
  }

  @Test func `A server that stops in the middle is given up`() async throws {
    let post = try Outpost { _ in
      [.send([LoopbackServer.Act].head(200, ["Content-Length: 1000"]) + [65]), .hang]
    }
    var terms = post.terms(attempts: 1)
    terms.stallMS = 1000
    let failure = await (try post.egress.line(terms)).failure(post.request())
    #expect(failure?.code == "egress.transfer" && failure?.isRetryable == true)
    await post.server.hungUp.wait()
  }

  @Test func `A request ends at its own deadline, though the line would wait longer`() async throws
  {
    let post = try Outpost { _ in [.hang] }
    var request = post.request()
    request.timeoutMS = 100
    let failure = await (try post.line(attempts: 1)).failure(request)
    #expect(failure?.code == "egress.transfer")
    await post.server.hungUp.wait()
  }

  @Test func `The line's deadline holds where the request would wait longer`() async throws {
    let post = try Outpost { _ in [.hang] }
    var terms = post.terms(attempts: 1)
    terms.timeoutMS = 100
    let failure = await (try post.egress.line(terms)).failure(post.request())
    #expect(failure?.code == "egress.transfer")
    await post.server.hungUp.wait()
  }
}
