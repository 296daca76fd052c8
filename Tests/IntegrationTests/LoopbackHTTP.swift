import Foundation
// Unsafe: socket calls take pointers to local structs.
import Glibc

/// Just enough HTTP to talk to the simulator's control paths.
enum LoopbackHTTP {
  struct Broken: Error { let text: String }

  static func send(_ method: String, _ url: String, body: Data = Data()) throws -> Data {
    guard let parts = URLComponents(string: url), let port = parts.port else {
      throw Broken(text: url)
    }
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port).bigEndian)
    address.sin_addr.s_addr = unsafe inet_addr("127.0.0.1")
    let isConnected = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected else { throw Broken(text: "cannot connect to \(url)") }
    let target = parts.percentEncodedPath + (parts.percentEncodedQuery.map { "?\($0)" } ?? "")
    let head =
      "\(method) \(target) HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
      + "Content-Length: \(body.count)\r\n\r\n"
    try write(Data(head.utf8) + body, to: descriptor)
    let answer = try read(descriptor)
    guard let end = answer.range(of: Data("\r\n\r\n".utf8)) else { throw Broken(text: "no head") }
    guard String(decoding: answer[..<end.lowerBound], as: UTF8.self).contains(" 200 ") else {
      throw Broken(text: String(decoding: answer, as: UTF8.self))
    }
    return answer[end.upperBound...]
  }

  private static func write(_ data: Data, to descriptor: Int32) throws {
    var rest = data
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, 0)
      }
      guard count > 0 else { throw Broken(text: "cannot write") }
      rest = rest.dropFirst(count)
    }
  }

  private static func read(_ descriptor: Int32) throws -> Data {
    var answer = Data()
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
      if count == 0 { return answer }
      guard count > 0 else { throw Broken(text: "cannot read") }
      answer.append(contentsOf: chunk[0..<count])
    }
  }
}
