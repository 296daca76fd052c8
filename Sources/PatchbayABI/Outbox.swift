package import CPatchbay
internal import CWorker
internal import Glibc
package import PatchbayMessages

/// Takes what one step emits, in the form in which it also goes from process to process.
///
/// Unsafe: the memory is its owner's, or its own and freed in deinit; messages are the plugin's,
/// borrowed for the call of `take` and copied there.
@safe package final class Outbox {
  package var limits: SessionLimits
  private var base: UnsafeMutableRawPointer
  private var capacity: Int
  private let owns: Bool
  package private(set) var size = 0
  package private(set) var count = 0
  package private(set) var flags: UInt32 = 0
  /// The sizes of the message that was not taken for them.
  package private(set) var fault: (head: UInt64, body: UInt64) = (0, 0)

  /// With memory of its own, which grows.
  package init(_ limits: SessionLimits) {
    self.limits = limits
    capacity = 4096
    unsafe base = .allocate(byteCount: capacity, alignment: 8)
    owns = true
  }

  /// In memory that is as large as the limits ask for.
  package init(_ limits: SessionLimits, in memory: UnsafeMutableRawBufferPointer) {
    self.limits = limits
    unsafe base = memory.baseAddress.unsafelyUnwrapped
    capacity = memory.count
    owns = false
  }

  deinit { if owns { unsafe base.deallocate() } }

  package func clear() { (size, count, flags) = (0, 0, 0) }

  /// The sink was used outside of a step.
  func noteMisuse() { flags |= WORKER_LATE_EMIT }

  package var bytes: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: base, count: size)
  }

  package func take(_ message: patchbay_message) -> UInt32 {
    if flags & ~WORKER_WAS_FULL != 0 { return PATCHBAY_CLOSED }
    let (head, body) = unsafe (message.head_size, message.body_size)
    guard head <= UInt64(limits.headBytes), body <= UInt64(limits.bodyBytes) else {
      flags |= WORKER_TOO_LARGE
      fault = (head, body)
      return PATCHBAY_CLOSED
    }
    guard unsafe (head == 0 || message.head != nil) && (body == 0 || message.body != nil) else {
      flags |= WORKER_NO_BYTES
      return PATCHBAY_CLOSED
    }
    let length = (MemoryLayout<worker_message>.size + Int(head) + Int(body) + 7) & ~7
    if count > 0 && (count >= limits.messages || size + length > limits.bytes) {
      flags |= WORKER_WAS_FULL
      return PATCHBAY_FULL
    }
    makeRoom(for: length)
    unsafe append(message)
    size += length
    count += 1
    if unsafe message.kind == PATCHBAY_DONE || message.kind == PATCHBAY_ERROR {
      flags |= WORKER_HAS_ENDED
    }
    return PATCHBAY_ACCEPTED
  }

  private func append(_ message: patchbay_message) {
    let header = unsafe worker_message(
      kind: message.kind, reserved: 0, correlation: message.correlation,
      head_size: message.head_size, body_size: message.body_size)
    var place = unsafe base + size
    unsafe place.storeBytes(of: header, as: worker_message.self)
    unsafe place += MemoryLayout<worker_message>.size
    if let head = unsafe message.head {
      unsafe place.copyMemory(from: head, byteCount: Int(message.head_size))
    }
    unsafe place += Int(message.head_size)
    if let body = unsafe message.body {
      unsafe place.copyMemory(from: body, byteCount: Int(message.body_size))
    }
  }

  private func makeRoom(for length: Int) {
    guard owns, size + length > capacity else { return }
    capacity = max(capacity * 2, size + length)
    let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
    unsafe larger.copyMemory(from: base, byteCount: size)
    unsafe base.deallocate()
    unsafe base = larger
  }
}

/// A message as it was emitted, not yet checked.
package struct Emitted: Sendable {
  package let kind: UInt32
  package let correlation: UInt64
  package let head: [UInt8]
  package let body: [UInt8]

  /// Reads the messages of an outbox; `nil` where the bytes are not what an outbox writes.
  package static func all(_ bytes: UnsafeRawBufferPointer, count: Int) -> [Emitted]? {
    var found: [Emitted] = []
    var at = 0
    let headerSize = MemoryLayout<worker_message>.size
    while found.count < count {
      guard bytes.count - at >= headerSize else { return nil }
      let header = unsafe bytes.loadUnaligned(fromByteOffset: at, as: worker_message.self)
      let room = UInt64(bytes.count - at - headerSize)
      guard header.head_size <= room, header.body_size <= room - header.head_size else {
        return nil
      }
      let head = at + headerSize
      let body = head + Int(header.head_size)
      let end = body + Int(header.body_size)
      found.append(
        unsafe Emitted(
          kind: header.kind, correlation: header.correlation, head: Array(bytes[head..<body]),
          body: Array(bytes[body..<end])))
      at = min((end + 7) & ~7, bytes.count)
    }
    return found
  }
}
