internal import PatchbayCore

/// The one place where the requests of a line wait: until the limiter lets them go, and while their
/// host cannot be reached. First come, first served for each rule and host.
actor Gate {
  /// What a request says of itself when it comes.
  struct Visit: Sendable {
    /// Scheme, host and port.
    var origin: String
    /// `host:port`, for people.
    var place: String
    var path: String
    /// How long the host may be away.
    var patienceMS: Int64
    var teller: WaitTeller
  }

  /// A place among the requests under way; given back by ``leave(_:_:_:)``.
  struct Ticket: Sendable {
    let visit: Visit
    let waitedMS: Int64
    let startMS: Int64
    /// It finds out whether the host is back.
    let isProbe: Bool
    let connectMS: Int64
  }

  /// What an attempt says about its host.
  enum Reach: Sendable, Equatable {
    case answered
    case unreachable(why: String)
    case unknown
  }

  private struct Waiter {
    let id: UInt64
    let visit: Visit
    let startMS: Int64
    let continuation: CheckedContinuation<Result<Ticket, Failure>, Never>
    /// The end of the wait that was told.
    var toldMS: Int64 = 0
  }

  private enum Decision {
    case enter(Ticket)
    case wait(untilMS: Int64, isOutage: Bool)
    /// Until another one leaves.
    case full
    case fail(Failure)
  }

  private let clock: @Sendable () -> Int64
  private var limiter: Limiter
  private var outages: [String: Outage] = [:]
  private var waiters: [Waiter] = []
  private var nextID: UInt64 = 0
  private var timer: (atMS: Int64, task: Task<Void, Never>)?

  /// `clock`: milliseconds of a clock that never goes back.
  init(_ limiter: Limiter, clock: @escaping @Sendable () -> Int64 = Time.monotonicMS) {
    self.limiter = limiter
    self.clock = clock
  }

  /// Waits for a place. Every `enter` that returns is followed by one `leave`.
  func enter(_ visit: Visit) async throws(Failure) -> Ticket {
    let startMS = clock()
    if waiters.isEmpty, case .enter(let ticket) = decide(visit, startMS, now: startMS) {
      return ticket
    }
    nextID += 1
    let id = nextID
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        waiters.append(Waiter(id: id, visit: visit, startMS: startMS, continuation: continuation))
        if Task.isCancelled { drop(id) } else { pump() }
      }
    } onCancel: {
      Task { await self.drop(id) }
    }
    return try result.get()
  }

  func leave(_ ticket: Ticket, _ answer: Limiter.Answer, _ reach: Reach) {
    let nowMS = clock()
    limiter.finish(answer, now: nowMS)
    withOutage(ticket.visit.origin) { outage in
      switch reach {
      case .answered: outage.succeed(now: nowMS)
      case .unreachable(let why):
        outage.fail(why, from: ticket.startMS, now: nowMS, isProbe: ticket.isProbe)
      case .unknown: outage.abandon(isProbe: ticket.isProbe)
      }
    }
    if !waiters.isEmpty { pump() }
  }

  private func withOutage<R>(_ origin: String, _ body: (inout Outage) -> R) -> R {
    body(&outages[origin, default: Outage()])
  }

  private func drop(_ id: UInt64) {
    guard let index = waiters.firstIndex(where: { $0.id == id }) else { return }
    waiters.remove(at: index).continuation.resume(
      returning: .failure(Failure(.cancelled, "egress.cancelled", "cancelled")))
  }

  /// The host comes first: a request that waits for it takes nobody's turn.
  private func decide(_ visit: Visit, _ startMS: Int64, now nowMS: Int64) -> Decision {
    switch withOutage(visit.origin, { $0.admit(now: nowMS, patienceMS: visit.patienceMS) }) {
    case .fail:
      let outage = outages[visit.origin] ?? Outage()
      return .fail(
        .unreachable(
          visit.place, outage.why, attempts: outage.attempts,
          awayMS: nowMS - (outage.sinceMS ?? nowMS)))
    case .wait(let untilMS): return .wait(untilMS: untilMS, isOutage: true)
    case .go: break
    }
    switch limiter.admit(visit.path, now: nowMS) {
    case .full: return .full
    case .wait(let untilMS) where untilMS - nowMS > RetryPolicy.patienceMS:
      return .fail(.longPause(ms: untilMS - nowMS))
    case .wait(let untilMS): return .wait(untilMS: untilMS, isOutage: false)
    case .go:
      let (isProbe, connectMS) = withOutage(visit.origin) {
        ($0.start(), $0.connectMS(now: nowMS, patienceMS: visit.patienceMS))
      }
      return .enter(
        Ticket(
          visit: visit, waitedMS: nowMS - startMS, startMS: nowMS, isProbe: isProbe,
          connectMS: connectMS))
    }
  }

  private func pump() {
    let nowMS = clock()
    var wakeMS: Int64?
    var kept: [Waiter] = []
    for var waiter in waiters {
      switch decide(waiter.visit, waiter.startMS, now: nowMS) {
      case .enter(let ticket): waiter.continuation.resume(returning: .success(ticket))
      case .fail(let failure): waiter.continuation.resume(returning: .failure(failure))
      case .full: kept.append(waiter)
      case .wait(let untilMS, let isOutage):
        wakeMS = min(wakeMS ?? untilMS, untilMS)
        tell(&waiter, untilMS: untilMS, isOutage: isOutage, now: nowMS)
        kept.append(waiter)
      }
    }
    waiters = kept
    if let wakeMS { wake(at: wakeMS, now: nowMS) }
  }

  /// Tells of a wait when it begins, and again only if it came to be a longer one.
  private func tell(
    _ waiter: inout Waiter, untilMS: Int64, isOutage: Bool, now nowMS: Int64
  ) {
    let (visit, leastMS) = (waiter.visit, WaitTeller.leastMS)
    var reason = WaitNotice.Reason.vendorLimit
    var leftMS = untilMS - nowMS
    var sinceMS = waiter.startMS
    if isOutage, let outage = outages[visit.origin] {
      // How long an attempt takes is not known; the pauses between them are told.
      if outage.isProbing { return }
      reason = .outage(place: visit.place, why: outage.why)
      sinceMS = outage.sinceMS ?? sinceMS
    }
    guard untilMS - waiter.toldMS > leastMS, max(leftMS, nowMS - sinceMS) > leastMS else { return }
    if isOutage { leftMS = sinceMS + visit.patienceMS - nowMS }
    waiter.toldMS = untilMS
    visit.teller.tell(reason, ms: leftMS, now: nowMS)
  }

  private func wake(at wakeMS: Int64, now nowMS: Int64) {
    if let timer, timer.atMS <= wakeMS, timer.atMS > nowMS { return }
    timer?.task.cancel()
    let task = Task {
      try? await Task.sleep(for: .milliseconds(max(1, wakeMS - nowMS)))
      if Task.isCancelled { return }
      self.timer = nil
      self.pump()
    }
    timer = (wakeMS, task)
  }
}
