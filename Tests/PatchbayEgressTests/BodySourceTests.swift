import Loopback
import PatchbayCore
import PatchbayStore
import Seeded
import Testing

@testable import PatchbayEgress

@Suite struct BodySourceTests {
  private static let piece = Int64(BodyLimits.pieceBytes)

  private func upload(_ post: Outpost, _ body: BodySource, _ method: String = "PUT")
    -> OutgoingRequest
  {
    var request = post.request(method)
    request.body = body
    return request
  }

  @Test(
    arguments: [
      0..<0, 5..<5, 0..<1, 0..<piece, 1..<(piece + 1), (piece - 1)..<(3 * piece + 1),
      (4 * piece + 7)..<(5 * piece + 9), 0..<(5 * piece + 9),
    ] as [Range<Int64>])
  func `A range of a stored body is sent, and a piece of it held`(range: Range<Int64>) async throws
  {
    let post = try Outpost { _ in .answer() }
    let body = FakeBody(size: 5 * Self.piece + 9)
    let line = try post.line()
    try await line.text(upload(post, try .stored(body, range)))
    let seen = try #require(post.server.requests.first)
    #expect(seen.bytes == FakeBody.bytes(range))
    #expect(seen.headers["content-length"] == "\(range.count)")
    #expect(seen.headers["transfer-encoding"] == nil && seen.headers["expect"] == nil)
    #expect(line.traffic.bytesOut == Int64(range.count))
    #expect(body.reads.largest <= BodyLimits.pieceBytes)
  }

  @Test func `A large body is never held whole`() async throws {
    let size: Int64 = 48 << 20
    let server = try LoopbackServer(keepsBodies: false) { _ in .answer() }
    defer { server.stop() }
    let post = try Outpost { _ in .answer() }
    var terms = post.terms()
    terms.baseURL = server.url
    let line = try post.egress.line(terms)
    let body = FakeBody(size: size)
    try await line.text(upload(post, try .stored(body)))
    #expect(server.requests.map(\.bodySize) == [size] && line.traffic.bytesOut == size)
    // Each piece is read once, and none is larger than it may be.
    #expect(body.reads == .init(largest: BodyLimits.pieceBytes, count: Int(size / Self.piece)))
  }

  @Test func `A blob is sent, whole and in parts`() async throws {
    let post = try Outpost { _ in .answer() }
    let blobs = Blobs(
      store: post.store, vault: post.vault, leases: try FileLeases(folder: post.folder),
      hubFolder: post.folder)
    let bytes = FakeBody.bytes(0..<700_001)
    let writer = try await blobs.write(limitBytes: 1 << 20)
    try writer.write(bytes)
    let blob = try await blobs.read(try await writer.finish().id)
    let line = try post.line()
    try await line.text(upload(post, try .stored(blob)))
    try await line.text(upload(post, try .stored(blob, 65_530..<600_000)))
    let seen = post.server.requests.map(\.bytes)
    #expect(seen == [bytes, Array(bytes[65_530..<600_000])])
  }

  @Test(arguments: ["POST", "PUT"])
  func `What is sent again is the same again`(method: String) async throws {
    let post = try Outpost { request in
      request.number < 2 ? .answer(429, "slow", ["Retry-After: 0"]) : .answer()
    }
    let range: Range<Int64> = 3..<(2 * Self.piece)
    let body = try BodySource.multipart(
      [
        BodyPart(try .stored(FakeBody(size: 3 * Self.piece), range)),
        BodyPart(.bytes(Array("tail".utf8))),
      ], contentType: "multipart/mixed")
    let line = try post.line()
    try await line.text(upload(post, body, method))
    let seen = post.server.requests.map(\.bytes)
    let whole = try MultipartTests.whole(body)
    #expect(seen == [whole, whole, whole])
    #expect(line.traffic.bytesOut == 3 * body.size)
  }

