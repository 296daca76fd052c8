import Loopback
import PatchbayCore
import Testing

@testable import PatchbayEgress

/// What answers say about waiting, over loopback.
@Suite struct LimitTests {
  @Test(arguments: [
    (403, ["Retry-After: 0"]), (403, ["RateLimit: \"default\";r=0;t=0"]),
    (403, ["X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 0"]), (429, ["Retry-After: 0"]),
    (429, ["RateLimit-Remaining: 0", "RateLimit-Reset: 0"]),
  ])
  func `A limit is waited for and the request is sent again, a POST too`(
    status: Int, headers: [String]
  ) async throws {
    let post = try Outpost { $0.number == 0 ? .answer(status, "slow", headers) : .answer() }
    let line = try post.line()
    var request = post.request("POST")
    request.body = .bytes(Array("body".utf8))
    try await line.text(request)
    #expect(post.server.requests.map(\.body) == ["body", "body"])
    #expect(line.traffic.refusals == 1 && line.traffic.retries == 1)
  }

  @Test func `A 403 that stays a limit is told as one`() async throws {
    let post = try Outpost { _ in .answer(403, "secondary limit", ["Retry-After: 0"]) }
    let failure = await (try post.line(attempts: 3)).failure(post.request())
    #expect(failure?.code == "http.403" && failure?.kind == .rateLimit)
    #expect(failure?.mend.contains("rate_limit") == true)
    #expect(post.server.requests.count == 3)
  }

  @Test(arguments: [
    (503, "3600", ErrorClass.transient), (429, "3600", .rateLimit), (403, "901", .rateLimit),
    (500, "86400", .transient), (423, "3600", .config),
  ])
  func `A wait of more than a quarter of an hour ends it at once, and says when to come back`(
    status: Int, seconds: String, kind: ErrorClass
  ) async throws {
    let post = try Outpost { _ in .answer(status, "maintenance", ["Retry-After: \(seconds)"]) }
    let line = try post.line()
    let failure = try #require(await line.failure(post.request()))
    #expect(failure.code == "egress.pause" && failure.kind == kind)
    #expect(failure.message.contains("answered \(status): maintenance"), "\(failure)")
    let minutes = (try #require(Int64(seconds)) + 30) / 60
    #expect(failure.message.contains("for \(minutes) min, until 20"), "\(failure)")
    #expect(failure.retryAfterMS == (Int64(seconds) ?? 0) * 1000)
    #expect(post.server.requests.count == 1)
    // Everything that uses the credential is held back, but for what is a single resource's matter.
    let next = await line.failure(post.request("GET", "/other"))
    #expect(next?.code == "egress.pause")
    #expect(post.server.requests.count == (status == 423 ? 2 : 1))
  }

  /// Sends, waits until it is told of a wait, gives up, and returns what was told.
  private func told(_ line: Line, _ request: OutgoingRequest) async -> [WaitNotice] {
    let notices = Notices()
    let task = Task { try await line.send(request, notice: notices.note) { $0.status } }
    await notices.first()
    task.cancel()
    await #expect(throws: Failure.self) { try await task.value }
    return notices.all
  }

  @Test(arguments: [503, 500]) func `A 5xx with Retry-After holds back all that use the credential`(
    status: Int
  ) async throws {
    let post = try Outpost { _ in .answer(status, "", ["Retry-After: 600"]) }
    let line = try post.line()
    for path in ["/busy", "/other"] {
      let told = await told(line, post.request("GET", path))
      #expect(told.map(\.reason) == [.vendorLimit])
    }
    #expect(post.server.requests.map(\.target) == ["/busy"] && line.traffic.refusals == 0)
  }

  @Test func `A redirect with Retry-After ends at once, and the next request waits`() async throws {
    let post = try Outpost { _ in
      .answer(307, "", ["Location: /elsewhere", "Retry-After: 600"])
    }
    let line = try post.line()
    let failure = await line.failure(post.request())
    #expect(failure?.code == "http.307" && failure?.retryAfterMS == 600_000)
    #expect(await told(line, post.request()).map(\.reason) == [.vendorLimit])
    #expect(post.server.requests.count == 1)
  }

  @Test func `A POST of which a 503 says when to come back is not sent again, but tells it`()
    async throws
  {
    let post = try Outpost { _ in .answer(503, "", ["Retry-After: 3600"]) }
    let failure = await (try post.line()).failure(post.request("POST"))
    #expect(failure?.code == "http.503" && failure?.retryAfterMS == 3_600_000)
    #expect(post.server.requests.count == 1)
  }

  @Test func `A job that is not done yet holds nothing back`() async throws {
    let post = try Outpost { _ in .answer(202, "", ["Retry-After: 3600"]) }
    let line = try post.line()
    for _ in 0..<3 { try await line.text(post.request()) }
    #expect(post.server.requests.count == 3)
  }
}
