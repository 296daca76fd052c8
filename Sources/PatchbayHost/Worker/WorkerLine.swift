internal import CWorker
internal import Glibc
internal import PatchbayCore
internal import PatchbayMessages
internal import Synchronization

/// A process of patchbay-worker and the line to it: one order at a time, each answered by a report.
/// Whoever uses it holds a lock meanwhile, and drops it after an error.
///
/// Unsafe: frames are plain structs; what they say is the worker's word, for the user to check.
@safe final class WorkerLine: Sendable {
  /// What a worker may use.
  struct Ceilings: Sendable {
    var memoryMB = 512
    var processorSeconds = 4 * 3600
    /// From the beginning of the process until it is ready.
    var startMS: Int64 = 5_000
  }

  /// Why there is no report. The process is gone.
  struct Broken: Error {
    enum Kind {
      /// It came to its end by itself, or closed the line.
      case crashed
      case hung
      /// It said what nobody asked for.
      case babbled
    }
    let kind: Kind
    /// What it did, as in “crashed: Segmentation fault”, or why the hub ended it.
    let what: String
  }

  let input: SharedMemory
  let output: SharedMemory
  private let child: ChildProcess
  private let socket: Int32

  /// `mode` stands in front of the worker's arguments; `library` is the file that it loads.
  init(
    _ mode: [String], library: Int32?, _ limits: SessionLimits, _ ceilings: Ceilings
  ) throws(Failure) {
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
        Self.program(),
        mode + [String(ceilings.memoryMB + shared), String(ceilings.processorSeconds)],
        // Where there is no library, its place is taken.
        descriptors: [
          ends[1], library ?? input.descriptor, input.descriptor, output.descriptor,
        ])
    } catch {
      Glibc.close(ends[0])
      throw error
    }
  }

  deinit {
    Glibc.close(socket)
    if !child.endsWithin(ms: 200) { _ = child.end() }
  }

  /// Beside this program, or where `PATCHBAY_WORKER` says.
  private static func program() -> String {
    // Unsafe: the text is copied at once.
    if let named = unsafe getenv("PATCHBAY_WORKER") { return unsafe String(cString: named) }
    return ThisProgram.folder + "/patchbay-worker"
  }

  /// Bytes of memory that it has in use; `nil` when it is gone.
  var residentBytes: Int? { child.residentBytes }

  /// Ends it at once.
  func end() { _ = child.end() }

  /// The text that a report goes with.
  func text(of report: worker_report) -> String {
    let size = Int(min(report.bytes, 4096))
    return unsafe String(decoding: Array(output.bytes[0..<size]), as: UTF8.self)
  }

  /// An order and its report; both must be through within the time.
  func exchange(_ order: worker_order, within ms: Int64) throws(Broken) -> worker_report {
    let deadline = Deadline(ms)
    var order = order
    order.number = numbers.add(1, ordering: .relaxed).newValue
    try send(order, deadline)
    return try receive(order.number, deadline)
  }

  /// Nobody can report on an order before it has read it. They begin anywhere.
  private let numbers = Atomic(UInt64.random(in: 1...(.max >> 1)))

  /// The next report; the first comes without an order, when the process is ready.
  func receive(within ms: Int64) throws(Broken) -> worker_report { try receive(0, Deadline(ms)) }

  /// The end of an exchange, in milliseconds of the monotonic clock.
  private struct Deadline {
    let ms: Int64
    let at: Int64

    init(_ ms: Int64) { (self.ms, at) = (ms, Time.monotonicMS() + ms) }
  }

  /// Does not wait for a worker that reads no more: its end of the line may be full.
  private func send(_ order: worker_order, _ deadline: Deadline) throws(Broken) {
    var order = order
    let size = MemoryLayout<worker_order>.size
    let flags = Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
    while true {
      if unsafe Glibc.send(socket, &order, size, flags) == size { return }
      if errno == EINTR { continue }
      guard errno == EAGAIN else { throw ended() }
      try wait(for: POLLOUT, deadline)
    }
  }

  /// The report on the order of that number.
  private func receive(_ number: UInt64, _ deadline: Deadline) throws(Broken) -> worker_report {
    let report = try receive(deadline)
    if report.number == number { return report }
    throw killed(.babbled, "it sent a report that nobody had asked for")
  }

  private func receive(_ deadline: Deadline) throws(Broken) -> worker_report {
    var report = worker_report()
    if catchReport(&report) { return report }
    while true {
      try wait(for: POLLIN, deadline)
      let size = MemoryLayout<worker_report>.size
      let count = unsafe recv(socket, &report, size, Int32(MSG_DONTWAIT))
      if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      if count == size { return report }
      throw ended()
    }
  }

  private func wait(for event: Int32, _ deadline: Deadline) throws(Broken) {
    var entry = pollfd(fd: socket, events: Int16(event), revents: 0)
    while true {
      let left = deadline.at - Time.monotonicMS()
      let ready = left > 0 ? unsafe poll(&entry, 1, Int32(clamping: left)) : 0
      if ready < 0 && errno == EINTR { continue }
      if ready > 0 { return }
      throw killed(.hung, "it did not come back within \(deadline.ms) ms")
    }
  }

  /// Most orders are done before this thread could fall asleep and be woken again.
  private func catchReport(_ report: inout worker_report) -> Bool {
    let size = MemoryLayout<worker_report>.size
    let end = ContinuousClock.now + .microseconds(Self.alertMicroseconds)
    while ContinuousClock.now < end {
      if unsafe recv(socket, &report, size, Int32(MSG_DONTWAIT)) == size { return true }
    }
    return false
  }

  private static let alertMicroseconds = 80

  private func killed(_ kind: Broken.Kind, _ why: String) -> Broken {
    end()
    return Broken(kind: kind, what: "was killed by the hub because \(why)")
  }

  /// It closed the line: by its end, or on purpose.
  private func ended() -> Broken {
    guard child.endsWithin(ms: 200) else {
      return killed(.crashed, "it closed the line to the hub")
    }
    let status = child.outcome()
    let signal = status & 0x7F
    let what: String
    switch signal {
    case 0: what = "ended its process (status \(status >> 8 & 0xFF))"
    case SIGXCPU: what = "was ended for using too much of the processor"
    case SIGKILL: what = "was ended by the system or by somebody (SIGKILL)"
    default:
      let name = unsafe strsignal(signal).map { unsafe String(cString: $0) } ?? "signal \(signal)"
      what = "crashed: \(name)"
    }
    let words = child.lastWords()
    return Broken(
      kind: .crashed, what: words.isEmpty ? what : "\(what); its last words: \(words)")
  }
}
