internal import Dispatch
internal import PatchbayCore
internal import Synchronization

/// Work on a thread of its own, whose events are told on the thread that waits for it.
final class DevWork<Outcome: Sendable>: Sendable {
  private struct State {
    var events: [DevEvent] = []
    var outcome: Result<Outcome, Failure>?
  }

  private let state = Mutex(State())
  private let news = DispatchSemaphore(value: 0)

  private static var tickMS: Int { 100 }

  /// Begins it.
  init(_ body: @escaping @Sendable (_ tell: (DevEvent) -> Void) throws(Failure) -> Outcome) {
    DispatchQueue(label: "dev.work").async { [self] in
      let outcome = Result { () throws(Failure) in try body(add) }
      state.withLock { $0.outcome = outcome }
      news.signal()
    }
  }

  private func add(_ event: DevEvent) {
    state.withLock { $0.events.append(event) }
    news.signal()
  }

  /// Waits for its end; `nil` when it was stopped, whatever it still does. The last event is told
  /// again ten times a second where it says that something goes on.
  func wait(_ stop: StopSwitch, tell: (DevEvent) -> Void) throws(Failure) -> Outcome? {
    var last: DevEvent?
    while !stop.isSet {
      let isTick = news.wait(timeout: .now() + .milliseconds(Self.tickMS)) == .timedOut
      if isTick, let last, case .testing = last { tell(last) }
      let (events, outcome) = state.withLock { state in
        defer { state.events = [] }
        return (state.events, state.outcome)
      }
      for event in events {
        tell(event)
        last = event
      }
      if let outcome { return try outcome.get() }
    }
    return nil
  }
}
