internal import PatchbayCore
internal import PatchbayEgress
internal import PatchbayHost
internal import PatchbayStore

/// What one run may use, and what it used: whoever reads or writes records is charged alike.
struct RunAccount: Sendable {
  let id: RunID
  /// What the run's plugin may still ask for.
  let budget: RequestBudget
  private let connection: OpenConnection
  private let gate: (any SpendGate)?
  /// For how long the run goes on, whatever happens to the wall clock: it is charged by this.
  private let clock = RunClock()

  init(_ connection: OpenConnection, _ gate: (any SpendGate)?) {
    (self.connection, self.gate) = (connection, gate)
    id = RunID(nowMS: Time.nowMS())
    let meter = connection.meter(id.text)
    let (line, clock) = (connection.line, clock)
    let flow = gate.map { gate in
      FlowLease(gate, meter) {
        let traffic = line.traffic
        return (traffic.bytesIn + traffic.bytesOut, clock.seconds)
      }
    }
    budget = RequestBudget(
      limit: connection.requestLimit, lease: gate.map { PlanLease($0, meter) }, flow: flow)
  }

  /// Throws where a budget has nothing left.
  func begin(_ record: RunRecord, _ store: any Store) async throws(Failure) {
    if let terms = connection.file.grant?.commercial { try await store.keep(terms) }
    let month = connection.monthMeter(record.startedMS)
    try await gate?.begin([month.event(.months, 1, atMS: record.startedMS)])
    try await store.begin(record)
  }

  /// What is charged of it, besides records.
  func usage(_ record: RunRecord) -> [UsageEvent] {
    let (meter, traffic) = (connection.meter(id.text), connection.line.traffic)
    let atMS = record.finishedMS ?? record.startedMS
    return [
      meter.event(.requests, traffic.requests, atMS: atMS),
      meter.event(.bytes, traffic.bytesIn + traffic.bytesOut, atMS: atMS),
      meter.event(.seconds, clock.seconds, atMS: atMS),
      connection.monthMeter(atMS).event(.months, 1, atMS: atMS),
    ]
  }
}

private struct RunClock: Sendable {
  private let startedMS = Time.monotonicMS()

  /// Seconds that began.
  var seconds: Int64 { (Time.monotonicMS() - startedMS + 999) / 1000 }
}
