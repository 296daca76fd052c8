import CMicroHTTPD
import Foundation
import Glibc
import Loopback
import Synchronization

/// A server over TLS on loopback that keeps its connections and answers `{}` to everything.
@safe final class TLSServer: @unchecked Sendable {
  // @unchecked: everything is set before the first connection; the counts are atomic.
  // Unsafe: MHD holds an unretained pointer to the server until `stop`, which joins its threads.
  let port: Int
  private let connected = Atomic(0)
  private let asked = Atomic(0)
  private var daemon: OpaquePointer?

  var connections: Int { connected.load(ordering: .relaxed) }
  var requests: Int { asked.load(ordering: .relaxed) }
  func url(_ host: String = "127.0.0.1") -> String { "https://\(host):\(port)" }

  init(_ certificate: String, key: String) throws {
    let listener = try LoopbackServer.bound()
    port = listener.port
    listen(listener.descriptor, 128)
    let flags =
      MHD_USE_TLS.rawValue | MHD_USE_THREAD_PER_CONNECTION.rawValue
      | MHD_USE_INTERNAL_POLLING_THREAD.rawValue | MHD_USE_POLL.rawValue | MHD_USE_ITC.rawValue
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe daemon = certificate.withCString { certificate in
      unsafe key.withCString { key in
        let options: [any CVarArg] = unsafe [
          CInt(MHD_OPTION.LISTEN_SOCKET.rawValue), listener.descriptor,
          CInt(MHD_OPTION.HTTPS_MEM_CERT.rawValue), Int(bitPattern: certificate),
          CInt(MHD_OPTION.HTTPS_MEM_KEY.rawValue), Int(bitPattern: key),
          CInt(MHD_OPTION.NOTIFY_CONNECTION.rawValue), unsafeBitCast(onConnection, to: Int.self),
          Int(bitPattern: context), CInt(MHD_OPTION.END.rawValue),
        ]
        return unsafe withVaList(options) {
          unsafe MHD_start_daemon_va(flags, UInt16(port), nil, nil, onRequest, context, $0)
        }
      }
    }
    guard unsafe daemon != nil else { throw POSIXError(.EADDRINUSE) }
  }

  func stop() {
    if let running = unsafe daemon { unsafe MHD_stop_daemon(running) }
    unsafe daemon = nil
  }

  fileprivate func noteConnection() { connected.add(1, ordering: .relaxed) }
  fileprivate func noteRequest() { asked.add(1, ordering: .relaxed) }
}

// Unsafe: the context is the server, which `stop` outlives.
private func server(_ context: UnsafeMutableRawPointer?) -> TLSServer? {
  unsafe context.map { unsafe Unmanaged<TLSServer>.fromOpaque($0).takeUnretainedValue() }
}

private let onConnection: MHD_NotifyConnectionCallback = { context, _, _, event in
  if event == .CONNECTION_NOTIFY_STARTED { unsafe server(context)?.noteConnection() }
}

private let onRequest: MHD_AccessHandlerCallback = { context, connection, _, _, _, _, _, state in
  // The first call has the head only: who answers then, ends the connection.
  if unsafe state?.pointee == nil {
    unsafe state?.pointee = context
    return .YES
  }
  unsafe server(context)?.noteRequest()
  var body = Array("{}".utf8)
  let response = unsafe MHD_create_response_from_buffer(2, &body, .RESPMEM_MUST_COPY)
  defer { unsafe MHD_destroy_response(response) }
  return unsafe MHD_queue_response(connection, 200, response)
}
