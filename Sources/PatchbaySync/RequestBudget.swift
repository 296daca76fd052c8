internal import PatchbayCore
internal import PatchbayStore
internal import Synchronization

/// How many requests the plugin of one run has asked for, over all streams; retries of the host's
/// are not among them.
final class RequestBudget: Sendable {
  private let limit: Int
  private let spent = Atomic(0)
  private let lease: PlanLease?
  private let flow: FlowLease?

  /// `lease` and `flow` are for runs of which somebody is asked before they use more.
  init(limit: Int, lease: PlanLease? = nil, flow: FlowLease? = nil) {
    (self.limit, self.lease, self.flow) = (limit, lease, flow)
  }

  func spend() throws(Failure) {
    guard spent.add(1, ordering: .relaxed).newValue > limit else { return }
    throw Failure(
      .budget, "sync.requests", "the run has asked for \(limit) requests, as many as it may",
      mend: "what was covered is stored, and the next run goes on from there; "
        + "if this much is meant, raise the connection's setting max_requests")
  }

  /// Returns when the customer's plan and budgets allow one more request, be it a retry or one for
  /// a token. What it returns is called when that request is over.
  func allow() async throws(Failure) -> (@Sendable () async -> Void)? {
    guard let flow else {
      try await lease?.take()
      return nil
    }
    let hasTurn = try await flow.begin()
    do throws(Failure) {
      try await lease?.take()
    } catch {
      if hasTurn { await flow.end() }
      throw error
    }
    if !hasTurn { return nil }
    return { () async in await flow.end() }
  }
}

/// What a run uses while it goes on, where that has a price: bytes and seconds. Room is asked for
/// some at a time, and a run that has none left makes no further request. Nobody knows what an
/// answer brings before it is here: where bytes have a price, one request is under way at a time.
actor FlowLease {
  private let gate: any SpendGate
  private let meter: UsageMeter
  private let used: @Sendable () -> (bytes: Int64, seconds: Int64)
  /// Up to where there is room; none of a meter without a price or a budget.
  private var room: [Terms.Meter: Int64]?
  private var checking: Task<Failure?, Never>?
  private var isTurnTaken = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  private static let steps: [(meter: Terms.Meter, size: Int64)] = [
    (.bytes, 1 << 20), (.seconds, 60),
  ]

  init(
    _ gate: any SpendGate, _ meter: UsageMeter,
    used: @escaping @Sendable () -> (bytes: Int64, seconds: Int64)
  ) {
    (self.gate, self.meter, self.used) = (gate, meter, used)
  }

  /// Throws `budget.spent` where nothing more may be used. Returns whether ``end()`` has to be
  /// called when the request is over, since others wait for that.
  func begin() async throws(Failure) -> Bool {
    if room == nil { try await check() }
    guard room?[.bytes] != nil else {
      try await check()
      return false
    }
    if isTurnTaken { await withCheckedContinuation { waiting.append($0) } }
    isTurnTaken = true
    do throws(Failure) {
      try await check()
      return true
    } catch {
      end()
      throw error
    }
  }

  /// A request is over: the next one may begin.
  func end() {
    if waiting.isEmpty { isTurnTaken = false } else { waiting.removeFirst().resume() }
  }

  /// One asks at a time: who comes meanwhile waits for the same answer.
  private func check() async throws(Failure) {
    let task = checking ?? Task { await self.ask() }
    checking = task
    if let failure = await task.value { throw failure }
  }

  private func ask() async -> Failure? {
    defer { checking = nil }
    do throws(Failure) {
      if room == nil {
        room = [:]
        for step in Self.steps where try await gate.counts(event(step.meter, 1)) {
          room?[step.meter] = 0
        }
      }
      let used = used()
      for step in Self.steps {
        let amount = step.meter == .bytes ? used.bytes : used.seconds
        guard let known = room?[step.meter], amount >= known else { continue }
        room?[step.meter] = try await ask(step.meter, amount, amount + step.size)
      }
      return nil
    } catch {
      return error
    }
  }

  /// Room for some more, or for what was used and one request where there is not so much.
  private func ask(_ kind: Terms.Meter, _ used: Int64, _ wanted: Int64) async throws(Failure)
    -> Int64
  {
    do throws(Failure) {
      try await gate.admit(event(kind, wanted))
      return wanted
    } catch  where error.code == "budget.spent" {
      try await gate.admit(event(kind, used + 1))
      return used + 1
    }
  }

  private func event(_ kind: Terms.Meter, _ quantity: Int64) -> UsageEvent {
    meter.event(kind, quantity, atMS: Time.nowMS())
  }
}

/// Requests that a run may make by budgets and its customer's plan: set aside some at a time, so
/// that runs side by side never make more than there are.
actor PlanLease {
  private let gate: any SpendGate
  private let meter: UsageMeter
  /// What is left of what was set aside; `nil` where nobody counts it.
  private var left: Int64? = 0
  private var parts: Int64 = 0
  /// What was set aside so far.
  private var leased: Int64 = 0
  private var renewal: Task<Failure?, Never>?

  private static let size: Int64 = 20

  init(_ gate: any SpendGate, _ meter: UsageMeter) { (self.gate, self.meter) = (gate, meter) }

  func take() async throws(Failure) {
    while let left, left == 0 { try await renew() }
    if let left { self.left = left - 1 }
  }

  /// One at a time: who comes meanwhile waits for the same one.
  private func renew() async throws(Failure) {
    let task = renewal ?? Task { await self.ask() }
    renewal = task
    if let failure = await task.value { throw failure }
  }

  private func ask() async -> Failure? {
    parts += 1
    defer { renewal = nil }
    do throws(Failure) {
      let event = meter.event(.requests, leased + Self.size, atMS: Time.nowMS())
      left = try await gate.lease(event, part: parts, wanted: Self.size)
      leased += left ?? 0
      return nil
    } catch {
      return error
    }
  }
}
