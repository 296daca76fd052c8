internal import CCurl
internal import Dispatch
internal import PatchbayCore
internal import Synchronization

/// The one thread that all traffic goes through: a libcurl multi handle with its connections. It
/// begins with the first transfer, and ends when it is closed.
@safe final class CurlLoop: @unchecked Sendable {
  // @unchecked: `multi` is used by the loop's thread only, but for `curl_multi_wakeup`, which
  // libcurl allows from any; the inbox is behind a mutex. Unsafe: owns the multi handle, freed by
  // the loop's thread when it ends, or in deinit where there was none: the thread holds the loop.
  fileprivate struct Inbox {
    var arrivals: [Transfer] = []
    var cancelled: [Transfer] = []
    /// Held back, and may go on.
    var resumed: [Transfer] = []
    var hasBegun = false
    var isClosed = false
  }

  private let multi: UnsafeMutableRawPointer
  private let inbox = Mutex(Inbox())
  private let isOver = DispatchSemaphore(value: 0)

  init() throws(Failure) {
    guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK,
      let multi = unsafe curl_multi_init()
    else { throw Failure(.bug, "egress.curl", "libcurl does not start") }
    unsafe self.multi = multi
    unsafe curl_set_multi_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
    // Each answer that flows has one of its own, for as long as it takes.
    unsafe curl_set_multi_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, 256)
  }

  deinit { if !inbox.withLock({ $0.hasBegun }) { unsafe curl_multi_cleanup(multi) } }

  private func begin() {
    let work = unsafe LoopWork(multi: multi)
    DispatchQueue(label: "patchbay.egress").async { [self] in work.run(self) }
  }

  /// Ends the thread; what is under way is reported as aborted. A second call does nothing.
  func close() {
    let runs = inbox.withLock { inbox in
      defer { inbox.isClosed = true }
      let runs = inbox.hasBegun && !inbox.isClosed
      if runs { unsafe curl_multi_wakeup(multi) }
      return runs
    }
    if !runs { return }
    isOver.wait()
  }

  func start(_ transfer: Transfer) {
    let (isClosed, isFirst) = inbox.withLock { inbox in
      if inbox.isClosed { return (true, false) }
      defer { inbox.hasBegun = true }
      inbox.arrivals.append(transfer)
      // Within the lock: once it is closed, the handle may be gone.
      unsafe curl_multi_wakeup(multi)
      return (false, !inbox.hasBegun)
    }
    if isFirst { begin() }
    if isClosed { unsafe transfer.finish(Int32(CURLE_ABORTED_BY_CALLBACK.rawValue), nil) }
  }

  func cancel(_ transfer: Transfer) {
    inbox.withLock { inbox in
      inbox.cancelled.append(transfer)
      if !inbox.isClosed { unsafe curl_multi_wakeup(multi) }
    }
  }

  func resume(_ transfer: Transfer) {
    inbox.withLock { inbox in
      inbox.resumed.append(transfer)
      if !inbox.isClosed { unsafe curl_multi_wakeup(multi) }
    }
  }

  /// Does a transfer and waits for its result; cancelling the task ends it.
  func run(_ make: (@escaping @Sendable (Transfer.Result) -> Void) -> Transfer) async
    -> Transfer.Result
  {
    let box = Mutex<Transfer?>(nil)
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let transfer = make { continuation.resume(returning: $0) }
        box.withLock { $0 = transfer }
        transfer.flow?.queue.whenThereIsRoom { [self] in resume(transfer) }
        start(transfer)
        if Task.isCancelled { cancel(transfer) }
      }
    } onCancel: {
      if let transfer = box.withLock({ $0 }) { cancel(transfer) }
    }
  }

  /// What came since the last time.
  fileprivate func takeMail() -> Inbox {
    inbox.withLock { mail in
      defer { (mail.arrivals, mail.cancelled, mail.resumed) = ([], [], []) }
      return mail
    }
  }

  fileprivate func end() { isOver.signal() }
}

