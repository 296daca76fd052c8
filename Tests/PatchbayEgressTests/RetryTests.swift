import Loopback
import Foundation
import Glibc
import PatchbayCore
import PatchbayJSON
import Testing

@testable import PatchbayEgress

@Suite struct RetryTests {
  private static func http(_ date: Date) -> String {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(identifier: "GMT")
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    return format.string(from: date)
  }

  private func retryAfterMS(_ text: String) -> Int64? {
    VendorPace(["retry-after": text], now: Time.nowMS()).retryAfterMS
  }

  @Test(arguments: [429, 503, 500, 502, 504, 408, 423, 425, 520, 529])
  func `A passing trouble is asked again, and the answer arrives`(status: Int) async throws {
    let post = try Outpost { request in
      request.number == 0
        ? .answer(status, "busy", ["Retry-After: 0"]) : .answer(200, #"{"ok":1}"#)
    }
    let line = try post.line()
    #expect(try await line.text(post.request()) == #"{"ok":1}"#)
    #expect(post.server.requests.count == 2)
    #expect(line.traffic.requests == 2 && line.traffic.retries == 1)
    #expect(line.traffic.refusals == (status == 429 ? 1 : 0))
  }

  @Test(arguments: [400, 402, 403, 404, 405, 409, 410, 412, 422, 501, 505])
  func `What will not change by asking again is asked once`(status: Int) async throws {
    let post = try Outpost { _ in .answer(status, "the reason") }
    let failure = await (try post.line()).failure(post.request())
    #expect(failure?.code == "http.\(status)")
    #expect(failure?.message.contains("the reason") == true)
    #expect(post.server.requests.count == 1)
  }

  @Test func `After its attempts a request fails with the last answer, and says how many`()
    async throws
  {
    let post = try Outpost { .answer(500, "trouble \($0.number)") }
    let failure = await (try post.line(attempts: 3)).failure(post.request())
    #expect(failure?.code == "http.500" && failure?.kind == .transient)
    #expect(failure?.message.contains("trouble 2") == true)
    #expect(failure?.message.hasSuffix("(after 3 attempts)") == true)
    #expect(post.server.requests.count == 3)
  }

  @Test func `Retry-After in seconds, and what it may not be`() {
    #expect(retryAfterMS("7") == 7000)
    #expect(retryAfterMS("0.5") == 500)
    #expect(retryAfterMS("0") == 0)
    #expect(retryAfterMS("-5") == 0)
    #expect(retryAfterMS("99999999999") == 86_400_000)
    for text in ["", "soon", "1 minute", "Thu, 99 Foo"] { #expect(retryAfterMS(text) == nil) }
  }

  @Test func `Retry-After as a date counts from now`() throws {
    for seconds in [60.0, 3600.0] {
      let date = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down) + seconds)
      let untilMS = Int64(date.timeIntervalSince1970 * 1000) + 1000
      let before = Time.nowMS()
      let found = try #require(retryAfterMS(Self.http(date)))
      #expect((untilMS - Time.nowMS()...untilMS - before).contains(found))
    }
    #expect(retryAfterMS(Self.http(Date(timeIntervalSince1970: 0))) == 0)
    #expect(retryAfterMS("Sunday, 06-Nov-94 08:49:37 GMT") == 0)
  }

  @Test(arguments: ["10000", "999999999", "2147483647", "99999999999"])
  func `Retry-After in a year that no clock holds is a day at most`(year: String) {
    let found = retryAfterMS("Sun, 06 Nov \(year) 08:49:37 GMT")
    #expect(found == nil || found == 86_400_000)
  }

  @Test(arguments: ["1", "date"])
  func `After a 429 the line holds back for as long as the vendor says`(form: String) async throws {
    let post = try Outpost { request in
      let text = form == "date" ? Self.http(Date(timeIntervalSinceNow: 1)) : form
      return request.number == 0 ? .answer(429, "slow", ["Retry-After: \(text)"]) : .answer()
    }
    let line = try post.line()
    try await line.text(post.request())
    // The line's own account of what it waited.
    #expect(line.traffic.pacedMS >= (form == "date" ? 1 : 1000))
  }

