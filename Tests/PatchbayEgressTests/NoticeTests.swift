import Loopback
import Glibc
import PatchbayCore
import PatchbayJSON
import Synchronization
import Testing

@testable import PatchbayEgress

/// Keeps what is told.
final class Notices: Sendable {
  private let told = Mutex<[WaitNotice]>([])
  private let latch = Latch()
  var all: [WaitNotice] { told.withLock { $0 } }
  var note: @Sendable (WaitNotice) -> Void {
    { notice in
      self.told.withLock { $0.append(notice) }
      self.latch.open()
    }
  }

  /// Waits until something was told.
  func first() async { await latch.wait() }
}

@Suite struct NoticeTests {
  @Test(
    arguments: [
      (.vendorLimit, 7000, "waiting for the vendor's limit, 7 s"),
      (.vendorLimit, 6001, "waiting for the vendor's limit, 7 s"),
      (.vendorLimit, 119_000, "waiting for the vendor's limit, 119 s"),
      (.vendorLimit, 120_001, "waiting for the vendor's limit, 3 min"),
      (
        .retry(attempt: 3, of: 7, why: "connection refused"), 4000,
        "retry 3 of 7 in 4 s: connection refused"
      ),
    ] as [(WaitNotice.Reason, Int64, String)])
  func `A wait is told in a few words`(reason: WaitNotice.Reason, ms: Int64, text: String) {
    #expect(WaitNotice(reason, milliseconds: ms, untilMS: 0).text == text)
  }

  @Test func `An outage names its host, its reason and its end`() {
    let untilMS: Int64 = 1_784_000_000_000
    let notice = WaitNotice(
      .outage(place: "127.0.0.1:9", why: "connection refused"), milliseconds: 48_000,
      untilMS: untilMS)
    #expect(
      notice.text == "127.0.0.1:9 cannot be reached (connection refused): trying until "
        + "\(WaitNotice.clock(untilMS)), 48 s left")
    let parts = WaitNotice.clock(untilMS).split(separator: ":")
    #expect(parts.count == 3 && parts.allSatisfy { $0.count == 2 && Int($0) != nil })
    // Time zones differ by quarters of an hour.
    #expect(parts.last == "20")
  }

  @Test func `A request is told of once a second at most`() {
    let notices = Notices()
    let teller = WaitTeller(notices.note)
    for nowMS in stride(from: 0, through: 5000, by: 100) {
      teller.tell(.vendorLimit, ms: 7000 - Int64(nowMS), now: Int64(nowMS))
    }
    #expect(notices.all.map(\.milliseconds) == [7000, 6000, 5000, 4000, 3000, 2000])
  }

  @Test func `A retry is told with its number, its reason and its wait`() async throws {
    let post = try Outpost {
      $0.number == 0 ? .answer(423, "locked", ["Retry-After: 2"]) : .answer()
    }
    let notices = Notices()
    let line = try post.line(attempts: 8)
    let status = try await line.send(post.request(), notice: notices.note) { $0.status }
    #expect(status == 200)
    #expect(notices.all.map(\.text) == ["retry 1 of 7 in 2 s: the vendor answered 423"])
  }

  @Test func `Who waits for a token hears what the exchange of it waits for`() async throws {
    let post = try Outpost {
      $0.target == "/token" && $0.number == 0
        ? .answer(423, "busy", ["Retry-After: 2"])
        : .answer(200, #"{"access_token":"token-1","expires_in":3600}"#)
    }
    try await post.keep(["id": "i", "secret": "client-secret"])
    let line = try post.line(
      try #require(
        AuthScheme([
          "scheme": "oauth2", "grant": "client_credentials", "token_url": "{base_url}/token",
          "client_id": "id", "client_secret": "secret",
        ])))
    let notices = Notices()
    _ = try await line.send(post.request(), notice: notices.note) { $0.status }
    #expect(post.server.requests.map(\.target) == ["/token", "/token", "/x"])
    #expect(notices.all.map(\.text) == ["retry 1 of 3 in 2 s: the vendor answered 423"])
  }

  @Test func `All that wait for one thing are told, until they wait no more`() {
    let notices = (0..<3).map { _ in Notices() }
    let tellers = WaitTellers()
    let places = notices.map { tellers.add(WaitTeller($0.note)) }
    tellers.remove(places[1])
    tellers.tell(WaitNotice(.vendorLimit, milliseconds: 5000, untilMS: 0))
    #expect(notices.map(\.all.count) == [1, 0, 1])
  }
}
