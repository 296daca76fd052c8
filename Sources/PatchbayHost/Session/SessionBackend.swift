internal import CPatchbay
internal import CWorker
internal import PatchbayABI
internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayMessages

/// Where a session runs: in this process, or in a worker. The messages are the same.
protocol SessionBackend: AnyObject {
  /// One call of the plugin's `step`; kind 0 is no message, after it said that it has more.
  func step(kind: UInt32, correlation: UInt64, head: [UInt8], body: [UInt8], _ moment: Moment)
    throws(Failure) -> StepResult
}

extension SessionBackend {
  func step(_ message: Message?, _ moment: Moment) throws(Failure) -> StepResult {
    try step(
      kind: message?.kind.rawValue ?? 0, correlation: message?.correlation ?? 0,
      head: message?.head.bytes ?? [], body: message?.body ?? [], moment)
  }
}

/// What one call gave.
struct StepResult {
  let verdict: UInt32
  /// As the plugin emitted them, unchecked.
  let emitted: [Emitted]
  let flags: UInt32
  /// The sizes of a message that was not taken for them.
  let fault: (head: UInt64, body: UInt64)
}

extension StepResult {
  /// Reads what a worker says it did; all of it is the plugin's word. `nil` if it makes no sense.
  // Unsafe: the output is lent for the call.
  init?(
    _ report: worker_report, _ output: UnsafeRawBufferPointer, _ limits: SessionLimits
  ) {
    guard report.result == WORKER_DONE,
      report.bytes <= UInt64(min(limits.outputBytes, output.count)),
      report.count <= UInt64(limits.messages) + 1
    else { return nil }
    // The worker may still write to its output: copy first, then look.
    let copy = unsafe Array(output[0..<Int(report.bytes)])
    let emitted = unsafe copy.withUnsafeBytes { unsafe Emitted.all($0, count: Int(report.count)) }
    guard let emitted else { return nil }
    self.init(
      verdict: report.verdict, emitted: emitted, flags: report.flags,
      fault: (report.fault_head, report.fault_body))
  }
}

/// A session in this process: a crash of its plugin takes the process with it.
final class LocalSession: SessionBackend {
  private var session: TableSession?
  private let outbox: Outbox
  private let lease: StepLease?
  private let stepMS: Int64

  /// `open` begins the session, or returns `nil` where the plugin does not.
  init?(_ limits: SessionLimits, _ lease: StepLease?, _ open: () -> TableSession?) {
    outbox = Outbox(limits)
    self.lease = lease
    stepMS = limits.stepMS
    session = timed(open)
    if session == nil { return nil }
  }

  deinit { timed { session = nil } }

  private func timed<R>(_ call: () -> R) -> R { lease?.timed(stepMS, call) ?? call() }

  func step(kind: UInt32, correlation: UInt64, head: [UInt8], body: [UInt8], _ moment: Moment)
    throws(Failure) -> StepResult
  {
    // Unsafe: head and body are lent for the call.
    guard let session else { return StepResult(verdict: 0, emitted: [], flags: 0, fault: (0, 0)) }
    let verdict = timed {
      unsafe head.withUnsafeBytes { head in
        unsafe body.withUnsafeBytes { body in
          unsafe session.step(
            kind: kind, correlation: correlation, head: head, body: body, nowMS: moment.nowMS,
            seed: moment.seed, into: outbox)
        }
      }
    }
    // Nobody waits any more for what it says now.
    if let lease, lease.isExpired { throw lease.hung }
    let emitted = unsafe Emitted.all(outbox.bytes, count: outbox.count) ?? []
    return StepResult(verdict: verdict, emitted: emitted, flags: outbox.flags, fault: outbox.fault)
  }
}
