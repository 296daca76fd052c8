internal import CWorker
internal import PatchbayABI
internal import PatchbayCore
internal import PatchbayMessages
internal import Synchronization

/// A process that runs one plugin and can do nothing else. Its sessions take turns.
///
/// Unsafe: frames are plain structs; what they say is the plugin's word, and is checked.
@safe final class WorkerProcess: Sendable {
  private struct State {
    var nextSession: UInt32 = 1
    var failure: Failure?
    /// A session came to its end.
    var hasServed = false
  }

  let limits: SessionLimits
  private let manifest: Manifest
  private let line: WorkerLine
  private let state = Mutex(State())

  init(
    _ library: Int32, _ manifest: Manifest, limits: SessionLimits,
    ceilings: WorkerLine.Ceilings = .init()
  ) throws(Failure) {
    self.limits = limits
    self.manifest = manifest
    line = try WorkerLine([], library: library, limits, ceilings)
    let greeting: worker_report
    do throws(WorkerLine.Broken) {
      greeting = try line.receive(within: ceilings.startMS)
    } catch {
      throw failure(error)
    }
    if greeting.result != WORKER_DONE {
      let parts = line.text(of: greeting).split(separator: "\n").map(String.init)
      throw Failure.refusedPlugin(
        manifest.id,
        .init(
          wanted: parts.first ?? "a plugin that loads",
          found: parts.dropFirst().first ?? "none", mend: parts.dropFirst(2).first ?? ""))
    }
  }

  /// Bytes of memory that it has in use; `nil` when it is gone.
  var residentBytes: Int? { line.residentBytes }

  var hasServed: Bool { state.withLock { $0.hasServed } }
  var isAlive: Bool { state.withLock { $0.failure == nil } }

  /// Opens a session. Returns its number.
  func open(_ limits: SessionLimits) throws(Failure) -> UInt32 {
    try state.withLock { (state) throws(Failure) in
      let number = state.nextSession
      state.nextSession &+= 1
      var order = worker_order()
      order.operation = WORKER_OPEN
      order.session = number
      order.head_size = UInt64(limits.messages)
      order.body_size = UInt64(limits.bytes)
      let report = try exchange(order, &state)
      guard report.result == WORKER_DONE else {
        throw Failure(
          .transient, "plugin.open", "the plugin \(manifest.id) opened no session",
          mend: "it may be short of memory: try again")
      }
      return number
    }
  }

  func close(session: UInt32) {
    state.withLock { state in
      if state.failure != nil { return }
      var order = worker_order()
      order.operation = WORKER_CLOSE
      order.session = session
      _ = try? exchange(order, &state)
    }
  }

  func step(_ order: worker_order, head: [UInt8], body: [UInt8], within stepMS: Int64)
    throws(Failure) -> StepResult
  {
    try state.withLock { (state) throws(Failure) in
      guard head.count <= limits.headBytes, body.count <= limits.bodyBytes else {
        throw Failure(
          .data, "worker.message", "a message of \(head.count + body.count) bytes is too large")
      }
      unsafe line.input.bytes.copyBytes(from: head)
      unsafe UnsafeMutableRawBufferPointer(rebasing: line.input.bytes[head.count...])
        .copyBytes(from: body)
      var order = order
      order.operation = WORKER_STEP
      order.head_size = UInt64(head.count)
      order.body_size = UInt64(body.count)
      let report = try exchange(order, &state, within: stepMS)
      line.input.release(after: head.count + body.count)
      let result = unsafe StepResult(report, UnsafeRawBufferPointer(line.output.bytes), limits)
      guard let result else {
        line.end()
        let failure = failure(
          "plugin.contract",
          "was killed by the hub because it answered with a report that makes no sense")
        state.failure = failure
        throw failure
      }
      line.output.release(after: Int(report.bytes))
      if report.flags & WORKER_HAS_ENDED != 0 { state.hasServed = true }
      return result
    }
  }

  private func exchange(
    _ order: worker_order, _ state: inout State, within ms: Int64? = nil
  ) throws(Failure) -> worker_report {
    if let failure = state.failure { throw failure }
    do throws(WorkerLine.Broken) {
      return try line.exchange(order, within: ms ?? limits.stepMS)
    } catch {
      let failure = failure(error)
      state.failure = failure
      throw failure
    }
  }

  private func failure(_ broken: WorkerLine.Broken) -> Failure {
    switch broken.kind {
    case .crashed: failure("plugin.crashed", broken.what)
    case .hung: failure("plugin.hung", broken.what)
    case .babbled: failure("plugin.contract", broken.what)
    }
  }

  private func failure(_ code: String, _ what: String) -> Failure {
    Failure(
      .bug, code, "the plugin \(manifest.id) \(manifest.version) \(what)",
      mend: "report it to \(manifest.publisher); other plugins are not touched")
  }
}

/// A session in a worker.
final class WorkerSession: SessionBackend {
  private let process: WorkerProcess
  private let number: UInt32
  private let stepMS: Int64

  init(_ process: WorkerProcess, _ limits: SessionLimits) throws(Failure) {
    self.process = process
    stepMS = limits.stepMS
    number = try process.open(limits)
  }

  deinit { process.close(session: number) }

  func step(kind: UInt32, correlation: UInt64, head: [UInt8], body: [UInt8], _ moment: Moment)
    throws(Failure) -> StepResult
  {
    var order = worker_order()
    order.session = number
    order.kind = kind
    order.correlation = correlation
    order.now_ms = moment.nowMS
    order.seed = moment.seed
    return try process.step(order, head: head, body: body, within: stepMS)
  }
}
