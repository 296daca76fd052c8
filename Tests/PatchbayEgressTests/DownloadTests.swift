import Loopback
import PatchbayCore
import Synchronization
import Testing

@testable import PatchbayEgress

@Suite("Downloads") struct DownloadTests {
  /// A server, and downloads without pauses, both gone when the test is over.
  private final class Post: Sendable {
    let server: LoopbackServer
    let downloads: Downloads

    init(
      stallMS: Int64 = 3_600_000, attempts: Int = 3,
      _ answer: @escaping @Sendable (LoopbackServer.Request) -> [LoopbackServer.Act]
    ) throws {
      server = try LoopbackServer(answer)
      var retries = RetryPolicy(attempts: attempts)
      retries.baseMS = 0
      downloads = try Downloads(stallMS: stallMS, retries)
    }

    deinit {
      server.stop()
      downloads.close()
    }

    func get(_ path: String = "/a", limit: Int = 100) async throws(Failure) -> [UInt8]? {
      try await downloads.get(server.url + path, limit: limit)
    }

    func failure(limit: Int = 100) async -> Failure? {
      do throws(Failure) {
        _ = try await get(limit: limit)
        return nil
      } catch {
        return error
      }
    }
  }

  @Test func `A file comes whole, by a GET that carries nothing but its name`() async throws {
    let bytes = [UInt8](0...255)
    let post = try Post { _ in .answer(200, bytes) }
    #expect(try await post.get("/a%2Fb/c?d", limit: 256) == bytes)
    let request = post.server.requests[0]
    #expect(request.method == "GET" && request.target == "/a%2Fb/c?d" && request.body.isEmpty)
    #expect(request.headers["authorization"] == nil && request.headers["cookie"] == nil)
  }

  @Test func `What is sent arrives, and is sent again where nobody took it`() async throws {
    let answers = Mutex([503, 500, 204])
    let post = try Post { _ in .answer(answers.withLock { $0.removeFirst() }, "") }
    let body = Array("{}".utf8)
    try await post.downloads.post(post.server.url + "/in", body, contentType: "application/json")
    #expect(post.server.requests.count == 3)
    let request = post.server.requests[2]
    #expect(request.method == "POST" && request.target == "/in" && request.body == "{}")
    #expect(request.headers["content-type"] == "application/json")
    answers.withLock { $0 = [403] }
    let failure = await #expect(throws: Failure.self) {
      try await post.downloads.post(post.server.url, body, contentType: "text/plain")
    }
    #expect(failure?.code == "http.403")
  }

  @Test(arguments: [403, 404, 410]) func `There may be none`(_ status: Int) async throws {
    let post = try Post { _ in .answer(status, "a long page that says so") }
    #expect(try await post.get(limit: 100) == nil)
    // The page is longer than the file could be.
    #expect(try await post.get(limit: 1) == nil)
    #expect(post.server.requests.count == 2)
  }

  @Test func `An empty file is one`() async throws {
    let post = try Post { _ in .answer(200, "") }
    #expect(try await post.get(limit: 0) == [])
  }

  @Test func `A file that is too long is refused, stated or not, and not asked for again`()
    async throws
  {
    let stated = try Post { _ in .answer(200, [UInt8](repeating: 1, count: 101)) }
    let failure = await stated.failure()
    #expect(failure?.code == "egress.too_large")
    #expect(failure?.message.contains("more than the 100 bytes") == true)
    #expect(stated.server.requests.count == 1)
    // Chunks without an end.
    let chunk = Array("40\r\n".utf8) + [UInt8](repeating: 1, count: 64) + Array("\r\n".utf8)
    let endless = try Post { _ in
      [.send([LoopbackServer.Act].head(200, ["Transfer-Encoding: chunked"]))]
        + [LoopbackServer.Act](repeating: .send(chunk), count: 4) + [.hang]
    }
    #expect(await endless.failure()?.code == "egress.too_large")
  }

  @Test func `A file that ends early is asked for again, and then given up`() async throws {
    let cut: [LoopbackServer.Act] = [
      .send([LoopbackServer.Act].head(200, ["Content-Length: 10"]) + [1, 2, 3]), .close,
    ]
    let once = try Post { $0.number == 0 ? cut : .answer(200, [1, 2, 3, 4]) }
    #expect(try await once.get() == [1, 2, 3, 4])
    let always = try Post { _ in cut }
    let failure = await always.failure()
    #expect(failure?.code == "egress.transfer" && failure?.isRetryable == true)
    #expect(failure?.message.hasSuffix("(after 3 attempts)") == true)
    #expect(always.server.requests.count == 3)
  }

  @Test(arguments: [429, 500, 502, 503, 504]) func `A passing trouble passes`(_ status: Int)
    async throws
  {
    let post = try Post { $0.number < 2 ? .answer(status, "busy") : .answer(200, [7]) }
    #expect(try await post.get() == [7])
    let always = try Post { _ in .answer(status, "busy") }
    #expect(await always.failure(limit: 1)?.code == "http.\(status)")
    #expect(always.server.requests.count == 3)
  }

  @Test(arguments: [429, 503]) func `A server that is away for an hour is not waited for`(
    _ status: Int
  ) async throws {
    let post = try Post { _ in .answer(status, "", ["Retry-After: 3600"]) }
    let failure = await post.failure()
    #expect(failure?.code == "egress.pause" && failure?.retryAfterMS == 3_600_000)
    #expect(failure?.message.contains("answered \(status); it asks to wait for 60 min") == true)
    #expect(post.server.requests.count == 1)
  }

  @Test(arguments: [204, 206, 301, 302, 400, 401, 501])
  func `Any other answer is none, and says what it was`(_ status: Int) async throws {
    let post = try Post { _ in
      [.send([LoopbackServer.Act].head(status, ["Location: /b", "Content-Length: 0"]))]
    }
    let failure = await post.failure()
    #expect(failure?.code == "http.\(status)")
    #expect(failure?.mend.contains("redirects") == (300..<400).contains(status))
    #expect(post.server.requests.count == 1)
  }

  @Test func `A server that says nothing more is given up`() async throws {
    let post = try Post(stallMS: 1000, attempts: 1) { _ in
      [.send([LoopbackServer.Act].head(200, ["Content-Length: 10"]) + [1]), .hang]
    }
    #expect(await post.failure()?.code == "egress.transfer")
  }

  @Test func `A download ends when it is cancelled`() async throws {
    let post = try Post { _ in
      [.send([LoopbackServer.Act].head(200, ["Content-Length: 10"]) + [1]), .hang]
    }
    let task = Task { await post.failure() }
    await post.server.arrived.wait()
    task.cancel()
    #expect(await task.value?.code == "egress.cancelled")
    await post.server.hungUp.wait()
  }

  @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/a", "http://a:b@127.0.0.1/", "", "a"])
  func `What is no URL of the web is refused`(_ url: String) async throws {
    let downloads = try Downloads()
    defer { downloads.close() }
    let failure = await #expect(throws: Failure.self) { try await downloads.get(url, limit: 1) }
    #expect(failure?.kind == .config)
  }
}
