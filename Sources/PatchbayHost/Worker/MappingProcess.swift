internal import CWorker
internal import Glibc
internal import PatchbayABI
internal import PatchbayCore
internal import PatchbayMessages
internal import Synchronization

/// The process of a ``Mapping``, which holds a lock whenever it calls.
///
/// Unsafe: frames are plain structs; what they say is checked.
@safe final class MappingProcess: Sendable {
  private let child: ChildProcess
  private let socket: Int32
  private let input: SharedMemory
  private let output: SharedMemory
  private let alive = Mutex(true)

  private static let processorSeconds = 4 * 3600
  private static let startMS: Int64 = 5_000
  private static let limits = SessionLimits()

  var isAlive: Bool { alive.withLock { $0 } }

  init(memoryMB: Int) throws(Failure) {
    let limits = Self.limits
    input = try SharedMemory("patchbay-page", size: limits.inputBytes)
    output = try SharedMemory("patchbay-records", size: limits.outputBytes)
    var ends: [Int32] = [0, 0]
    let kind = Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw Failure(.transient, "worker.start", "the system gave no socket for a worker")
    }
    socket = ends[0]
    defer { Glibc.close(ends[1]) }
    do throws(Failure) {
      let shared = (limits.inputBytes + limits.outputBytes) >> 20
      // There is no library: its place is taken by the page.
      child = try ChildProcess(
        WorkerPool.program(), ["jq", String(memoryMB + shared), String(Self.processorSeconds)],
        descriptors: [ends[1], input.descriptor, input.descriptor, output.descriptor])
    } catch {
      Glibc.close(ends[0])
      throw error
    }
    let greeting = try receive(within: Self.startMS)
    if greeting.result != WORKER_DONE {
      _ = child.end()
      throw Failure(
        .config, "worker.start", "a worker for jq cannot begin: \(text(of: greeting))",
        mend: "use a kernel with Landlock and seccomp")
    }
  }

  deinit {
    Glibc.close(socket)
    if !child.endsWithin(ms: 200) { _ = child.end() }
  }

  func compile(_ program: String, within ms: Int64) throws(Failure) {
    guard !program.utf8.contains(0) else { throw Self.uncompiled("it holds a NUL character") }
    unsafe input.bytes.copyBytes(from: program.utf8)
    let report = try exchange(WORKER_COMPILE, program.utf8.count, within: ms)
    if report.result != WORKER_DONE { throw Self.uncompiled(text(of: report)) }
  }

  func records(of page: ByteBuffer, within ms: Int64) throws(Failure) -> [UInt8] {
    guard page.count <= Self.limits.inputBytes else {
      throw Failure(.data, "page.size", "the page is larger than a jq program is given")
    }
    unsafe page.withBytes { unsafe input.bytes.copyBytes(from: $0) }
    let report = try exchange(WORKER_MAP, page.count, within: ms)
    input.release(after: page.count)
    guard report.result == WORKER_DONE else { throw Self.failed(report.verdict, text(of: report)) }
    guard report.bytes <= UInt64(Self.limits.outputBytes) else {
      throw die("answered with a report that makes no sense")
    }
    let size = Int(report.bytes)
    defer { output.release(after: size) }
    return unsafe Array(output.bytes[0..<size])
  }

  // MARK: What can be wrong

  private static func uncompiled(_ reason: String) -> Failure {
    Failure(
      .config, "connection.setting", "the jq program cannot be compiled: \(reason)",
      mend: "try it on a page of the vendor's: jq 'PROGRAM' page.json")
  }

  /// `code` is one of jq_map.h.
  private static func failed(_ code: UInt32, _ reason: String) -> Failure {
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

  private func die(_ what: String, _ code: String = "jq.crashed") -> Failure {
    alive.withLock { $0 = false }
    _ = child.end()
    return Failure(
      .config, code, "the jq program \(what)", mend: "make it simpler, or the pages smaller")
  }

  // MARK: The line to it

  private func exchange(_ operation: UInt32, _ size: Int, within ms: Int64) throws(Failure)
    -> worker_report
  {
    var order = worker_order()
    order.operation = operation
    order.body_size = UInt64(size)
    let length = MemoryLayout<worker_order>.size
    guard unsafe send(socket, &order, length, Int32(MSG_NOSIGNAL)) == length else {
      throw die("ended its process")
    }
    return try receive(within: ms)
  }

  private func receive(within ms: Int64) throws(Failure) -> worker_report {
    let deadline = Time.monotonicMS() + ms
    var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    var report = worker_report()
    while true {
      let left = deadline - Time.monotonicMS()
      let ready = left > 0 ? unsafe poll(&entry, 1, Int32(clamping: left)) : 0
      if ready < 0 && errno == EINTR { continue }
      guard ready > 0 else { throw die("took longer than \(ms) ms", "jq.hung") }
      let size = MemoryLayout<worker_report>.size
      let count = unsafe recv(socket, &report, size, 0)
      if count < 0 && errno == EINTR { continue }
      if count == size { return report }
      throw die("ended its process: it needs too much memory, or jq crashed")
    }
  }

  private func text(of report: worker_report) -> String {
    let size = Int(min(report.bytes, 4096))
    return unsafe String(decoding: Array(output.bytes[0..<size]), as: UTF8.self)
  }
}
