internal import CCurl
internal import Glibc

extension Transfer.Result {
  static let aborted = Self(code: Int32(CURLE_ABORTED_BY_CALLBACK.rawValue))

  /// Why the host could not be reached; `nil` for an answer, and for what went wrong after it was
  /// reached. An answer that never began, on a connection that ended, counts as not reached.
  var unreachableReason: String? {
    if code == 0 || refusedAddress != nil || isTooLarge || fault != nil { return nil }
    switch curlCode {
    case CURLE_COULDNT_RESOLVE_HOST: return "no such host"
    case CURLE_COULDNT_RESOLVE_PROXY: return throughProxy("no such host")
    case CURLE_COULDNT_CONNECT: return throughProxy(systemReason)
    case CURLE_OPERATION_TIMEDOUT: return wasSent ? nil : throughProxy("timed out")
    case CURLE_SSL_CONNECT_ERROR: return "the TLS handshake failed"
    case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR:
      if isProxyFault {
        return proxyStatus < 500 ? nil : throughProxy("it answered \(proxyStatus)")
      }
      return status == 0 && headers.isEmpty ? "the connection ended without an answer" : nil
    default: return nil
    }
  }

  var curlCode: CURLcode { CURLcode(UInt32(code)) }

  /// The proxy let nothing through, which is not the vendor's doing.
  var isProxyFault: Bool { !wasSent && proxyStatus >= 300 }

  private func throughProxy(_ why: String) -> String {
    guard let proxy, !wasSent else { return why }
    return "proxy \(proxy): \(why)"
  }

  private var systemReason: String {
    switch errno {
    case ECONNREFUSED: "connection refused"
    case ETIMEDOUT: "timed out"
    case EHOSTUNREACH: "no route to the host"
    case ENETUNREACH: "no route to its network"
    default: "cannot connect"
    }
  }

  /// What an attempt says about its host.
  var reach: Gate.Reach {
    if let why = unreachableReason { return .unreachable(why: why) }
    return code == 0 || wasSent ? .answered : .unknown
  }
}
