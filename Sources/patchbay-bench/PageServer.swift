// Unsafe: MHD lends its arguments for the call, and an unretained pointer to the server until
// `stop`.
internal import CMicroHTTPD
internal import Glibc
internal import PatchbayCore

/// Serves ready-made pages on loopback, so that making them costs nothing while others are
/// measured.
@safe final class PageServer: @unchecked Sendable {
  // @unchecked: the pages never change; the daemon is set once, and stopped by the owner.
  fileprivate let pages: [[UInt8]]
  fileprivate let type: String
  private var daemon: OpaquePointer?
  private(set) var port: UInt16 = 0

  init(_ pages: [[UInt8]], type: String = "application/json") throws(Failure) {
    self.pages = pages
    self.type = type
    let flags =
      MHD_USE_INTERNAL_POLLING_THREAD.rawValue | MHD_USE_EPOLL.rawValue | MHD_USE_ITC.rawValue
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe daemon = unsafe withUnsafePointer(to: &address) { pointer in
      let options: [any CVarArg] = unsafe [
        CInt(MHD_OPTION.SOCK_ADDR.rawValue), OpaquePointer(pointer),
        CInt(MHD_OPTION.END.rawValue),
      ]
      return unsafe withVaList(options) { list in
        unsafe MHD_start_daemon_va(flags, 0, nil, nil, answerWithPage, context, list)
      }
    }
    guard let daemon = unsafe daemon else {
      throw Failure(.config, "bench.server", "the HTTP server did not start")
    }
    port = unsafe mhd_port(daemon)
  }

  deinit { if let daemon = unsafe daemon { unsafe MHD_stop_daemon(daemon) } }

  var url: String { "http://127.0.0.1:\(port)" }
}

private let answerWithPage: MHD_AccessHandlerCallback = {
  context, connection, _, _, _, _, _, state in
  guard let context = unsafe context, let connection = unsafe connection, let state = unsafe state
  else { return .NO }
  // The first call is about the head; who answers it then closes the connection afterwards.
  if unsafe state.pointee == nil {
    unsafe state.pointee = context
    return .YES
  }
  let server = unsafe Unmanaged<PageServer>.fromOpaque(context).takeUnretainedValue()
  let after = unsafe MHD_lookup_connection_value(connection, .GET_ARGUMENT_KIND, "after")
  let index = unsafe after.flatMap { unsafe Int(String(cString: $0)) } ?? 0
  guard server.pages.indices.contains(index) else { return .NO }
  // Unsafe: the server, and with it the page, outlives the response.
  let response = unsafe server.pages[index].withUnsafeBytes { page in
    unsafe MHD_create_response_from_buffer(
      page.count, UnsafeMutableRawPointer(mutating: page.baseAddress), .RESPMEM_PERSISTENT)
  }
  guard let response = unsafe response else { return .NO }
  defer { unsafe MHD_destroy_response(response) }
  unsafe MHD_add_response_header(response, "Content-Type", server.type)
  return unsafe MHD_queue_response(connection, 200, response)
}
