internal import CMicroHTTPD
internal import Glibc

/// One request and its answer, in MHD's terms. Lives for one call of the handler.
@safe struct Exchange: ~Copyable {
  /// How long a silent connection is kept: MHD does not say when its client leaves.
  static let patienceMS = 600_000

  // Unsafe: MHD's connection, lent for the call.
  private let connection: OpaquePointer
  private let server: Server

  init(_ connection: OpaquePointer, server: Server) {
    unsafe self.connection = unsafe connection
    self.server = server
  }

  func request(method: String, path: String) -> Request {
    var request = Request(method: method, path: path)
    request.authorization = header("Authorization")
    request.host = header("Host") ?? request.host
    request.acceptsGzip = header("Accept-Encoding")?.contains("gzip") ?? false
    unsafe withUnsafeMutablePointer(to: &request.query) { query in
      _ = unsafe MHD_get_connection_values(
        connection, .GET_ARGUMENT_KIND,
        { context, _, name, value in
          guard let name = unsafe name else { return .YES }
          unsafe context?.assumingMemoryBound(to: [(name: String, value: String)].self).pointee
            .append((String(cString: name), value.map { unsafe String(cString: $0) } ?? ""))
          return .YES
        }, query)
    }
    return request
  }

  private func header(_ name: String) -> String? {
    unsafe MHD_lookup_connection_value(connection, .HEADER_KIND, name)
      .map { unsafe String(cString: $0) }
  }

  func send(_ reply: Reply, acceptsGzip: Bool) -> MHD_Result {
    var body = reply.body
    var headers = reply.headers + [(name: "Content-Type", value: reply.contentType)]
    if acceptsGzip, reply.lines == nil, body.count >= Gzip.threshold,
      let packed = Gzip.compressed(body)
    {
      body = packed
      headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
    }
    guard let response = unsafe response(body, reply) else { return .NO }
    defer { unsafe MHD_destroy_response(response) }
    for header in headers {
      unsafe MHD_add_response_header(response, header.name, header.value)
    }
    return unsafe MHD_queue_response(connection, CUnsignedInt(reply.status), response)
  }

  private func response(_ body: [UInt8], _ reply: Reply) -> OpaquePointer? {
    if reply.lines == nil, reply.delivery == .whole {
      var bytes = body
      return unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe MHD_create_response_from_buffer(
          buffer.count, buffer.baseAddress, .RESPMEM_MUST_COPY)
      }
    }
    let outgoing = Outgoing(body, reply, server)
    let size = reply.lines == nil ? UInt64(body.count) : UInt64.max
    return unsafe MHD_create_response_from_callback(
      size, 65_536, readOutgoing, Unmanaged.passRetained(outgoing).toOpaque(), releaseOutgoing)
  }
}

/// A body that is made, or withheld, while it is sent. Read by one connection's thread.
private final class Outgoing {
  private static let endOfStream = -1
  static let endWithError = -2

  private var pending: ArraySlice<UInt8>
  private let lines: RecordLines?
  private let delivery: Reply.Delivery
  private let server: Server

  init(_ body: [UInt8], _ reply: Reply, _ server: Server) {
    pending = reply.delivery == .whole ? body[...] : body.prefix(body.count / 2)
    lines = reply.lines
    delivery = reply.delivery
    self.server = server
  }

  // Unsafe: MHD lends a buffer to fill.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    if pending.isEmpty, let lines { pending = lines.piece()[...] }
    guard !pending.isEmpty else {
      if delivery == .stalled { server.gate.wait(ms: Exchange.patienceMS) }
      return delivery == .whole ? Self.endOfStream : Self.endWithError
    }
    let part = pending.prefix(buffer.count)
    unsafe buffer.copyBytes(from: part)
    pending = pending.dropFirst(part.count)
    return part.count
  }
}

// Unsafe: `context` is the Outgoing retained for this response.
private let readOutgoing: MHD_ContentReaderCallback = { context, _, buffer, size in
  guard let context = unsafe context else { return Outgoing.endWithError }
  let outgoing = unsafe Unmanaged<Outgoing>.fromOpaque(context).takeUnretainedValue()
  return unsafe outgoing.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: size))
}

private let releaseOutgoing: MHD_ContentReaderFreeCallback = { context in
  guard let context = unsafe context else { return }
  unsafe Unmanaged<Outgoing>.fromOpaque(context).release()
}
