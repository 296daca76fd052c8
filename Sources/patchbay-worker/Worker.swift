internal import CPatchbay
internal import CWorker
internal import Glibc
internal import PatchbayABI
internal import PatchbayCore
internal import PatchbayMessages

/// Runs one plugin for a hub, in a process that can do nothing else.
///
/// Unsafe: the two memory files are mapped for as long as the process lives.
@safe final class Worker {
  private let limits: SessionLimits
  private let input: UnsafeRawBufferPointer
  private let output: UnsafeMutableRawBufferPointer
  private let outbox: Outbox
  /// Of the order under way.
  private var number: UInt64 = 0
  private var sessions: [UInt32: (session: TableSession, limits: SessionLimits)] = [:]

  /// Arguments: megabytes of memory, seconds of the processor; before them `jq` for a worker that
  /// maps pages.
  static func main(_ arguments: [String]) -> Int32 {
    if arguments.first == "jq" { return MappingWorker.main(Array(arguments.dropFirst())) }
    guard arguments.count == 2, let megabytes = UInt64(arguments[0]),
      let seconds = UInt64(arguments[1]), let worker = Worker()
    else {
      // Unsafe: the text is read during the call.
      let text = "patchbay-worker is started by patchbay, to run a plugin apart\n"
      _ = unsafe text.withCString { unsafe write(2, $0, strlen($0)) }
      return 2
    }
    return worker.run(megabytes: megabytes, seconds: seconds)
  }

  private init?() {
    limits = SessionLimits()
    guard let input = unsafe Self.map(WORKER_INPUT, limits.inputBytes, PROT_READ),
      let output = unsafe Self.map(WORKER_OUTPUT, limits.outputBytes, PROT_READ | PROT_WRITE)
    else { return nil }
    unsafe self.input = UnsafeRawBufferPointer(input)
    unsafe self.output = unsafe output
    outbox = unsafe Outbox(limits, in: output)
  }

  static func map(_ descriptor: Int32, _ size: Int, _ rights: Int32)
    -> UnsafeMutableRawBufferPointer?
  {
    var info = stat()
    guard unsafe fstat(descriptor, &info) == 0, info.st_size >= size else { return nil }
    let memory = unsafe mmap(nil, size, rights, MAP_SHARED, descriptor, 0)
    guard let memory = unsafe memory, unsafe memory != MAP_FAILED else { return nil }
    return unsafe UnsafeMutableRawBufferPointer(start: memory, count: size)
  }

  private func run(megabytes: UInt64, seconds: UInt64) -> Int32 {
    let table: UnsafePointer<patchbay_plugin>
    do throws(PluginLibrary.Flaw) {
      try giveUp(megabytes, seconds)
      unsafe table = try PluginLibrary.map(WORKER_LIBRARY)
      try check(sandbox_filter_for_running(), "filter its system calls")
    } catch {
      refuse([error.wanted, error.found, error.mend].joined(separator: "\n"))
      return 1
    }
    report(worker_report())
    var order = worker_order()
    while unsafe read(WORKER_SOCKET, &order, MemoryLayout<worker_order>.size)
      == MemoryLayout<worker_order>.size
    {
      number = order.number
      unsafe perform(order, table)
    }
    return 0
  }

  /// Everything that loading foreign code does not need. What the helpers of the host want to read
  /// or make at their first use, they get before.
  private func giveUp(_ megabytes: UInt64, _ seconds: UInt64) throws(PluginLibrary.Flaw) {
    unsafe _ = HostTable.pointer
    HostTable.warmUp()
    var ceilings = sandbox_limits(
      memory_bytes: megabytes << 20, processor_seconds: seconds, descriptors: 16)
    try check(unsafe sandbox_limit(&ceilings), "limit itself")
    let readable = ["/lib", "/lib64", "/usr/lib", "/etc/ld.so.cache"]
    var paths: [UnsafePointer<CChar>?] = unsafe readable.map { unsafe UnsafePointer(strdup($0)) }
    unsafe paths.append(nil)
    try check(unsafe sandbox_restrict_files(paths), "give up its files (Landlock)")
    try check(sandbox_filter_for_loading(), "filter its system calls (seccomp)")
  }

  private func check(_ code: Int32, _ what: String) throws(PluginLibrary.Flaw) {
    if code == 0 { return }
    throw PluginLibrary.Flaw(
      wanted: "a process that can \(what)", found: unsafe String(cString: strerror(code)),
      mend: "use a kernel with Landlock and seccomp, or trust the plugin: patchbay plugin trust")
  }

  private func perform(_ order: worker_order, _ table: UnsafePointer<patchbay_plugin>) {
    var answer = worker_report(
      result: WORKER_DONE, session: order.session, verdict: 0, flags: 0, number: 0, count: 0,
      bytes: 0, fault_head: 0, fault_body: 0)
    switch order.operation {
    case WORKER_OPEN:
      guard let session = unsafe TableSession(table) else { return refuse("no session") }
      var own = limits
      own.messages = min(limits.messages, Int(clamping: order.head_size))
      own.bytes = min(limits.bytes, Int(clamping: order.body_size))
      sessions[order.session] = (session, own)
    case WORKER_CLOSE: sessions[order.session] = nil
    default:
      guard let (session, own) = sessions[order.session],
        order.head_size <= UInt64(limits.headBytes), order.body_size <= UInt64(limits.bodyBytes)
      else { return refuse("no such session") }
      outbox.limits = own
      let (head, body) = (Int(order.head_size), Int(order.body_size))
      answer.verdict = unsafe session.step(
        kind: order.kind, correlation: order.correlation,
        head: UnsafeRawBufferPointer(rebasing: input[0..<head]),
        body: UnsafeRawBufferPointer(rebasing: input[head..<(head + body)]), nowMS: order.now_ms,
        seed: order.seed, into: outbox)
      answer.flags = outbox.flags
      answer.count = UInt64(outbox.count)
      answer.bytes = UInt64(outbox.size)
      (answer.fault_head, answer.fault_body) = outbox.fault
    }
    report(answer)
  }

  private func refuse(_ text: String) {
    let bytes = Array(text.utf8.prefix(4096))
    unsafe output.copyBytes(from: bytes)
    report(
      worker_report(
        result: WORKER_REFUSED, session: 0, verdict: 0, flags: 0, number: 0, count: 0,
        bytes: UInt64(bytes.count), fault_head: 0, fault_body: 0))
  }

  private func report(_ answer: worker_report) {
    var answer = answer
    answer.number = number
    _ = unsafe write(WORKER_SOCKET, &answer, MemoryLayout<worker_report>.size)
  }
}
