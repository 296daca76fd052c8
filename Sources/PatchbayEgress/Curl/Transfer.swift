internal import CCurl
internal import Glibc
internal import PatchbayCore
internal import Synchronization

/// One attempt of one request on its way through libcurl.
@safe final class Transfer: @unchecked Sendable {
  // @unchecked: made by the sender, then touched by the loop's thread alone until it is over.
  struct Limits: Sendable {
    var bodyBytes = 64 << 20
    var headerBytes = 256 << 10
    var timeoutMS: Int64
    var stallMS: Int64
    var connectMS: Int64 = 15_000
  }

  /// An answer of 2xx that is not held, but handed on as it comes.
  struct Flow: Sendable {
    let queue: FrameQueue
    /// Other statuses that are answers; what comes with the rest is cut.
    let statuses: [Int]
    /// The longest time without a byte; the limits' own does not hold.
    let silenceMS: Int64
    /// The URL that a link led to.
    let url: String?
  }

  struct Result: Sendable {
    var code: Int32
    var status = 0
    var headers: [String: String] = [:]
    var body = ByteBuffer()
    var bytesIn: Int64 = 0
    var bytesOut: Int64 = 0
    var isTooLarge = false
    /// Why this side ended it: what was to be sent could not be read, or what came is too large.
    var fault: Failure?
    var refusedAddress: String?
    /// The request went out on a connection to the vendor.
    var wasSent = false
    /// Why the system refused, as errno; 0 where it did not.
    var errno: Int32 = 0
    /// What OpenSSL says of the certificate (X509_V_ERR_…); 0 for nothing wrong.
    var certificateError = 0
    /// The proxy that it went through, as `host:port`.
    var proxy: String?
    /// What that answered to CONNECT; 0 where it was not asked.
    var proxyStatus = 0
  }

  let method: String
  let url: String
  let headers: [(name: String, value: String)]
  let body: BodySource
  let limits: Limits
  let allowsPrivate: Bool
  let proxy: Proxy?
  let authorities: CertificateAuthorities?
  /// May be sent twice without harm.
  let isIdempotent: Bool
  let flow: Flow?
  private let completion: @Sendable (Result) -> Void

  private var reader: BodyReader
  private var fault: Failure?
  private var received = ByteBuffer(capacity: 16 << 10)
  private var head = ResponseHead()
  private var stall: Stall?
  private var isTooLarge = false
  /// The body of a refusal is longer than is read.
  private var isCut = false
  private var refusedAddress: String?
  private var isConnected = false
  // Unsafe: libcurl's header list, owned here and freed when the transfer is over.
  private var list: UnsafeMutablePointer<curl_slist>?

  init(
    method: String, url: String, headers: [(name: String, value: String)], body: BodySource,
    limits: Limits, allowsPrivate: Bool, isIdempotent: Bool, proxy: Proxy? = nil,
    authorities: CertificateAuthorities? = nil, flow: Flow? = nil,
    completion: @escaping @Sendable (Result) -> Void
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    reader = BodyReader(body)
    self.limits = limits
    self.allowsPrivate = allowsPrivate
    self.isIdempotent = isIdempotent
    self.proxy = proxy
    self.authorities = authorities
    self.flow = flow
    self.completion = completion
  }

  deinit { unsafe curl_slist_free_all(list) }