/// What the loop's thread owns.
@safe private final class LoopWork: @unchecked Sendable {
  // @unchecked: handed to one thread, which alone uses it.
  // Unsafe: easy handles are in `idle` or, with their transfer, in `running`; all freed at the end.
  private let multi: UnsafeMutableRawPointer
  private var running: [UnsafeMutableRawPointer: Transfer] = unsafe [:]
  private var idle: [UnsafeMutableRawPointer] = unsafe []

  init(multi: UnsafeMutableRawPointer) { unsafe self.multi = multi }

  func run(_ loop: CurlLoop) {
    while true {
      let mail = loop.takeMail()
      for transfer in mail.arrivals { add(transfer) }
      for transfer in mail.cancelled { cancel(transfer) }
      for transfer in mail.resumed { resume(transfer) }
      if mail.isClosed { break }
      var active: Int32 = 0
      unsafe curl_multi_perform(multi, &active)
      collect()
      let waitMS = endStalled()
      unsafe curl_multi_poll(multi, nil, 0, active > 0 ? min(1000, waitMS) : 60_000, nil)
    }
    while let (handle, transfer) = unsafe running.popFirst() {
      unsafe curl_multi_remove_handle(multi, handle)
      unsafe curl_easy_cleanup(handle)
      unsafe transfer.finish(Int32(CURLE_ABORTED_BY_CALLBACK.rawValue), nil)
    }
    while let handle = unsafe idle.popLast() { unsafe curl_easy_cleanup(handle) }
    unsafe curl_multi_cleanup(multi)
    loop.end()
  }

  private func add(_ transfer: Transfer) {
    guard let handle = unsafe idle.popLast() ?? curl_easy_init() else {
      return unsafe transfer.finish(Int32(CURLE_OUT_OF_MEMORY.rawValue), nil)
    }
    unsafe transfer.configure(handle)
    unsafe running[handle] = transfer
    unsafe curl_multi_add_handle(multi, handle)
  }

  private func handle(_ transfer: Transfer) -> UnsafeMutableRawPointer? {
    unsafe running.first(where: { unsafe $0.value === transfer })?.key
  }

  private func cancel(_ transfer: Transfer) {
    guard let handle = unsafe handle(transfer) else { return }
    unsafe finish(handle, Int32(CURLE_ABORTED_BY_CALLBACK.rawValue))
  }

  /// libcurl hands over what it kept, within the call, and the transfer may be held back again.
  private func resume(_ transfer: Transfer) {
    guard let handle = unsafe handle(transfer) else { return }
    transfer.goOn()
    let code = unsafe curl_easy_pause(handle, CURLPAUSE_CONT)
    if code != CURLE_OK { unsafe finish(handle, Int32(code.rawValue)) }
  }

  /// Ends what has been silent for too long. Returns for how long nothing else will be.
  private func endStalled() -> Int32 {
    let nowMS = Time.monotonicMS()
    var nextMS: Int64 = 60_000
    for transfer in unsafe running.values.filter({ $0.flow != nil }) {
      guard let leftMS = transfer.silenceLeftMS(now: nowMS) else { continue }
      if leftMS > 0 {
        nextMS = min(nextMS, leftMS)
      } else if let handle = unsafe handle(transfer) {
        unsafe finish(handle, Int32(CURLE_OPERATION_TIMEDOUT.rawValue))
      }
    }
    return Int32(nextMS)
  }

  private func collect() {
    var left: Int32 = 0
    while let message = unsafe curl_multi_info_read(multi, &left) {
      guard unsafe message.pointee.msg == CURLMSG_DONE,
        let handle = unsafe message.pointee.easy_handle
      else { continue }
      unsafe finish(handle, Int32(curl_message_result(message).rawValue))
    }
  }

  private func finish(_ handle: UnsafeMutableRawPointer, _ code: Int32) {
    unsafe curl_multi_remove_handle(multi, handle)
    guard let transfer = unsafe running.removeValue(forKey: handle) else { return }
    unsafe transfer.finish(code, handle)
    unsafe curl_easy_reset(handle)
    unsafe idle.append(handle)
  }
}
