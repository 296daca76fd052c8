internal import PatchbayCore
internal import PatchbayEgress
internal import PatchbayHost
internal import PatchbayStore
internal import Synchronization

/// What one run may use, and what it used: whoever reads or writes records is charged alike.
final class RunAccount: Sendable {
  let id: RunID
  /// What the run's plugin may still ask for.
  let budget: RequestBudget
  private let connection: OpenConnection
  private let gate: (any SpendGate)?
  private let start = RunStart()

  init(_ connection: OpenConnection, _ gate: (any SpendGate)?) {
    (self.connection, self.gate) = (connection, gate)
    id = RunID(nowMS: Time.nowMS())
    let meter = connection.meter(id.text)
    let (line, start) = (connection.line, start)
    let flow = gate.map { gate in
      FlowLease(gate, meter) {
        let (traffic, seconds) = start.used(of: line)
        return (traffic.bytesIn + traffic.bytesOut, seconds)
      }
    }
    budget = RequestBudget(
      limit: connection.requestLimit, lease: gate.map { PlanLease($0, meter) }, flow: flow)
  }

  /// Throws where a budget has nothing left.
  func begin(_ record: RunRecord, _ store: any Store) async throws(Failure) {
    if let terms = connection.file.grant?.commercial { try await store.keep(terms) }
    let month = connection.monthMeter(record.startedMS)
    start.begin(connection.line)
    try await gate?.begin([month.event(.months, 1, atMS: record.startedMS)])
    try await store.begin(record)
  }

  /// What the run sent and got so far.
  var traffic: Traffic { start.used(of: connection.line).traffic }

  /// What is charged of it, besides records.
  func usage(_ record: RunRecord) -> [UsageEvent] {
    let meter = connection.meter(id.text)
    let (traffic, seconds) = start.used(of: connection.line)
    let atMS = record.finishedMS ?? record.startedMS
    return [
      meter.event(.requests, traffic.requests, atMS: atMS),
      meter.event(.bytes, traffic.bytesIn + traffic.bytesOut, atMS: atMS),
      meter.event(.seconds, seconds, atMS: atMS),
      connection.monthMeter(atMS).event(.months, 1, atMS: atMS),
    ]
  }
}

/// Where a connection's line and the clock stood when a run began: another run before it in this
/// process pays for itself. Seconds are those that began, whatever happens to the wall clock.
private final class RunStart: Sendable {
  private let begun = Mutex((traffic: Traffic(), atMS: Time.monotonicMS()))

  func begin(_ line: Line) { begun.withLock { $0 = (line.traffic, Time.monotonicMS()) } }

  func used(of line: Line) -> (traffic: Traffic, seconds: Int64) {
    let begun = begun.withLock { $0 }
    return (line.traffic - begun.traffic, (Time.monotonicMS() - begun.atMS + 999) / 1000)
  }
}
