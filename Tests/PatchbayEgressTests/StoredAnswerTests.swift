import Loopback
import PatchbayCore
import PatchbayStore
import Synchronization
import Testing

@testable import PatchbayEgress

@Suite struct StoredAnswerTests {
  private struct Place {
    let post: Outpost
    let blobs: Blobs

    init(_ answer: @escaping @Sendable (LoopbackServer.Request) -> [LoopbackServer.Act]) throws {
      post = try Outpost(answer)
      blobs = Blobs(
        store: post.store, vault: post.vault, leases: try FileLeases(folder: post.folder),
        hubFolder: post.folder)
    }

    func send(
      _ request: OutgoingRequest? = nil, _ line: Line? = nil, limit: Int64 = 1 << 30
    ) async throws(Failure) -> StoredAnswer {
      let own = try post.egress.line(post.terms())
      return try await (line ?? own).send(
        request ?? post.request(),
        into: { () throws(Failure) in try await blobs.write(limitBytes: limit) })
    }

    /// Files of blobs, those under way among them.
    var files: [String] { FileBytes.tree(of: "\(post.folder)/blobs") }
  }

  @Test func `A large answer is stored as it comes`() async throws {
    let piece = FakeBody.bytes(0..<65_536)
    let place = try Place { _ in
      [.send([LoopbackServer.Act].head(200, ["Content-Length: \(65_536 * 320)", "X-A: b"]))]
        + [.stream(piece, times: 320)]
    }
    let line = try place.post.line()
    guard case .stored(let head, let blob) = try await place.send(nil, line) else {
      return #expect(Bool(false))
    }
    #expect(head.status == 200 && head.headers["x-a"] == "b" && head.url == nil)
    #expect(blob.size == 65_536 * 320 && line.traffic.bytesIn == blob.size)
    let reader = try await place.blobs.read(blob.id)
    for number in [0, 1, 160, 319] as [Int64] {
      #expect(try reader.read(65_536, at: number * 65_536) == piece)
    }
  }

  @Test func `An answer without a body is a blob without bytes`() async throws {
    let place = try Place { _ in [.send([LoopbackServer.Act].head(204, []))] }
    guard case .stored(let head, let blob) = try await place.send() else {
      return #expect(Bool(false))
    }
    #expect(head.status == 204 && blob.size == 0)
  }

  @Test func `A blob that is too large is refused, once, and leaves nothing`() async throws {
    let place = try Place { _ in
      [.send([LoopbackServer.Act].head(200, ["Connection: close"]))]
        + [.stream(FakeBody.bytes(0..<65_536), times: 32), .hang]
    }
    let failure = await #expect(throws: Failure.self) { try await place.send(limit: 1_000_000) }
    #expect(failure?.code == "blob.size")
    #expect(place.files.isEmpty && place.post.server.requests.count == 1)
    await place.post.server.hungUp.wait()
  }

  @Test func `An answer that breaks off is asked for again, and stored once and whole`()
    async throws
  {
    let bytes = FakeBody.bytes(0..<300_000)
    let place = try Place { request in
      request.number == 0
        ? [
          .send([LoopbackServer.Act].head(200, ["Content-Length: 300000"]) + bytes.prefix(200_000)),
          .close,
        ] : .answer(200, bytes)
    }
    guard case .stored(_, let blob) = try await place.send() else { return #expect(Bool(false)) }
    #expect(try await place.blobs.read(blob.id).read(400_000, at: 0) == bytes)
    #expect(place.files.count == 1 && place.post.server.requests.count == 2)
  }

  @Test func `What is no answer of 2xx is not stored`() async throws {
    let place = try Place { _ in .answer(404, "none") }
    let failure = await #expect(throws: Failure.self) { try await place.send() }
    #expect(failure?.code == "http.404" && failure?.message.contains("none") == true)
    var request = place.post.request()
    request.statuses = [404]
    guard case .whole(let response) = try await place.send(request) else {
      return #expect(Bool(false))
    }
    #expect(response.status == 404 && response.body.bytes == Array("none".utf8))
    #expect(place.files.isEmpty)
  }
}
