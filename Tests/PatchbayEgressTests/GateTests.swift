import Loopback
import PatchbayCore
import Synchronization
import Testing

@testable import PatchbayEgress

/// A clock that goes on when the test says so.
private final class TestClock: Sendable {
  private let now = Mutex<Int64>(1000)
  var nowMS: Int64 { now.withLock { $0 } }
  func advance(_ ms: Int64) { now.withLock { $0 += ms } }
}

/// What a gate tells, on a clock of the test's own.
@Suite struct GateTests {
  private let clock = TestClock()

  private func gate() -> Gate {
    Gate(Limiter(rules: nil, inFlightLimit: 8)) { [clock] in clock.nowMS }
  }

  private func visit(_ notices: Notices, patienceMS: Int64 = 60_000) -> Gate.Visit {
    Gate.Visit(
      origin: "http://h:1", place: "h:1", path: "/", patienceMS: patienceMS,
      teller: WaitTeller(notices.note))
  }

  /// A gate whose limiter was told to pause for so long.
  private func paused(_ ms: Int64) async throws -> Gate {
    let gate = gate()
    var pace = VendorPace()
    pace.retryAfterMS = ms
    let ticket = try await gate.enter(visit(Notices()))
    await gate.leave(ticket, Limiter.Answer(status: 429, pace), .answered)
    return gate
  }

  @Test func `Each of many that wait for the vendor's limit is told when its wait begins`()
    async throws
  {
    let gate = try await paused(600_000)
    let notices = (0..<9).map { _ in Notices() }
    let tasks = notices.map { each in
      Task { _ = try await gate.enter(visit(each)) }
    }
    for each in notices { await each.first() }
    for each in notices {
      #expect(each.all.map(\.reason) == [.vendorLimit])
      #expect(each.all.map(\.milliseconds) == [600_020])
    }
    for task in tasks { task.cancel() }
    for task in tasks { await #expect(throws: Failure.self) { try await task.value } }
    #expect(notices.allSatisfy { $0.all.count == 1 })
  }

  @Test func `A wait of less than a second is not worth a word`() async throws {
    let gate = try await paused(900)
    let notices = Notices()
    let task = Task { _ = try await gate.enter(visit(notices)) }
    // The clock of this gate stands still: only a cancelled task goes on.
    task.cancel()
    await #expect(throws: Failure.self) { try await task.value }
    #expect(notices.all.isEmpty)
  }

  @Test func `A pause of more than a quarter of an hour fails at once, and says until when`()
    async throws
  {
    let gate = try await paused(3_600_000)
    let visit = visit(Notices())
    let failure = await #expect(throws: Failure.self) { _ = try await gate.enter(visit) }
    #expect(failure?.code == "egress.pause" && failure?.kind == .rateLimit)
    #expect(failure?.message.contains("for 60 min, until 20") == true, "\(failure as Any)")
    #expect(failure?.retryAfterMS == 3_600_020)
  }

  @Test func `Who waits for a host that is away is told until when it is tried`() async throws {
    let gate = gate()
    let notices = Notices()
    let first = try await gate.enter(visit(Notices()))
    clock.advance(2000)
    let second = try await gate.enter(visit(Notices()))
    await gate.leave(first, .init(), .unreachable(why: "connection refused"))
    let task = Task { try await gate.enter(visit(notices)) }
    await notices.first()
    #expect(notices.all.map(\.reason) == [.outage(place: "h:1", why: "connection refused")])
    #expect(notices.all.map(\.milliseconds) == [58_000])
    clock.advance(250)
    await gate.leave(second, .init(), .unknown)
    let isProbe = try await task.value.isProbe
    #expect(isProbe)
  }

  @Test func `All that wait for a host fail together, at the end of their patience`() async throws {
    let gate = gate()
    let first = try await gate.enter(visit(Notices()))
    let second = try await gate.enter(visit(Notices()))
    clock.advance(1000)
    await gate.leave(first, .init(), .unreachable(why: "connection refused"))
    clock.advance(1000)
    let probe = try await gate.enter(visit(Notices()))
    await gate.leave(probe, .init(), .unreachable(why: "connection refused"))
    let notices = (0..<9).map { _ in Notices() }
    let tasks = notices.map { each in
      Task { _ = try await gate.enter(visit(each, patienceMS: 5000)) }
    }
    for each in notices { await each.first() }
    clock.advance(3000)
    await gate.leave(second, .init(), .unreachable(why: "timed out"))
    for task in tasks {
      let failure = await #expect(throws: Failure.self) { try await task.value }
      #expect(failure?.code == "egress.unreachable")
      let text = failure?.message ?? ""
      #expect(text.hasPrefix("h:1 cannot be reached: "), "\(text)")
      #expect(text.contains(" attempts in 5 s); what was stored stays"), "\(text)")
    }
    // Who comes now is not sent at all; later, and to another host, everybody is.
    let hasty = visit(Notices(), patienceMS: 5000)
    let failure = await #expect(throws: Failure.self) { _ = try await gate.enter(hasty) }
    #expect(failure?.code == "egress.unreachable")
    var other = visit(Notices())
    other.origin = "http://other:1"
    _ = try await gate.enter(other)
    clock.advance(Outage.restMS + 1)
    _ = try await gate.enter(hasty)
  }
}
