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
    case .plugin(let plugin):
      let driver = Driver(connection, plugin)
      return try await StepLease.hold(plugin) { (lease) async throws(Failure) in
        try await driver.run(lease)
      }
    }
  }

  private actor Driver {
    private let executor = SerialQueue("patchbay.check")
    nonisolated var unownedExecutor: UnownedSerialExecutor {
      // Unsafe: the executor lives as long as the actor.
      unsafe executor.asUnownedSerialExecutor()
    }
    private let connection: OpenConnection
    private let plugin: LoadedPlugin
    private let mappings = Mappings()
    private static let outageMS: Int64 = 5000

    init(_ connection: OpenConnection, _ plugin: LoadedPlugin) {
      (self.connection, self.plugin) = (connection, plugin)
    }

    func run(_ lease: StepLease) async throws(Failure) -> String? {
      try Discovery.tryPrograms(of: connection.streams)
      let session = try PluginSession(plugin, limits: connection.limits, lease: lease)
      let budget = RequestBudget(limit: 100)
      var inbox = [Message.open("check", connection)]
      while !inbox.isEmpty {
        for message in try session.step(inbox.removeFirst(), .now()) {
          switch message.kind {
          case .httpRequest:
            try budget.spend()
            inbox.append(try await answer(message))
          case .done:
            return message.head["account"]?.string.map { connection.line.redactor.hiding($0) }
          case .error: throw connection.line.redacted(Failure(head: message.head))
          default: break
          }
        }
      }
      throw Failure(.bug, "plugin.stuck", "the plugin's check came to no end")
    }

    private func answer(_ message: Message) async throws(Failure) -> Message {
      let (asked, contract) = try message.outgoing(mappings)
      var request = asked
      // Somebody sits there and waits for the answer.
      request.outageMS = Self.outageMS
      do throws(Failure) {
        let page = try await connection.line.send(request) { (response) async throws(Failure) in
          try await contract.judge(response)
        }
        return Message(
          .httpResponse, correlation: message.correlation, head: page.head, body: page.body)
      } catch {
        let shown = connection.line.redacted(error)
        return Message(.failed, correlation: message.correlation, head: shown.json)
      }
    }
  }
}
