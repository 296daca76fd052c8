internal import CWorker
internal import Glibc
internal import PatchbayABI
internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayMessages
internal import Synchronization

/// A process that runs one plugin and can do nothing else. Its sessions take turns.
///
/// Unsafe: frames are plain structs; what they say is the plugin's word, and is checked.
@safe final class WorkerProcess: Sendable {
  /// What one worker may use.
  struct Ceilings: Sendable {
    var memoryMB = 512
    var processorSeconds = 4 * 3600
    /// From the beginning of the process until the plugin is loaded.
    var startMS: Int64 = 5_000
  }

  private struct State {
    var nextSession: UInt32 = 1
    var failure: Failure?
    /// A session came to its end.
    var hasServed = false
  }

  let limits: SessionLimits
  private let manifest: Manifest
  private let child: ChildProcess
  private let socket: Int32
  private let input: SharedMemory
  private let output: SharedMemory
  private let state = Mutex(State())

  init(
    _ program: String, _ library: Int32, _ manifest: Manifest, limits: SessionLimits,
    ceilings: Ceilings = Ceilings()
  ) throws(Failure) {
    self.limits = limits
    self.manifest = manifest
    input = try SharedMemory("patchbay-input", size: limits.inputBytes)
    output = try SharedMemory("patchbay-output", size: limits.outputBytes)
    var ends: [Int32] = [0, 0]
    let kind = Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw Failure(.transient, "worker.start", "the system gave no socket for a worker")
    }
    socket = ends[0]
    do throws(Failure) {
      // Held open here, it would hide the end of the worker.
      defer { Glibc.close(ends[1]) }
      // Both memories are in the address space of the worker, too.
      let shared = (limits.inputBytes + limits.outputBytes) >> 20
      child = try ChildProcess(
        program, [String(ceilings.memoryMB + shared), String(ceilings.processorSeconds)],
        descriptors: [ends[1], library, input.descriptor, output.descriptor])
    } catch {
      Glibc.close(ends[0])
      throw error
    }
    let greeting = try receive(within: ceilings.startMS)
    if greeting.result != WORKER_DONE {
      let parts = text(of: greeting).split(separator: "\n").map(String.init)
      _ = child.end()
      throw Failure.refusedPlugin(
        manifest.id,
        .init(
          wanted: parts.first ?? "a plugin that loads",
          found: parts.dropFirst().first ?? "none", mend: parts.dropFirst(2).first ?? ""))
    }
  }

  deinit {
    Glibc.close(socket)
    if !child.endsWithin(ms: 200) { _ = child.end() }
  }

  /// Bytes of memory that it has in use; `nil` when it is gone.
  var residentBytes: Int? { child.residentBytes }

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
      unsafe input.bytes.copyBytes(from: head)
      unsafe UnsafeMutableRawBufferPointer(rebasing: input.bytes[head.count...])
        .copyBytes(from: body)
      var order = order
      order.operation = WORKER_STEP
      order.head_size = UInt64(head.count)
      order.body_size = UInt64(body.count)
      let report = try exchange(order, &state, within: stepMS)
      input.release(after: head.count + body.count)
      let result = unsafe StepResult(report, UnsafeRawBufferPointer(output.bytes), limits)
      guard let result else { throw die("answered with a report that makes no sense", &state) }
      output.release(after: Int(report.bytes))
      if report.flags & WORKER_HAS_ENDED != 0 { state.hasServed = true }
      return result
    }
  }

  // MARK: The line to it

  private func exchange(
    _ order: worker_order, _ state: inout State, within ms: Int64? = nil
  ) throws(Failure) -> worker_report {
    if let failure = state.failure { throw failure }
    var order = order
    let size = MemoryLayout<worker_order>.size
    guard unsafe send(socket, &order, size, Int32(MSG_NOSIGNAL)) == size else {
      throw die(nil, &state)
    }
    do throws(Failure) {
      return try receive(within: ms ?? limits.stepMS)
    } catch {
      state.failure = error
      throw error
    }
  }

  private func receive(within ms: Int64) throws(Failure) -> worker_report {
    let deadline = Time.monotonicMS() + ms
    var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    var report = worker_report()
    if catchReport(&report) { return report }
    while true {
      let left = deadline - Time.monotonicMS()
      let ready = left > 0 ? unsafe poll(&entry, 1, Int32(clamping: left)) : 0
      if ready < 0 && errno == EINTR { continue }
      guard ready > 0 else {
        _ = child.end()
        throw failure("plugin.hung", "did not come back from a step within \(ms) ms")
      }
      let size = MemoryLayout<worker_report>.size
      let count = unsafe recv(socket, &report, size, 0)
      if count < 0 && errno == EINTR { continue }
      if count == size { return report }
      throw ended()
    }
  }

  /// Most steps are over before this thread could fall asleep and be woken again.
  private func catchReport(_ report: inout worker_report) -> Bool {
    let size = MemoryLayout<worker_report>.size
    let end = ContinuousClock.now + .microseconds(Self.alertMicroseconds)
    while ContinuousClock.now < end {
      if unsafe recv(socket, &report, size, Int32(MSG_DONTWAIT)) == size { return true }
    }
    return false
  }

  private static let alertMicroseconds = 80

  /// The worker is of no use any more.
  private func die(_ what: String?, _ state: inout State) -> Failure {
    let reason: Failure
    if let what {
      _ = child.end()
      reason = failure("plugin.contract", what)
    } else {
      reason = ended()
    }
    state.failure = reason
    return reason
  }

  /// It closed the line: by its end, or on purpose.
  private func ended() -> Failure {
    let status = child.endsWithin(ms: 200) ? child.outcome() : child.end()
    let signal = status & 0x7F
    let words = child.lastWords()
    let last = words.isEmpty ? "" : "; its last words: \(words)"
    switch signal {
    case 0:
      return failure("plugin.crashed", "ended its process (status \(status >> 8 & 0xFF))\(last)")
    case SIGXCPU:
      return failure("plugin.crashed", "was ended for using too much of the processor\(last)")
    case SIGKILL:
      return failure("plugin.crashed", "was ended by the system or by somebody (SIGKILL)\(last)")
    default:
      let name = unsafe strsignal(signal).map { unsafe String(cString: $0) } ?? "signal \(signal)"
      return failure("plugin.crashed", "crashed: \(name)\(last)")
    }
  }

  private func failure(_ code: String, _ what: String) -> Failure {
    Failure(
      .bug, code, "the plugin \(manifest.id) \(manifest.version) \(what)",
      mend: "report it to \(manifest.publisher); other plugins are not touched")
  }

  private func text(of report: worker_report) -> String {
    let size = Int(min(report.bytes, 4096))
    return unsafe String(decoding: Array(output.bytes[0..<size]), as: UTF8.self)
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
