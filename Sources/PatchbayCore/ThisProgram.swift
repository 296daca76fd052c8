internal import Glibc

/// The program that runs, as the system knows it.
public enum ThisProgram {
  public static var processID: Int32 { getpid() }

  /// The folder that its file lies in, without a slash at the end.
  public static let folder: String = {
    var buffer = [CChar](repeating: 0, count: 4096)
    // Unsafe: the system writes the path into the buffer during the call.
    let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
    let path = String(
      decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
  }()
}
