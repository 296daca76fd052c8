internal import CPatchbay
internal import CWorker
internal import Synchronization

/// A session's sink. A plugin may keep its address beyond the step that it was lent for: the memory
/// stays, and what is emitted at the wrong time is refused and remembered. Only after a thousand
/// more sessions is it the sink of another one.
///
/// Unsafe: owns a sink that is never freed, and knows the outbox only while a step has it.
@safe final class LastingSink: @unchecked Sendable {
  // @unchecked: used by one session at a time, whose steps take turns.
  let native: UnsafeMutablePointer<patchbay_sink>
  private var outbox: Outbox?
  private var isMisused = false

  private init() {
    unsafe native = .allocate(capacity: 1)
    unsafe native.initialize(
      to: patchbay_sink(context: Unmanaged.passRetained(self).toOpaque(), emit: emitInto))
  }

  func open(_ outbox: Outbox) {
    self.outbox = outbox
    if isMisused { outbox.noteMisuse() }
  }

  func close() { outbox = nil }

  fileprivate func take(_ message: patchbay_message) -> UInt32 {
    guard let outbox else {
      isMisused = true
      return PATCHBAY_CLOSED
    }
    return unsafe outbox.take(message)
  }

  // MARK: Used again, but late

  private static let rest = Mutex<[LastingSink]>([])
  /// Sinks of closed sessions that lie idle before the oldest is used again.
  private static let restCount = 1024

  static func take() -> LastingSink {
    let sink = rest.withLock { $0.count > restCount ? $0.removeFirst() : nil } ?? LastingSink()
    sink.isMisused = false
    return sink
  }

  static func giveBack(_ sink: LastingSink) { rest.withLock { $0.append(sink) } }
}

private let emitInto:
  @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<patchbay_message>) -> UInt32 = {
    context, message in
    guard let context = unsafe context else { return PATCHBAY_CLOSED }
    let sink = unsafe Unmanaged<LastingSink>.fromOpaque(context).takeUnretainedValue()
    return unsafe sink.take(message.pointee)
  }
