internal import Dispatch
package import PatchbayCore
internal import Synchronization

/// Ends the wait for a plugin in this process that does not come back. The plugin's thread cannot
/// be ended: it is left to itself, and what it may still say is not taken.
package final class StepLease: Sendable {
  private struct State {
    var deadlineMS: Int64?
    var isExpired = false
    var give: (@Sendable (Failure) -> Void)?
  }

  private let state = Mutex(State())
  let hung: Failure

  private init(_ manifest: Manifest) {
    hung = Failure(
      .bug, "plugin.hung",
      "the plugin \(manifest.id) \(manifest.version) did not come back from a step in time",
      mend: "its thread is lost until this program ends; report it to \(manifest.publisher)")
  }

  /// Waits for work that steps a plugin, or for the moment at which one of its calls has taken too
  /// long; then with `plugin.hung`. The work goes on without anybody who waits for it, and learns
  /// from ``PluginSession/step(_:_:)`` that it is not wanted any more.
  package static func hold<R: Sendable>(
    _ plugin: LoadedPlugin,
    _ work: @escaping @Sendable (StepLease) async throws(Failure) -> R
  ) async throws(Failure) -> R {
    let lease = StepLease(plugin.manifest)
    let result: Result<R, Failure> = await withCheckedContinuation { continuation in
      lease.state.withLock { $0.give = { continuation.resume(returning: .failure($0)) } }
      Watchdog.shared.add(lease)
      Task {
        let result: Result<R, Failure>
        do throws(Failure) {
          result = .success(try await work(lease))
        } catch {
          result = .failure(error)
        }
        if lease.settle() { continuation.resume(returning: result) }
      }
    }
    return try result.get()
  }

  /// Whether the wait was ended, and nothing may come of the work any more.
  package var isExpired: Bool { state.withLock { $0.isExpired } }

  /// Around each call of the plugin.
  func timed<R>(_ ms: Int64, _ call: () -> R) -> R {
    state.withLock { $0.deadlineMS = Time.monotonicMS() + ms }
    defer { state.withLock { $0.deadlineMS = nil } }
    return call()
  }

  /// Whether the one who waits is still waiting; from here on nobody is.
  private func settle() -> Bool { state.withLock { $0.give.take() } != nil }

  /// Ends the wait where a call is overdue. Returns whether there is still something to watch.
  fileprivate func look(at nowMS: Int64) -> Bool {
    let (give, isWatched) = state.withLock { state in
      guard let deadlineMS = state.deadlineMS, deadlineMS < nowMS, state.give != nil else {
        return (nil as (@Sendable (Failure) -> Void)?, state.give != nil)
      }
      state.isExpired = true
      return (state.give.take(), false)
    }
    give?(hung)
    return isWatched
  }
}

/// Looks after all leases of the process, a few times a second while there are any.
private final class Watchdog: Sendable {
  static let shared = Watchdog()
  private static let periodMS = 100

  private let queue = DispatchQueue(label: "patchbay.watchdog")
  private let leases = Mutex<[StepLease]>([])

  func add(_ lease: StepLease) {
    let isFirst = leases.withLock {
      $0.append(lease)
      return $0.count == 1
    }
    if isFirst { lookLater() }
  }

  private func lookLater() {
    queue.asyncAfter(deadline: .now() + .milliseconds(Self.periodMS)) {
      let nowMS = Time.monotonicMS()
      let watched = self.leases.withLock { $0 }
      let over = watched.filter { !$0.look(at: nowMS) }
      let isIdle = self.leases.withLock { leases in
        leases.removeAll { lease in over.contains { $0 === lease } }
        return leases.isEmpty
      }
      if !isIdle { self.lookLater() }
    }
  }
}
