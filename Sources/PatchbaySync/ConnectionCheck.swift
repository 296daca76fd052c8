package import PatchbayCore
internal import PatchbayEgress
internal import PatchbaySources
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMessages

/// Asks the vendor whether a connection's credentials are good.
package struct ConnectionCheck: Sendable {
  private let connection: OpenConnection
  private let hub: Hub

  package init(_ connection: OpenConnection, in hub: Hub) {
    self.connection = connection
    self.hub = hub
  }

  /// Returns what the plugin says of the account, or throws what is wrong.
  package func run() async throws(Failure) -> String? {
    do throws(Failure) {
      return try await ask()
    } catch {
      try await hub.note([error], of: connection.plugin)
      throw error
    }
  }

  private func ask() async throws(Failure) -> String? {
    switch connection.origin {
    case .source(let source):
      // It blocks: never a thread of the shared pool.
      return try await SerialQueue("patchbay.check").run { () throws(Failure) in
        try source.check()
      }
    case .plugin(let plugin): return try await ask(plugin)
    }
  }

  private static let requestLimit = 100
  /// Somebody sits there and waits for the answer.
  private static let outageMS: Int64 = 5000

  private func ask(_ plugin: LoadedPlugin) async throws(Failure) -> String? {
    try Discovery.tryPrograms(of: connection.streams)
    let (line, budget) = (connection.line, RequestBudget(limit: Self.requestLimit))
    let http = HTTPEffect(line, hub.blobs) { (request) throws(Failure) in
      try budget.spend()
      request.outageMS = Self.outageMS
    }
    let effects: [any Effect] = [http, WaitEffect()]
    let role = Role.check.answering(effects)
    do throws(Failure) {
      let outcome = try await Conversation.run(
        role, connection.opening(role), with: plugin, connection.limits, effects)
      return try outcome.done()["account"]?.string.map { line.redactor.hiding($0) }
    } catch {
      throw line.redacted(error)
    }
  }
}
