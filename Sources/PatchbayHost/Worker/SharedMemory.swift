// Unsafe: owns a mapping of a memory file, unmapped in deinit.
internal import CLinux
internal import Glibc
internal import PatchbayCore

/// Memory that this process shares with another. The other may write to it at any time: copy first,
/// then look.
@safe final class SharedMemory: @unchecked Sendable {
  // @unchecked: whoever uses the memory holds the lock of its worker.
  let descriptor: Int32
  let bytes: UnsafeMutableRawBufferPointer

  init(_ name: String, size: Int) throws(Failure) {
    descriptor = unsafe linux_memory_file(name)
    // Nobody makes it shorter: reading beyond its end would end this process.
    guard descriptor >= 0, ftruncate(descriptor, size) == 0, linux_fix_size(descriptor) == 0,
      let memory = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
      unsafe memory != MAP_FAILED
    else {
      if descriptor >= 0 { close(descriptor) }
      throw Failure(.transient, "worker.memory", "the system gave no memory for a worker")
    }
    // Records stand in it.
    unsafe madvise(memory, size, MADV_DONTDUMP)
    unsafe bytes = UnsafeMutableRawBufferPointer(start: memory, count: size)
  }

  deinit {
    unsafe munmap(bytes.baseAddress, bytes.count)
    close(descriptor)
  }

  private static let kept = 4 << 20

  /// Gives back what one large message took.
  func release(after size: Int) {
    if size > Self.kept { unsafe madvise(bytes.baseAddress, bytes.count, MADV_REMOVE) }
  }
}
