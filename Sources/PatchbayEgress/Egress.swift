package import PatchbayCore
package import PatchbayJSON
package import PatchbayStore
internal import Synchronization

/// The only way out of the hub: one libcurl loop, and one ``Line`` for each connection.
package final class Egress: Sendable {
  private let loop: CurlLoop
  private let vault: Vault
  private let leases: any LeaseStore
  private let proxy: Proxy?
  private let lines = Mutex<[String: Line]>([:])

  /// `leases` keep processes from each other's tokens. `environment` may name a proxy for all
  /// that goes out, as `PATCHBAY_PROXY=http://host:port`; throws `egress.proxy` for what is none.
  package init(
    vault: Vault, leases: any LeaseStore, environment: [String: String] = [:]
  ) throws(Failure) {
    proxy = try Proxy.named(in: environment)
    loop = try CurlLoop()
    self.vault = vault
    self.leases = leases
  }

  /// The line of a connection: jobs on one credential share its pace and its token. On other terms
  /// than before it is another line, and what is under way goes on with the old one.
  package func line(_ terms: LineTerms) throws(Failure) -> Line {
    func isKnown(_ line: Line?) -> Bool { line?.terms == terms }
    if let line = lines.withLock({ $0[terms.connection] }), isKnown(line) { return line }
    let made = try Line(terms, loop: loop, proxy: proxy, vault: vault, leases: leases)
    return lines.withLock {
      if let line = $0[terms.connection], isKnown(line) { return line }
      $0[terms.connection] = made
      return made
    }
  }

  /// Ends the loop's thread. Requests under way fail.
  package func close() { loop.close() }
}

/// On what terms a connection may talk to the outside.
package struct LineTerms: Sendable, Equatable {
  package var connection: String
  /// Hosts of the plugin's manifest.
  package var hosts: [String]
  package var baseURL: String?
  /// The admin named the base URL: then it may lie on a private network.
  package var isBaseGiven = true
  package var allowsPrivate = false
  /// `nil`: no published limit; the pace is found out.
  package var rules: [RateRule]?
  package var rateHeaders = RateHeaders()
  package var inFlightLimit = 8
  package var attempts = 8
  package var timeoutMS: Int64 = 120_000
  package var stallMS: Int64 = 30_000
  /// For how long it is tried to reach a host; then all requests fail together.
  package var outageMS: Int64 = 60_000
  /// Whose certificates are good; `nil` for those that the system believes.
  package var authorities: CertificateAuthorities?
  package var auth = AuthScheme.none
  /// Where the admin says that tokens come from: the hosts of the manifest need not have it.
  package var ownTokenURL: String?
  package var settings: JSONObject
  package var userAgent = "Patchbay"

  package init(connection: String, hosts: [String], baseURL: String?, settings: JSONObject) {
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
package struct RateHeaders: Sendable, Equatable {
  package var remaining: String?
  package var intervalMS: String?

  package init(remaining: String? = nil, intervalMS: String? = nil) {
    self.remaining = remaining
    self.intervalMS = intervalMS
  }
}
