internal import CWorker
internal import PatchbayCore
internal import PatchbayMessages
internal import Synchronization

/// The process of a ``Mapping``, which holds a lock whenever it calls.
///
/// Unsafe: frames are plain structs; what they say is checked.
@safe final class MappingProcess: Sendable {
  private let line: WorkerLine
  private let alive = Mutex(true)

  private static let limits = SessionLimits()

  var isAlive: Bool { alive.withLock { $0 } }

  init(memoryMB: Int) throws(Failure) {
    let ceilings = WorkerLine.Ceilings(memoryMB: memoryMB)
    line = try WorkerLine(["jq"], library: nil, Self.limits, ceilings)
    let greeting = try answered { () throws(WorkerLine.Broken) in
      try line.receive(within: ceilings.startMS)
    }
    if greeting.result != WORKER_DONE {
      throw Failure(
        .config, "worker.start", "a worker for jq cannot begin: \(line.text(of: greeting))",
        mend: "use a kernel with Landlock and seccomp")
    }
  }

  func compile(_ program: String, within ms: Int64) throws(Failure) {
    guard !program.utf8.contains(0) else { throw Self.uncompiled("it holds a NUL character") }
    unsafe line.input.bytes.copyBytes(from: program.utf8)
    let report = try exchange(WORKER_COMPILE, program.utf8.count, within: ms)
    if report.result != WORKER_DONE { throw Self.uncompiled(line.text(of: report)) }
  }

  func records(of page: ByteBuffer, within ms: Int64) throws(Failure) -> [UInt8] {
    guard page.count <= Self.limits.inputBytes else {
      throw Failure(.data, "page.size", "the page is larger than a jq program is given")
    }
    unsafe page.withBytes { unsafe line.input.bytes.copyBytes(from: $0) }
    let report = try exchange(WORKER_MAP, page.count, within: ms)
    line.input.release(after: page.count)
    guard report.result == WORKER_DONE else {
      throw Self.failed(report.verdict, line.text(of: report))
    }
    guard report.bytes <= UInt64(Self.limits.outputBytes) else {
      throw dead("answered with a report that makes no sense")
    }
    let size = Int(report.bytes)
    defer { line.output.release(after: size) }
    return unsafe Array(line.output.bytes[0..<size])
  }

  // MARK: What can be wrong

  private static func uncompiled(_ reason: String) -> Failure {
    Failure(
      .config, "connection.setting", "the jq program cannot be compiled: \(reason)",
      mend: "try it on a page of the vendor's: jq 'PROGRAM' page.json")
  }

  /// `code` is one of jq_map.h.
  private static func failed(_ code: UInt32, _ reason: String) -> Failure {
    if code == 5 { return inexact(reason) }
    let text =
      switch code {
      case 2: "the page cannot be given to the jq program: \(reason)"
      case 3: "the jq program puts out something else than objects: \(reason)"
      case 4: "the jq program makes too much of the page: \(reason)"
      default: "the jq program failed on the page: \(reason)"
      }
    return Failure(
      .data, "page.jq", text,
      mend: "where the vendor answered something else, try later; else mend the program",
      isRetryable: code != 4)
  }

  /// The same page would fail again: only another program helps.
  private static func inexact(_ which: String) -> Failure {
    Failure(
      .data, "page.jq",
      "the jq program calculates with a number that a double cannot hold: \(which)",
      mend: "change the program: move the number as it is, compare it, or use tostring")
  }

  private func dead(_ what: String, _ code: String = "jq.crashed") -> Failure {
    alive.withLock { $0 = false }
    line.end()
    return Failure(
      .config, code, "the jq program \(what)", mend: "make it simpler, or the pages smaller")
  }

  private func exchange(_ operation: UInt32, _ size: Int, within ms: Int64) throws(Failure)
    -> worker_report
  {
    var order = worker_order()
    order.operation = operation
    order.body_size = UInt64(size)
    return try answered { () throws(WorkerLine.Broken) in try line.exchange(order, within: ms) }
  }

  private func answered(_ work: () throws(WorkerLine.Broken) -> worker_report) throws(Failure)
    -> worker_report
  {
    do throws(WorkerLine.Broken) {
      return try work()
    } catch {
      throw error.kind == .hung
        ? dead(error.what, "jq.hung")
        : dead("\(error.what); it may need too much memory")
    }
  }
}
