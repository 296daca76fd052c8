import Loopback
import Foundation
import PatchbayCore
import PatchbayJSON
import PatchbayStore

@testable import PatchbayEgress

/// A server, a store with sealed secrets, and an egress: all gone when the test is over.
final class Outpost: Sendable {
  let server: LoopbackServer
  let folder: String
  let store: SQLiteStore
  let vault: Vault
  let egress: Egress

  init(_ answer: @escaping @Sendable (LoopbackServer.Request) -> [LoopbackServer.Act]) throws {
    server = try LoopbackServer(answer)
    folder = NSTemporaryDirectory() + "patchbay-egress-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    store = try SQLiteStore(folder: folder)
    vault = Vault(store: store, folder: folder, environment: [:])
    egress = try Egress(vault: vault, leases: FileLeases(folder: folder))
  }

  deinit {
    server.stop()
    egress.close()
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Stores secrets of the connection `crm`.
  func keep(_ secrets: [String: String]) async throws {
    try await store.save(
      Connection(name: "crm", plugin: "p", settings: JSONObject(), createdMS: 1), secrets: [:])
    for (name, secret) in secrets {
      try await vault.replace(secret, connection: "crm", name: name)
    }
  }

  func terms(attempts: Int = 4, _ auth: AuthScheme = .none) -> LineTerms {
    var terms = LineTerms(
      connection: "crm", hosts: [], baseURL: server.url, settings: JSONObject())
    terms.attempts = attempts
    // No test is to pass only because somebody lost patience.
    terms.stallMS = 3_600_000
    terms.timeoutMS = 3_600_000
    terms.outageMS = 3_600_000
    terms.auth = auth
    return terms
  }

  func line(attempts: Int = 4, _ auth: AuthScheme = .none) throws -> Line {
    try egress.line(terms(attempts: attempts, auth))
  }

  func request(_ method: String = "GET", _ path: String = "/x") -> OutgoingRequest {
    var request = OutgoingRequest(method: method, url: "{base_url}\(path)")
    request.timeoutMS = 3_600_000
    return request
  }
}

extension Line {
  /// Sends and returns the body as text.
  @discardableResult
  func text(_ request: OutgoingRequest) async throws(Failure) -> String {
    try await send(request) { String(decoding: $0.body.bytes, as: UTF8.self) }
  }

  /// Why a request fails, or `nil` where it does not.
  func failure(_ request: OutgoingRequest) async -> Failure? {
    do throws(Failure) {
      try await text(request)
      return nil
    } catch {
      return error
    }
  }
}
