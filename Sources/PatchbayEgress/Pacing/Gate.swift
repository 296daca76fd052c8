internal import PatchbayCore

/// Holds requests back until the limiter lets them go, first come, first served for each rule.
actor Gate {
  private struct Waiter {
    let id: UInt64
    let path: String
    let continuation: CheckedContinuation<Entry, Never>
  }

  private enum Entry {
    case admitted
    case cancelled
    /// The vendor asks for a pause of so long that somebody should hear of it.
    case refused(ms: Int64)
  }

  /// Pauses up to here are waited for.
  private static let patienceMS: Int64 = 15 * 60_000

  private var limiter: Limiter
  private var waiters: [Waiter] = []
  private var nextID: UInt64 = 0
  private var timer: (atMS: Int64, task: Task<Void, Never>)?

  init(_ limiter: Limiter) { self.limiter = limiter }

  /// Waits for a place. Every `enter` is followed by one `leave`. Returns the milliseconds waited.
  func enter(_ path: String) async throws(Failure) -> Int64 {
    let startMS = Time.monotonicMS()
    if waiters.isEmpty, limiter.admit(path, now: startMS) == .go { return 0 }
    nextID += 1
    let id = nextID
    let entry = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        waiters.append(Waiter(id: id, path: path, continuation: continuation))
        if Task.isCancelled { drop(id) } else { pump() }
      }
    } onCancel: {
      Task { await self.drop(id) }
    }
    switch entry {
    case .admitted: return Time.monotonicMS() - startMS
    case .cancelled: throw Failure(.cancelled, "egress.cancelled", "cancelled")
    case .refused(let pauseMS):
      let minutes = pauseMS / 60_000
      throw Failure(
        .rateLimit, "egress.pause", "the vendor asks to send nothing for \(minutes) minutes",
        mend: "run it again then; what was read is stored", retryAfterMS: pauseMS)
    }
  }

  func leave(_ answer: Limiter.Answer) {
    limiter.finish(answer, now: Time.monotonicMS())
    if !waiters.isEmpty { pump() }
  }

  private func drop(_ id: UInt64) {
    guard let index = waiters.firstIndex(where: { $0.id == id }) else { return }
    waiters.remove(at: index).continuation.resume(returning: .cancelled)
  }

  private func pump() {
    let nowMS = Time.monotonicMS()
    var wakeMS: Int64?
    var kept: [Waiter] = []
    for waiter in waiters {
      switch limiter.admit(waiter.path, now: nowMS) {
      case .go: waiter.continuation.resume(returning: .admitted)
      case .full: kept.append(waiter)
      case .wait(let untilMS) where untilMS - nowMS > Self.patienceMS:
        waiter.continuation.resume(returning: .refused(ms: untilMS - nowMS))
      case .wait(let untilMS):
        wakeMS = min(wakeMS ?? untilMS, untilMS)
        kept.append(waiter)
      }
    }
    waiters = kept
    if let wakeMS { wake(at: wakeMS, now: nowMS) }
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