  func configure(_ handle: UnsafeMutableRawPointer) {
    let me = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe curl_set_text(handle, CURLOPT_URL, url)
    unsafe curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https")
    unsafe configureRoute(handle)
    unsafe curl_set_text(handle, CURLOPT_ACCEPT_ENCODING, "")
    unsafe curl_set_long(handle, CURLOPT_NOSIGNAL, 1)
    unsafe curl_set_long(handle, CURLOPT_PIPEWAIT, 1)
    unsafe curl_set_long(handle, CURLOPT_TCP_KEEPALIVE, 1)
    unsafe curl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, Int(limits.connectMS))
    unsafe curl_set_long(handle, CURLOPT_TIMEOUT_MS, Int(limits.timeoutMS))
    unsafe configureFlow(handle)
    // On a kept connection that ends without an answer, libcurl sends a request again by itself.
    unsafe curl_set_long(handle, CURLOPT_FRESH_CONNECT, isIdempotent ? 0 : 1)
    unsafe configureBody(handle)
    for header in headers {
      // After a colon alone libcurl would leave the header out, or take one of its own back.
      let isBlank = header.value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
      unsafe list = curl_slist_append(
        list, isBlank ? "\(header.name);" : "\(header.name): \(header.value)")
    }
    unsafe list = curl_slist_append(list, "Expect:")
    unsafe curl_set_pointer(handle, CURLOPT_HTTPHEADER, list)
    unsafe curl_set_pointer(handle, CURLOPT_PRIVATE, me)
    unsafe curl_set_pointer(handle, CURLOPT_WRITEDATA, me)
    unsafe curl_set_bytes_callback(handle, CURLOPT_WRITEFUNCTION, onBody)
    unsafe curl_set_pointer(handle, CURLOPT_HEADERDATA, me)
    unsafe curl_set_bytes_callback(handle, CURLOPT_HEADERFUNCTION, onHeader)
    unsafe curl_set_pointer(handle, CURLOPT_OPENSOCKETDATA, me)
    unsafe curl_set_socket_callback(handle, onSocket)
    unsafe curl_set_pointer(handle, CURLOPT_PREREQDATA, me)
    unsafe curl_set_prereq_callback(handle, onConnection)
  }

  private func configureRoute(_ handle: UnsafeMutableRawPointer) {
    // With both set, libcurl reads no variable of the environment.
    unsafe curl_set_text(handle, CURLOPT_PROXY, proxy.map { "http://\($0.place)" } ?? "")
    unsafe curl_set_text(handle, CURLOPT_NOPROXY, "")
    if let proxy {
      unsafe curl_set_text(handle, CURLOPT_PROXYUSERNAME, proxy.user)
      unsafe curl_set_text(handle, CURLOPT_PROXYPASSWORD, proxy.password)
      // The vendor's credential goes through the tunnel, not to the proxy.
      unsafe curl_set_long(handle, CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE))
      unsafe curl_set_long(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    }
    guard let authorities else { return }
    var pem = Array(authorities.pem.utf8)
    unsafe pem.withUnsafeMutableBytes {
      // Unsafe: libcurl copies the certificates within the call.
      var blob = unsafe curl_blob(
        data: $0.baseAddress, len: $0.count, flags: UInt32(CURL_BLOB_COPY))
      unsafe curl_set_pointer(handle, CURLOPT_CAINFO_BLOB, &blob)
    }
    // A folder of the system's authorities would be believed besides.
    unsafe curl_set_text(handle, CURLOPT_CAPATH, nil)
  }

  private func configureFlow(_ handle: UnsafeMutableRawPointer) {
    guard let flow else {
      unsafe curl_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
      unsafe curl_set_long(handle, CURLOPT_LOW_SPEED_LIMIT, 1)
      unsafe curl_set_long(handle, CURLOPT_LOW_SPEED_TIME, Int(max(1, limits.stallMS / 1000)))
      unsafe curl_set_long(handle, CURLOPT_BUFFERSIZE, 256 << 10)
      return
    }
    // On a connection with others, one that is held back would hold up all of them.
    unsafe curl_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    unsafe curl_set_long(handle, CURLOPT_BUFFERSIZE, BodyLimits.readBytes)
    stall = Stall(limitMS: flow.silenceMS, now: Time.monotonicMS())
  }

  private func configureBody(_ handle: UnsafeMutableRawPointer) {
    switch method {
    case "GET": unsafe curl_set_long(handle, CURLOPT_HTTPGET, 1)
    case "HEAD": unsafe curl_set_long(handle, CURLOPT_NOBODY, 1)
    default:
      let me = unsafe Unmanaged.passUnretained(self).toOpaque()
      unsafe curl_set_long(handle, CURLOPT_POST, 1)
      unsafe curl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.size))
      unsafe curl_set_pointer(handle, CURLOPT_READDATA, me)
      unsafe curl_set_bytes_callback(handle, CURLOPT_READFUNCTION, onSend)
      unsafe curl_set_pointer(handle, CURLOPT_SEEKDATA, me)
      unsafe curl_set_seek_callback(handle, onSeek)
      unsafe curl_set_text(handle, CURLOPT_CUSTOMREQUEST, method)
    }
  }

  func finish(_ code: Int32, _ handle: UnsafeMutableRawPointer?) {
    var result = Result(code: isCut ? 0 : code)
    if let handle = unsafe handle {
      var status = 0
      var size: curl_off_t = 0
      unsafe curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
      result.status = status
      unsafe curl_get_offset(handle, CURLINFO_SIZE_DOWNLOAD_T, &size)
      result.bytesIn = Int64(size)
      unsafe curl_get_offset(handle, CURLINFO_SIZE_UPLOAD_T, &size)
      result.bytesOut = Int64(size)
      var number = 0
      unsafe curl_get_long(handle, CURLINFO_REQUEST_SIZE, &number)
      result.wasSent = isConnected && number > 0
      unsafe curl_get_long(handle, CURLINFO_OS_ERRNO, &number)
      result.errno = Int32(truncatingIfNeeded: number)
      unsafe curl_get_long(handle, CURLINFO_SSL_VERIFYRESULT, &result.certificateError)
      unsafe curl_get_long(handle, CURLINFO_HTTP_CONNECTCODE, &result.proxyStatus)
    }
    result.proxy = proxy?.place
    result.headers = head.fields
    result.body = received
    result.isTooLarge = isTooLarge
    result.fault = fault
    result.refusedAddress = refusedAddress
    if let flow {
      let isWhole = result.code == 0 && isFlowing
      if isWhole { flow.queue.begin(flowHead) }
      flow.queue.end(isWhole: isWhole)
    }
    completion(result)
  }

  /// Returns how many bytes of the body the buffer has now, or that there is no way to go on.
  fileprivate func send(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    noteLife()
    do throws(Failure) {
      return try unsafe reader.read(into: buffer)
    } catch {
      fault = error
      return Int(CURL_READFUNC_ABORT)
    }
  }

  /// libcurl sends a body again where a kept connection was gone.
  fileprivate func seek(to place: Int64) { reader.seek(to: place) }

  /// The answer is one that is handed on as it comes.
  private var isFlowing: Bool { flow != nil && (200..<300).contains(head.status) }

  private var flowHead: AnswerHead {
    AnswerHead(status: head.status, headers: head.fields, url: flow?.url)
  }

  /// How long it may still be silent; `nil` where libcurl sees to that, and while it is held back.
  func silenceLeftMS(now nowMS: Int64) -> Int64? { stall?.leftMS(now: nowMS) }

  /// It is no longer held back.
  func goOn() { stall?.goOn(now: Time.monotonicMS()) }

  private func noteLife() { stall?.note(now: Time.monotonicMS()) }

  fileprivate func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
    noteLife()
    if let flow, isFlowing { return unsafe pass(bytes, to: flow) }
    if let flow, !flow.statuses.contains(head.status) {
      let room = max(0, BodyLimits.refusalBytes - received.count)
      isCut = bytes.count > room
      unsafe received.append(UnsafeRawBufferPointer(rebasing: bytes.prefix(room)))
      return isCut ? 0 : bytes.count
    }
    guard received.count + bytes.count <= limits.bodyBytes else {
      isTooLarge = true
      return 0
    }
    unsafe received.append(bytes)
    return bytes.count
  }

  private func pass(_ bytes: UnsafeRawBufferPointer, to flow: Flow) -> Int {
    flow.queue.begin(flowHead)
    do throws(Failure) {
      if try unsafe flow.queue.offer(bytes) { return bytes.count }
      stall?.hold()
      return Int(CURL_WRITEFUNC_PAUSE)
    } catch {
      fault = error
      return 0
    }
  }

  fileprivate func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard head.size + bytes.count <= limits.headerBytes else {
      isTooLarge = true
      return 0
    }
    unsafe head.take(bytes)
    noteLife()
    if flow == nil, let size = head.bodySize { received.reserve(min(size, limits.bodyBytes)) }
    return bytes.count
  }

  fileprivate func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
    let family = unsafe Int32(address.pointee.family)
    if !allowsPrivate, let text = unsafe Self.privateAddress(address) {
      refusedAddress = text
      return curl_socket_t(CURL_SOCKET_BAD)
    }
    return unsafe socket(
      family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
  }

  /// A connection is about to be used, which may be one that another line was allowed to open.
  fileprivate func mayUse(_ address: String) -> Bool {
    noteLife()
    isConnected = isAllowed(address)
    if !isConnected { refusedAddress = address }
    return isConnected
  }

  private func isAllowed(_ address: String) -> Bool {
    if allowsPrivate { return true }
    var v4 = in_addr()
    var v6 = in6_addr()
    if unsafe inet_pton(AF_INET, address, &v4) == 1 {
      let bytes = unsafe withUnsafeBytes(of: &v4) { unsafe Array($0) }
      return !PrivateAddress.contains(v4: bytes[0], bytes[1], bytes[2])
    } else if unsafe inet_pton(AF_INET6, address, &v6) == 1 {
      let bytes = unsafe withUnsafeBytes(of: &v6) { unsafe Array($0) }
      return !PrivateAddress.contains(v6: bytes)
    }
    return false
  }

  /// The address as text if it is one that must not be reached.
  private static func privateAddress(_ address: UnsafeMutablePointer<curl_sockaddr>) -> String? {
    let bytes = unsafe withUnsafeBytes(of: &address.pointee.addr) { unsafe Array($0) }
    switch unsafe Int32(address.pointee.family) {
    case AF_INET:
      // sockaddr_in: family, port, then four bytes of address.
      guard PrivateAddress.contains(v4: bytes[4], bytes[5], bytes[6]) else { return nil }
      return bytes[4..<8].map(String.init).joined(separator: ".")
    case AF_INET6:
      // sockaddr_in6 is larger than the field that libcurl declares; it lies behind it.
      let all = unsafe UnsafeRawPointer(address).advanced(
        by: MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 16)
      let v6 = unsafe Array(UnsafeRawBufferPointer(start: all + 8, count: 16))
      return PrivateAddress.contains(v6: v6) ? "an IPv6 address of a private range" : nil
    default: return "an address that is not IP"
    }
  }
}

