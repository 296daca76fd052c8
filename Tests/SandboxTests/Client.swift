import Glibc
import PatchbayCore
import PatchbayJSON

@testable import patchbay_sandbox

/// What came back, and how the connection ended.
struct Response {
  enum Ending: Equatable { case complete, cutShort, silent }

  var status = 0
  var headers: [String: String] = [:]
  var body: [UInt8] = []
  var ending = Ending.complete

  var text: String { String(decoding: body, as: UTF8.self) }
  var json: JSON { get throws { try JSON(reading: body) } }
  var results: [JSON] { get throws { try json["results"]?.array ?? [] } }
  var next: String? { get throws { try json.at("/paging/next/after")?.string } }
}

/// A small HTTP client over one socket a request.
struct Client: Sendable {
  let port: UInt16
  var token = "sandbox-token"

  func get(_ target: String, gzip: Bool = false, patienceMS: Int = 20_000) throws -> Response {
    try send("GET", target, "", gzip: gzip, patienceMS: patienceMS)
  }

  func post(
    _ target: String, _ body: JSON, patienceMS: Int = 20_000
  ) throws -> Response {
    try send("POST", target, body.text, gzip: false, patienceMS: patienceMS)
  }

  func send(
    _ method: String, _ target: String, _ body: String, gzip: Bool = false, patienceMS: Int = 20_000
  ) throws -> Response {
    let connection = try Connection(port: port)
    var head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
    if !token.isEmpty { head += "Authorization: Bearer \(token)\r\n" }
    if gzip { head += "Accept-Encoding: gzip\r\n" }
    if method == "POST" { head += "Content-Length: \(body.utf8.count)\r\n" }
    connection.write(Array((head + "\r\n" + body).utf8))
    let (bytes, isClosed) = connection.readAll(patienceMS: patienceMS)
    return Self.parse(bytes, isClosed: isClosed)
  }

  static func parse(_ bytes: [UInt8], isClosed: Bool) -> Response {
    var response = Response()
    response.ending = isClosed ? .cutShort : .silent
    let separator = Array("\r\n\r\n".utf8)
    guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: separator) }) else {
      return response
    }
    let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
    response.status = Int(lines[0].split(separator: " ")[1]) ?? 0
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      response.headers[line[..<colon].lowercased()] = String(value)
    }
    let rest = Array(bytes[(end + 4)...])
    if let length = response.headers["content-length"].flatMap(Int.init) {
      response.body = rest
      if rest.count == length { response.ending = .complete }
    } else if response.headers["transfer-encoding"] == "chunked" {
      let (body, isWhole) = unchunked(rest)
      response.body = body
      if isWhole { response.ending = .complete }
    }
    return response
  }

  private static func unchunked(_ bytes: [UInt8]) -> ([UInt8], isWhole: Bool) {
    var body: [UInt8] = []
    var rest = bytes[...]
    while let end = rest.firstIndex(of: 13) {
      guard let size = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16) else { break }
      if size == 0 { return (body, true) }
      guard rest.endIndex >= end + 4 + size else { break }
      body += rest[(end + 2)..<(end + 2 + size)]
      rest = rest[(end + 4 + size)...]
    }
    return (body, false)
  }
}

/// A connected socket.
struct Connection: ~Copyable {
  struct Refused: Error { let errno: CInt }

  // Unsafe: the socket calls borrow local buffers and structs.
  private let descriptor: CInt

  init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    unsafe inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
    let code = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 else { throw Refused(errno: errno) }
  }

  deinit { close(descriptor) }

  func write(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes[sent...].withUnsafeBytes {
        unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }

  /// Everything until the peer closes, or until it says nothing for `patienceMS`.
  func readAll(patienceMS: Int) -> (bytes: [UInt8], isClosed: Bool) {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard unsafe poll(&entry, 1, CInt(patienceMS)) > 0 else { return (bytes, false) }
      let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { return (bytes, true) }
      bytes += buffer[..<count]
    }
  }
}

/// Serves for as long as the body runs.
func withServer<R>(
  records: Int = 300, _ adjust: (inout Options) -> Void = { _ in },
  _ body: (Client) throws -> R
) throws -> R {
  var options = Options()
  options.records = records
  options.limit = nil
  options.searchLimit = nil
  adjust(&options)
  let server = try Server(Sandbox(options))
  defer { server.stop() }
  return try body(Client(port: server.port))
}

extension Client {
  /// Every record of a list, by following its cursors.
  func all(_ path: String, limit: Int = 100, _ rest: String = "") throws -> [JSON] {
    var records: [JSON] = []
    var after: String? = ""
    while let cursor = after {
      let page = try get("\(path)?limit=\(limit)&after=\(cursor)\(rest)")
      records += try page.results
      after = try page.next
    }
    return records
  }

  /// The lines of the control API's dump.
  func dump(_ type: String, _ rest: String = "") throws -> [JSON] {
    try get("/_sandbox/records?type=\(type)\(rest)").text.split(separator: "\n")
      .map { try JSON(reading: String($0)) }
  }

  func setFaults(_ faults: JSON) throws {
    let response = try post("/_sandbox/faults", ["faults": faults])
    guard response.status == 200 else { throw FaultRefused(message: response.text) }
  }

  struct FaultRefused: Error { let message: String }
}
