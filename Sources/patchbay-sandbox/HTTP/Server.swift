internal import CMicroHTTPD
internal import Glibc

/// Serves a ``Sandbox`` over HTTP, a thread for each connection, so that an answer that never
/// comes blocks nobody else.
@safe final class Server: @unchecked Sendable {
  // @unchecked: everything is set before the first connection; `stop` is called once, by the owner.
  // Unsafe: MHD holds an unretained pointer to the server until `stop`, which joins its threads.
  let sandbox: Sandbox
  let gate: Gate
  let port: UInt16
  private let host: String
  private var daemon: OpaquePointer?

  init(_ sandbox: Sandbox) throws(Listener.Failure) {
    guard let gate = Gate() else { throw Listener.Failure(description: "no pipe to be had") }
    self.sandbox = sandbox
    self.gate = gate
    host = sandbox.options.host
    let listener = try Listener(host: host, port: sandbox.options.port)
    port = listener.port
    let flags =
      MHD_USE_THREAD_PER_CONNECTION.rawValue | MHD_USE_INTERNAL_POLLING_THREAD.rawValue
      | MHD_USE_POLL.rawValue | MHD_USE_ITC.rawValue
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    let options: [any CVarArg] = unsafe [
      CInt(MHD_OPTION.LISTEN_SOCKET.rawValue), listener.descriptor,
      CInt(MHD_OPTION.CONNECTION_LIMIT.rawValue), CUnsignedInt(16_384),
      CInt(MHD_OPTION.THREAD_STACK_SIZE.rawValue), 1 << 20,
      CInt(MHD_OPTION.NOTIFY_COMPLETED.rawValue), unsafeBitCast(requestEnded, to: Int.self), 0,
      CInt(MHD_OPTION.END.rawValue),
    ]
    unsafe daemon = withVaList(options) { list in
      unsafe MHD_start_daemon_va(
        flags, listener.port, nil, nil, receiveRequest, context, list)
    }
    guard unsafe daemon != nil else {
      close(listener.descriptor)
      throw Listener.Failure(description: "the HTTP server did not start")
    }
  }

  deinit { stop() }

  var address: String { "http://\(host):\(port)" }

  /// Ends every connection, and returns when all threads are gone. Nothing happens the second time.
  func stop() {
    gate.open()
    if let running = unsafe daemon { unsafe MHD_stop_daemon(running) }
    unsafe daemon = nil
  }
}

/// What arrives of a request's body.
private final class Incoming {
  static let limitBytes = 4 << 20

  var body: [UInt8] = []
  var isTooLarge = false

  // Unsafe: MHD lends the bytes for the call.
  func append(_ bytes: UnsafeRawBufferPointer) {
    if body.count + bytes.count > Self.limitBytes {
      isTooLarge = true
      body = []
    } else if !isTooLarge {
      unsafe body.append(contentsOf: bytes)
    }
  }
}

// Unsafe: `state` is this request's slot; it holds a retained Incoming between the calls.
private let receiveRequest: MHD_AccessHandlerCallback = {
  context, connection, url, method, _, data, size, state in
  guard let context = unsafe context, let connection = unsafe connection, let url = unsafe url,
    let method = unsafe method, let size = unsafe size, let state = unsafe state
  else { return .NO }
  guard let held = unsafe state.pointee else {
    unsafe state.pointee = Unmanaged.passRetained(Incoming()).toOpaque()
    return .YES
  }
  let incoming = unsafe Unmanaged<Incoming>.fromOpaque(held).takeUnretainedValue()
  if unsafe size.pointee > 0 {
    unsafe incoming.append(UnsafeRawBufferPointer(start: data, count: size.pointee))
    unsafe size.pointee = 0
    return .YES
  }
  let server = unsafe Unmanaged<Server>.fromOpaque(context).takeUnretainedValue()
  let exchange = unsafe Exchange(connection, server: server)
  if incoming.isTooLarge {
    let error = APIError(413, "a request holds up to 4 MiB", "PAYLOAD_TOO_LARGE")
    return exchange.send(error.reply(correlation: 413), acceptsGzip: false)
  }
  var request = exchange.request(
    method: unsafe String(cString: method), path: unsafe String(cString: url))
  request.body = incoming.body
  let answer = server.sandbox.answer(request)
  if answer.delayMS > 0, server.gate.wait(ms: answer.delayMS) { return .NO }
  switch answer.outcome {
  case .reply(let reply): return exchange.send(reply, acceptsGzip: request.acceptsGzip)
  case .hangUp: return .NO
  case .hold:
    server.gate.wait(ms: Exchange.patienceMS)
    return .NO
  }
}

// Unsafe: gives back what the first call of the handler retained.
private let requestEnded: MHD_RequestCompletedCallback = { _, _, state, _ in
  guard let state = unsafe state, let held = unsafe state.pointee else { return }
  unsafe Unmanaged<Incoming>.fromOpaque(held).release()
  unsafe state.pointee = nil
}