// Unsafe: libcurl hands back the transfer that `configure` gave it; the loop keeps it alive.
private func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
  unsafe context.map { unsafe Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
}

private let onBody: curl_bytes_callback = { data, size, count, context in
  unsafe transfer(context)?.receive(UnsafeRawBufferPointer(start: data, count: size * count)) ?? 0
}

private let onSend: curl_bytes_callback = { data, size, count, context in
  unsafe transfer(context)?.send(UnsafeMutableRawBufferPointer(start: data, count: size * count))
    ?? Int(CURL_READFUNC_ABORT)
}

private let onSeek: curl_seek_callback = { context, offset, origin in
  guard let transfer = unsafe transfer(context), origin == SEEK_SET else {
    return CURL_SEEKFUNC_FAIL
  }
  transfer.seek(to: Int64(offset))
  return CURL_SEEKFUNC_OK
}

private let onHeader: curl_bytes_callback = { data, size, count, context in
  unsafe transfer(context)?.receiveHeader(UnsafeRawBufferPointer(start: data, count: size * count))
    ?? 0
}

private let onConnection: curl_prereq_callback = { context, address, _, _, _ in
  guard let transfer = unsafe transfer(context), let address = unsafe address,
    unsafe transfer.mayUse(String(cString: address))
  else { return CURL_PREREQFUNC_ABORT }
  return CURL_PREREQFUNC_OK
}

private let onSocket: curl_opensocket_callback = { context, purpose, address in
  guard let transfer = unsafe transfer(context), let address = unsafe address else {
    return curl_socket_t(CURL_SOCKET_BAD)
  }
  return unsafe transfer.open(address)
}
