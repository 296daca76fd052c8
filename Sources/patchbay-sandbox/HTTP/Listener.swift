internal import Glibc

/// A listening TCP socket.
struct Listener: ~Copyable {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Whoever takes the descriptor over closes it.
  let descriptor: CInt
  let port: UInt16

  // Unsafe: the socket calls borrow local address structs.
  init(host: String, port: UInt16) throws(Failure) {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    guard
      unsafe inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host, &address.sin_addr) == 1
    else { throw Failure(description: "“\(host)” is not an IPv4 address") }
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var yes: CInt = 1
    unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        unsafe bind(descriptor, generic, size) == 0 && listen(descriptor, 512) == 0
          && getsockname(descriptor, generic, &size) == 0
      }
    }
    guard isBound else {
      let reason = unsafe String(cString: strerror(errno))
      close(descriptor)
      throw Failure(description: "cannot listen on \(host):\(port): \(reason)")
    }
    self.descriptor = descriptor
    self.port = UInt16(bigEndian: address.sin_port)
  }
}