  @Test(arguments: [500, 503, 502, 408])
  func `A POST that the vendor may have acted on is sent once`(status: Int) async throws {
    let post = try Outpost { _ in .answer(status, "perhaps done") }
    #expect(await (try post.line()).failure(post.request("POST"))?.code == "http.\(status)")
    #expect(post.server.requests.count == 1)
  }

  @Test func `A POST that was refused for its pace is sent again`() async throws {
    let post = try Outpost { $0.number == 0 ? .answer(429, "", ["Retry-After: 0"]) : .answer() }
    var request = post.request("POST")
    request.body = .bytes(Array("body".utf8))
    try await post.line().text(request)
    #expect(post.server.requests.map(\.body) == ["body", "body"])
  }

  @Test func `A POST that is said to be repeatable is repeated, with its body`() async throws {
    let post = try Outpost { $0.number == 0 ? .answer(503) : .answer() }
    var request = post.request("POST")
    request.isIdempotent = true
    request.body = .bytes(Array("body".utf8))
    try await post.line().text(request)
    #expect(post.server.requests.map(\.body) == ["body", "body"])
  }

  @Test func `A POST whose connection broke after it was sent is not sent again`() async throws {
    let post = try Outpost { _ in [.reset] }
    let failure = await (try post.line()).failure(post.request("POST"))
    #expect(failure?.code == "egress.transfer")
    #expect(post.server.requests.count == 1)
  }

  @Test(arguments: [LoopbackServer.Act.close, .reset])
  func `Nor does libcurl send it again, on a connection that was kept`(end: LoopbackServer.Act)
    async throws
  {
    let post = try Outpost { $0.method == "POST" ? [end] : .answer() }
    let line = try post.line()
    try await line.text(post.request())
    var request = post.request("POST")
    request.body = .bytes(Array("pay once".utf8))
    #expect(await line.failure(request)?.code == "egress.transfer")
    #expect(post.server.requests.map(\.method) == ["GET", "POST"])
  }

  @Test(arguments: [301, 302, 303, 307, 308])
  func `A redirect is not followed, and the way out is told`(status: Int) async throws {
    let post = try Outpost {
      $0.target == "/x"
        ? .answer(status, "moved", ["Location: /else/../where?token=1"])
        : .answer(200, "followed")
    }
    let failure = await (try post.line()).failure(post.request())
    #expect(failure?.code == "http.\(status)" && failure?.kind == .unsupported)
    let url = post.server.url
    #expect(failure?.message == "GET \(url)/x answered \(status): it leads to \(url)/where")
    #expect(failure?.mend.contains("redirects are not followed") == true)
    #expect(post.server.requests.map(\.target) == ["/x"])
  }

  @Test func `A status that the asker expects is an answer`() async throws {
    let post = try Outpost { _ in .answer(404, "none") }
    var request = post.request()
    request.statuses = [404]
    let status = try await post.line().send(request) { $0.status }
    #expect(status == 404)
  }

  @Test func `An answer that is not what was asked for is asked again, four times at most`()
    async throws
  {
    let post = try Outpost { .answer(200, "\($0.number)") }
    let line = try post.line(attempts: 8)
    func ask(_ wanted: String, isRetryable: Bool = true) async -> Failure? {
      do throws(Failure) {
        try await line.send(post.request()) { (response) throws(Failure) in
          if response.body.bytes != Array(wanted.utf8) {
            throw Failure(.data, "page.wrong", "not that", isRetryable: isRetryable)
          }
        }
        return nil
      } catch {
        return error
      }
    }
    #expect(await ask("1") == nil)
    #expect(await ask("none", isRetryable: false)?.message == "not that")
    #expect(post.server.requests.count == 3)
    #expect(await ask("none")?.code == "page.wrong")
    #expect(post.server.requests.count == 7)
  }
}
