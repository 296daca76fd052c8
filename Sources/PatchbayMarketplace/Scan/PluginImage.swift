// Unsafe: writes the pack's bytes, which it borrows, to a memory file that it closes.
internal import CLinux
internal import Glibc
internal import PatchbayCore
internal import PatchbayHost

/// The plugin of a pack as a file, without a folder for it.
enum PluginImage {
  /// Why the host would not load it.
  static func refusal(of file: Pack.File) -> Failure? {
    let descriptor = unsafe linux_memory_file("patchbay-pack")
    guard descriptor >= 0 else {
      return Failure(.transient, "pack.memory", "the system gave no memory file")
    }
    defer { close(descriptor) }
    var rest = file.bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        return Failure(.transient, "pack.memory", "the system gave too little memory")
      }
      rest = rest.dropFirst(count)
    }
    let path = "/proc/self/fd/\(descriptor)"
    do throws(Failure) {
      _ = try PluginFile(reading: path)
      return nil
    } catch {
      var refusal = error
      refusal.message = error.message.replacing(path, with: file.path)
      return refusal
    }
  }
}
