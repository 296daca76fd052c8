internal import CSimdJSON
internal import Glibc

/// Bytes that grow while they arrive and are read afterwards, with the padding that simdjson wants.
///
/// It is filled by one owner and then handed on: nobody appends once it is shared.
@safe public final class ByteBuffer: @unchecked Sendable {
  // @unchecked: one writer until it is handed over, only readers after that.
  // Unsafe: owns `capacity` bytes of malloc'd memory, freed in deinit.
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  public private(set) var count = 0

  public init(capacity: Int = 0) {
    self.capacity = max(capacity, 1024) + Int(PSJ_PADDING)
    unsafe base = .allocate(capacity: self.capacity)
  }

  public convenience init(_ bytes: some Collection<UInt8>) {
    self.init(capacity: bytes.count)
    unsafe Array(bytes).withUnsafeBytes { unsafe append($0) }
  }

  deinit { unsafe base.deallocate() }

  public var isEmpty: Bool { count == 0 }

  public func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, bytes.count > 0 else { return }
    let needed = count + bytes.count + Int(PSJ_PADDING)
    if needed > capacity { grow(to: max(needed, capacity * 2)) }
    unsafe memcpy(base + count, source, bytes.count)
    count += bytes.count
  }

  /// Makes room for `size` bytes in all, where the size is known beforehand.
  public func reserve(_ size: Int) {
    let needed = size + Int(PSJ_PADDING)
    if needed > capacity { grow(to: needed) }
  }

  private func grow(to size: Int) {
    let next = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
    unsafe memcpy(next, base, count)
    unsafe base.deallocate()
    unsafe base = next
    capacity = size
  }

  /// Borrows the bytes for the call.
  public func withBytes<R, E: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    unsafe try body(UnsafeBufferPointer(start: base, count: count))
  }

  public func bytes(_ range: Range<Int>) -> [UInt8] {
    unsafe Array(UnsafeBufferPointer(start: base, count: count)[range])
  }

  public var bytes: [UInt8] { bytes(0..<count) }

  /// Clears the padding, so that what reads past the end reads zeros.
  func sealPadding() { unsafe memset(base + count, 0, Int(PSJ_PADDING)) }
}
