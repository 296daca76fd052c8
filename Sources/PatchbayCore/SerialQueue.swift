public import Dispatch

/// A thread of work of its own for an actor whose methods block (a database, a plugin, libcurl), so
/// that they stay off the shared pool.
public final class SerialQueue: SerialExecutor {
  public let queue: DispatchQueue

  public init(_ label: String) { queue = DispatchQueue(label: label) }

  public func enqueue(_ job: consuming ExecutorJob) {
    // Unsafe: the job is owned by this queue from here on and run exactly once.
    let job = UnownedJob(job)
    queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }

  public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    unsafe UnownedSerialExecutor(ordinary: self)
  }

  /// Runs blocking work here and waits for it without holding a thread of the pool.
  public func run<R: Sendable>(
    _ body: @escaping @Sendable () throws(Failure) -> R
  ) async throws(Failure) -> R {
    let result = await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: Result { () throws(Failure) in try body() }) }
    }
    return try result.get()
  }

  public func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}
