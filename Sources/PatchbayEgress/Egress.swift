public import PatchbayCore
public import PatchbayJSON
public import PatchbayStore
internal import Synchronization

/// The only way out of the hub: one libcurl loop, and one ``Line`` for each connection.
public final class Egress: Sendable {
  private let loop: CurlLoop
  private let vault: Vault
  private let leases: any LeaseStore
  private let proxy: Proxy?
  private let lines = Mutex<[String: Line]>([:])

  /// `leases` keep processes from each other's tokens. `environment` may name a proxy for all
  /// that goes out, as `PATCHBAY_PROXY=http://host:port`; throws `egress.proxy` for what is none.
  public init(
    vault: Vault, leases: any LeaseStore, environment: [String: String] = [:]
  ) throws(Failure) {
    proxy = try Proxy.named(in: environment)
    loop = try CurlLoop()
    self.vault = vault
    self.leases = leases
  }

  /// The line of a connection: jobs on one credential share its pace and its token.
  public func line(_ terms: LineTerms) throws(Failure) -> Line {
    if let line = lines.withLock({ $0[terms.connection] }) { return line }
    let made = try Line(terms, loop: loop, proxy: proxy, vault: vault, leases: leases)
    return lines.withLock {
      if let line = $0[terms.connection] { return line }
      $0[terms.connection] = made
      return made
    }
  }

  /// Ends the loop's thread. Requests under way fail.
  public func close() { loop.close() }
}

/// On what terms a connection may talk to the outside.
public struct LineTerms: Sendable {
  public var connection: String
  /// Hosts of the plugin's manifest.
  public var hosts: [String]
  public var baseURL: String?
  /// The admin named the base URL: then it may lie on a private network.
  public var isBaseGiven = true
  public var allowsPrivate = false
  /// `nil`: no published limit; the pace is found out.
  public var rules: [RateRule]?
  public var rateHeaders = RateHeaders()
  public var inFlightLimit = 8
  public var attempts = 8
  public var timeoutMS: Int64 = 120_000
  public var stallMS: Int64 = 30_000
  /// For how long it is tried to reach a host; then all requests fail together.
  public var outageMS: Int64 = 60_000
  /// Whose certificates are good; `nil` for those that the system believes.
  public var authorities: CertificateAuthorities?
  public var auth = AuthScheme.none
  /// Where the admin says that tokens come from: the hosts of the manifest need not have it.
  public var ownTokenURL: String?
  public var settings: JSONObject
  public var userAgent = "Patchbay"

  public init(connection: String, hosts: [String], baseURL: String?, settings: JSONObject) {
    self.connection = connection
    self.hosts = hosts
    self.baseURL = baseURL
    self.settings = settings
  }

  func expanded(_ url: String) -> String {
    guard let baseURL, url.hasPrefix("{base_url}") else { return url }
    let base = baseURL.hasSuffix("/") ? baseURL.dropLast() : baseURL[...]
    return String(base) + url.dropFirst("{base_url}".count)
  }
}

/// Response headers in which a vendor tells how much is left.
public struct RateHeaders: Sendable, Equatable {
  public var remaining: String?
  public var intervalMS: String?

  public init(remaining: String? = nil, intervalMS: String? = nil) {
    self.remaining = remaining
    self.intervalMS = intervalMS
  }
}
