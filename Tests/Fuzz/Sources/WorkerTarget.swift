import CPatchbay
import CWorker
import PatchbayABI
import PatchbayMessages

@testable import PatchbayHost

extension FuzzTarget {
  /// A worker's report (the first bytes) and its output: what the hub takes of it lies in the
  /// output, and an outbox would write it so.
  static let worker = FuzzTarget(
    name: "worker", seeds: workerSeeds, words: ["\u{40}\0\0\0", "\u{50}\0\0\0"], run: checkWorker)
}

private let limits: SessionLimits = {
  var limits = SessionLimits()
  limits.messages = 8
  limits.bytes = 4096
  limits.headBytes = 1024
  limits.bodyBytes = 4096
  return limits
}()

/// What an outbox writes for some messages.
private func written(
  _ messages: [(kind: UInt32, correlation: UInt64, head: [UInt8], body: [UInt8])]
)
  -> Outbox
{
  let outbox = Outbox(limits)
  for message in messages {
    // Unsafe: head and body are lent for the call.
    unsafe message.head.withUnsafeBytes { head in
      unsafe message.body.withUnsafeBytes { body in
        let lent = unsafe patchbay_message(
          kind: message.kind, reserved: 0, correlation: message.correlation,
          head: head.baseAddress?.assumingMemoryBound(to: CChar.self),
          head_size: UInt64(head.count),
          body: body.baseAddress?.assumingMemoryBound(to: UInt8.self),
          body_size: UInt64(body.count))
        _ = unsafe outbox.take(lent)
      }
    }
  }
  return outbox
}

@Sendable private func workerSeeds() -> [[UInt8]] {
  let small = Array("{}".utf8)
  let request = (kind: PATCHBAY_HTTP_REQUEST, correlation: UInt64(1), head: small, body: small)
  let done = (kind: PATCHBAY_DONE, correlation: UInt64(0), head: [UInt8](), body: [UInt8]())
  return [[], [done], [request, done]].map { messages in
    let outbox = written(messages)
    var report = worker_report()
    report.flags = outbox.flags
    report.count = UInt64(outbox.count)
    report.bytes = UInt64(outbox.size)
    return unsafe withUnsafeBytes(of: &report) { unsafe Array($0) } + Array(outbox.bytes)
  }
}

private func checkWorker(_ bytes: [UInt8]) {
  let size = MemoryLayout<worker_report>.size
  guard bytes.count >= size else { return }
  // Unsafe: both parts are lent for the call; a report may have any bits.
  let result = unsafe bytes.withUnsafeBytes { all in
    unsafe StepResult(
      all.loadUnaligned(as: worker_report.self),
      UnsafeRawBufferPointer(rebasing: all[size...]), limits)
  }
  guard let emitted = result?.emitted else { return }
  expect(emitted.count <= limits.messages + 1, "\(emitted.count) messages in one step")
  let total = emitted.reduce(0) { $0 + 32 + $1.head.count + $1.body.count }
  expect(total <= bytes.count - size, "messages of \(total) bytes in \(bytes.count)")
  let outbox = written(emitted.map { ($0.kind, $0.correlation, $0.head, $0.body) })
  guard outbox.count == emitted.count else { return }
  let again = unsafe Emitted.all(outbox.bytes, count: outbox.count) ?? []
  let isSame = again.elementsEqual(emitted) {
    $0.kind == $1.kind && $0.correlation == $1.correlation && $0.head == $1.head
      && $0.body == $1.body
  }
  expect(isSame, "an outbox writes other messages than those")
}
