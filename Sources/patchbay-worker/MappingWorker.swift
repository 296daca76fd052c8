internal import CJQ
internal import CWorker
internal import Glibc
internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayMessages

/// Runs one jq program over page after page, in a process that can do nothing else.
///
/// Unsafe: the two memory files are mapped for as long as the process lives.
@safe final class MappingWorker {
  private let limits: SessionLimits
  private let input: UnsafeRawBufferPointer
  private let output: UnsafeMutableRawBufferPointer
  private var program: OpaquePointer?
  /// Of the order under way.
  private var number: UInt64 = 0
  private var message = [CChar](repeating: 0, count: Int(JQM_MESSAGE))

  /// Arguments: megabytes of memory, seconds of the processor.
  static func main(_ arguments: [String]) -> Int32 {
    guard arguments.count == 2, let megabytes = UInt64(arguments[0]),
      let seconds = UInt64(arguments[1]), let worker = MappingWorker()
    else { return 2 }
    return worker.run(megabytes, seconds)
  }

  private init?() {
    limits = SessionLimits()
    guard let input = unsafe Worker.map(WORKER_INPUT, limits.inputBytes, PROT_READ),
      let output = unsafe Worker.map(WORKER_OUTPUT, limits.outputBytes, PROT_READ | PROT_WRITE)
    else { return nil }
    unsafe self.input = UnsafeRawBufferPointer(input)
    unsafe self.output = unsafe output
  }

  private func run(_ megabytes: UInt64, _ seconds: UInt64) -> Int32 {
    let code = giveUp(megabytes, seconds)
    if code != 0 {
      report(UInt32(JQM_PROGRAM), unsafe String(cString: strerror(code)))
      return 1
    }
    report(UInt32(JQM_OK))
    var order = worker_order()
    while unsafe read(WORKER_SOCKET, &order, MemoryLayout<worker_order>.size)
      == MemoryLayout<worker_order>.size
    {
      number = order.number
      perform(order)
    }
    return 0
  }

  /// All rights at once: nothing is loaded here any more.
  private func giveUp(_ megabytes: UInt64, _ seconds: UInt64) -> Int32 {
    var ceilings = sandbox_limits(
      memory_bytes: megabytes << 20, processor_seconds: seconds, descriptors: 16)
    var none: [UnsafePointer<CChar>?] = unsafe [nil]
    var code = unsafe sandbox_limit(&ceilings)
    if code == 0 { code = unsafe sandbox_restrict_files(&none) }
    return code == 0 ? sandbox_filter_for_running() : code
  }

  private func perform(_ order: worker_order) {
    guard order.body_size <= UInt64(limits.inputBytes) else { return report(UInt32(JQM_PAGE)) }
    let body = unsafe UnsafeRawBufferPointer(rebasing: input[0..<Int(order.body_size)])
    switch order.operation {
    case WORKER_COMPILE:
      let text = unsafe String(decoding: body, as: UTF8.self)
      unsafe program = jqm_compile(text, &message)
      unsafe report(UInt32(program == nil ? JQM_PROGRAM : JQM_OK), said)
    case WORKER_MAP:
      guard let program = unsafe program else { return report(UInt32(JQM_PROGRAM)) }
      var (written, count): (UInt64, UInt64) = (0, 0)
      let code = unsafe jqm_run(
        program, input.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self),
        order.body_size, JSON.depthLimit,
        output.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self),
        UInt64(output.count), &written, &count, &message)
      if code != JQM_OK { return report(UInt32(code), said) }
      send(
        worker_report(
          result: WORKER_DONE, session: 0, verdict: 0, flags: 0, number: 0, count: count,
          bytes: written, fault_head: 0, fault_body: 0))
    default: report(UInt32(JQM_PROGRAM))
    }
  }

  private var said: String {
    let bytes = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// `code` is one of jq_map.h, with words to it unless all is well.
  private func report(_ code: UInt32, _ text: String = "") {
    let bytes = Array(text.utf8)
    if code != JQM_OK { unsafe output.copyBytes(from: bytes) }
    let isGood = code == JQM_OK
    send(
      worker_report(
        result: isGood ? WORKER_DONE : WORKER_REFUSED, session: 0, verdict: code, flags: 0,
        number: 0, count: 0, bytes: isGood ? 0 : UInt64(bytes.count), fault_head: 0, fault_body: 0))
  }

  private func send(_ report: worker_report) {
    var report = report
    report.number = number
    _ = unsafe write(WORKER_SOCKET, &report, MemoryLayout<worker_report>.size)
  }
}
