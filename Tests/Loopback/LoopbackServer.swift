import Foundation
// Unsafe: socket calls take pointers to local structs and buffers.
import Glibc
import Synchronization

/// A server on loopback that answers as the test says, byte for byte.
package final class LoopbackServer: Sendable {
  package struct Request: Sendable {
    package var method = ""
    package var target = ""
    package var headers: [String: String] = [:]
    package var head = ""
    /// The body as it came; empty where the server does not keep bodies.
    package var bytes: [UInt8] = []
    package var bodySize: Int64 = 0
    /// The how manyeth connection it came over, from 0.
    package var connection = 0
    /// The how manyeth request it is, from 0.
    package var number = 0

    package var body: String { String(decoding: bytes, as: UTF8.self) }
  }

  /// What the server does with a request, one after the other.
  package enum Act: Sendable {
    case send([UInt8])
    /// The same bytes so many times.
    case stream([UInt8], times: Int)
    /// Ends the connection in good order.
    case close
    /// Ends it with a reset.
    case reset
    /// Does nothing more until the client hangs up.
    case hang
    /// Waits until the test opens the gate.
    case wait(Latch)
  }

  private struct State {
    var requests: [Request] = []
    var connections = 0
    var open: Set<Int32> = []
    var isOver = false
  }

  private let listener: Int32
  package let port: Int
  private let answer: @Sendable (Request) -> [Act]
  private let greeting: [UInt8]?
  private let keepsBodies: Bool
  private let state = Mutex(State())
  /// Opens when a client has hung up on a `hang` or a `stream`.
  package let hungUp = Latch()
  /// Opens when the first request is there.
  package let arrived = Latch()

  /// `bound`: what ``bound()`` returned, which is the server's from now on; otherwise a port of its
  /// own. `greeting`: what is sent before anything is read, and ends the connection. Without
  /// `keepsBodies` what is sent to it is counted alone.
  package init(
    on bound: (descriptor: Int32, port: Int)? = nil, greeting: [UInt8]? = nil,
    keepsBodies: Bool = true, _ answer: @escaping @Sendable (Request) -> [Act]
  ) throws {
    self.answer = answer
    self.greeting = greeting
    self.keepsBodies = keepsBodies
    (listener, port) = try bound ?? Self.bound()
    guard listen(listener, 128) == 0 else { throw POSIXError(.EADDRINUSE) }
    Thread { [self] in accept() }.start()
  }

  /// A socket on a port of its own. Until it listens, who connects to it is refused.
  package static func bound() throws -> (descriptor: Int32, port: Int) {
    let descriptor = socket(
      AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = unsafe inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    guard isBound else { throw POSIXError(.EADDRINUSE) }
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
  }

  package var url: String { "http://127.0.0.1:\(port)" }
  package var requests: [Request] { state.withLock { $0.requests } }
  package var connections: Int { state.withLock { $0.connections } }

  /// Ends all threads of the server.
  package func stop() {
    state.withLock {
      $0.isOver = true
      for descriptor in $0.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private func accept() {
    while true {
      let descriptor = Glibc.accept(listener, nil, nil)
      if descriptor < 0 { break }
      let number: Int? = state.withLock {
        if $0.isOver { return nil }
        $0.open.insert(descriptor)
        $0.connections += 1
        return $0.connections - 1
      }
      guard let number else {
        close(descriptor)
        break
      }
      Thread { [self] in serve(descriptor, number) }.start()
    }
    close(listener)
  }

  private func serve(_ descriptor: Int32, _ number: Int) {
    var buffer: [UInt8] = []
    if let greeting { _ = perform(.send(greeting), descriptor) }
    while greeting == nil, var request = read(descriptor, &buffer) {
      request.connection = number
      request.number = state.withLock {
        $0.requests.append(request)
        return $0.requests.count - 1
      }
      arrived.open()
      if !answer(request).allSatisfy({ perform($0, descriptor) }) { break }
    }
    state.withLock { _ = $0.open.remove(descriptor) }
    close(descriptor)
  }

  /// Returns whether the connection goes on.
  private func perform(_ act: Act, _ descriptor: Int32) -> Bool {
    switch act {
    case .send(let bytes): return Self.send(bytes, descriptor)
    case .stream(let bytes, let times):
      let isSent = (0..<times).allSatisfy { _ in Self.send(bytes, descriptor) }
      if !isSent { hungUp.open() }
      return isSent
    case .close: return false
    case .reset:
      var linger = linger(l_onoff: 1, l_linger: 0)
      unsafe setsockopt(
        descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
      return false
    case .hang:
      var byte: UInt8 = 0
      while unsafe recv(descriptor, &byte, 1, 0) > 0 {}
      hungUp.open()
      return false
    case .wait(let latch):
      latch.block()
      return true
    }
  }

  private static func send(_ bytes: [UInt8], _ descriptor: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.send(
          descriptor, $0.baseAddress?.advanced(by: done), $0.count - done, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return false }
      done += count
    }
    return true
  }

  /// The next request of a connection, or `nil` at its end.
  private func read(_ descriptor: Int32, _ buffer: inout [UInt8]) -> Request? {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    func more() -> Bool {
      let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
      if count > 0 { buffer += chunk[0..<count] }
      return count > 0
    }
    let mark = Array("\r\n\r\n".utf8)
    while !buffer.contains(mark) { if !more() { return nil } }
    guard let end = buffer.firstRange(of: mark) else { return nil }
    var request = Request(head: String(decoding: buffer[..<end.lowerBound], as: UTF8.self))
    let lines = request.head.components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ")
    guard words.count == 3 else { return nil }
    (request.method, request.target) = (String(words[0]), String(words[1]))
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      request.headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    let size = request.headers["content-length"].flatMap { Int($0) } ?? 0
    buffer.removeFirst(end.upperBound)
    request.bodySize = Int64(size)
    if !keepsBodies {
      var left = size
      while buffer.count < left {
        left -= buffer.count
        buffer = []
        if !more() { return nil }
      }
      buffer.removeFirst(left)
      return request
    }
    while buffer.count < size { if !more() { return nil } }
    request.bytes = Array(buffer.prefix(size))
    buffer.removeFirst(size)
    return request
  }
}

extension [LoopbackServer.Act] {
  /// A whole answer, on a connection that stays.
  package static func answer(
    _ status: Int = 200, _ body: String = "{}", _ headers: [String] = []
  ) -> [LoopbackServer.Act] {
    answer(status, Array<UInt8>(body.utf8), headers)
  }

  package static func answer(
    _ status: Int, _ body: [UInt8], _ headers: [String] = []
  ) -> [LoopbackServer.Act] {
    [.send(head(status, headers + ["Content-Length: \(body.count)"]) + body)]
  }

  package static func head(_ status: Int, _ headers: [String]) -> [UInt8] {
    let lines = ["HTTP/1.1 \(status) Words", "Content-Type: application/json"] + headers
    return Array<UInt8>((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
  }
}

/// Closed until it is opened once, for ever.
package final class Latch: Sendable {
  package init() {}

  private struct State {
    var isOpen = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())
  private let semaphore = DispatchSemaphore(value: 0)

  package func open() {
    let waiting = state.withLock { state in
      state.isOpen = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
    semaphore.signal()
  }

  /// Waits without holding a thread.
  package func wait() async {
    await withCheckedContinuation { continuation in
      let isOpen = state.withLock {
        if !$0.isOpen { $0.waiting.append(continuation) }
        return $0.isOpen
      }
      if isOpen { continuation.resume() }
    }
  }

  /// Waits on this thread, for any number of threads.
  package func block() {
    semaphore.wait()
    semaphore.signal()
  }
}