  /// The connection was kept, and is gone when it is used: libcurl sends again by itself.
  @Test func `A kept connection that is gone loses nothing of a body`() async throws {
    let post = try Outpost { $0.number == 1 ? [.close] : .answer() }
    let line = try post.line()
    let body = FakeBody(size: 2 * Self.piece + 5)
    for _ in 0..<2 { try await line.text(upload(post, try .stored(body, 5..<(body.size)))) }
    let seen = post.server.requests
    #expect(seen.map(\.connection) == [0, 0, 1])
    #expect(Set(seen.map(\.bytes)) == [FakeBody.bytes(5..<body.size)])
    #expect(line.traffic.requests == 2 && line.traffic.retries == 0)
  }

  @Test func `A stored body that ends early fails the request, once`() async throws {
    let post = try Outpost { _ in .answer() }
    let body = FakeBody(size: 10 * Self.piece, endsAt: 3 * Self.piece + 1)
    let failure = await (try post.line()).failure(upload(post, try .stored(body)))
    #expect(failure?.code == "egress.body" && failure?.kind == .data)
    #expect(failure?.isRetryable == false)
    #expect(
      failure?.message.contains("ends at \(3 * Self.piece + 1) of \(10 * Self.piece)") == true)
    #expect(failure?.message.contains("PUT http://127.0.0.1:\(post.server.port)/x failed") == true)
    #expect(post.server.connections == 1 && post.server.requests.isEmpty)
  }

  @Test func `A stored body that cannot be read fails the request as it says, once`() async throws {
    let post = try Outpost { _ in .answer() }
    let why = Failure(.data, "blob.damaged", "it is not what was stored", isRetryable: true)
    let body = FakeBody(size: 10 * Self.piece, endsAt: 0, failure: why)
    let failure = await (try post.line()).failure(upload(post, try .stored(body)))
    #expect(failure?.code == "blob.damaged" && failure?.isRetryable == false)
    #expect(failure?.message.hasSuffix("it is not what was stored") == true)
    #expect(post.server.connections <= 1 && post.server.requests.isEmpty)
    // The line goes on.
    try await post.line().text(post.request())
  }

  @Test(arguments: [-1..<5, 0..<11, 11..<11] as [Range<Int64>])
  func `A range that is not there is refused`(range: Range<Int64>) {
    let failure = #expect(throws: Failure.self) {
      try BodySource.stored(FakeBody(size: 10), range)
    }
    #expect(failure?.code == "egress.body_range")
  }

  @Test func `Bodies that send the same have one identity`() throws {
    let body = FakeBody(size: 10)
    func multipart(_ range: Range<Int64>) throws -> [UInt8] {
      try BodySource.multipart(
        [BodyPart(try .stored(body, range))], contentType: "multipart/mixed"
      ).identity
    }
    #expect(try multipart(0..<5) == multipart(0..<5))
    #expect(try multipart(0..<5) != multipart(0..<6))
    #expect(try BodySource.stored(body).identity == BodySource.stored(body, 0..<10).identity)
    #expect(BodySource.bytes([1]).identity != BodySource.bytes([2]).identity)
  }

  @Test(arguments: [1, 7, 4096])
  func `A body can be read from any place`(step: Int) throws {
    let body = try BodySource.multipart(
      [BodyPart([1, 2, 3]), BodyPart(try .stored(FakeBody(size: 400), 10..<300)), BodyPart([])],
      contentType: "multipart/mixed")
    let whole = try MultipartTests.whole(body, step: step)
    #expect(Int64(whole.count) == body.size)
    var reader = BodyReader(body)
    for place in [0, 1, 5, 60, 200, whole.count - 1, whole.count, 0] {
      reader.seek(to: Int64(place))
      var buffer = [UInt8](repeating: 0, count: step)
      // Unsafe: the array is lent for the call.
      let count = try unsafe buffer.withUnsafeMutableBytes { try unsafe reader.read(into: $0) }
      #expect(Array(buffer[..<count]) == Array(whole[place...].prefix(step)))
    }
  }
}
