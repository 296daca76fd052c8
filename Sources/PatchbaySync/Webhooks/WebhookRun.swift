package import PatchbayCore
internal import PatchbayEgress
internal import PatchbayHost
package import PatchbayJSON
internal import PatchbayMessages

/// Gives a delivery to a connection's plugin, which verifies it and tells what happened.
package struct WebhookRun: Sendable {
  /// What came of a delivery.
  package struct Report: Sendable {
    /// What the sender is answered: the head and the body of the plugin's `reply`. Where it said
    /// none: 200, and 500 where it failed.
    package var reply = JSON.object(JSONObject([.init("status", 200)]))
    package var replyBody: [UInt8] = []
    /// The heads of the events and what the vendor sent of each, in the order in which they were
    /// told. Of a delivery that was refused or that failed there are none.
    package var events: [(head: JSON, body: [UInt8])] = []
    /// Why the delivery was refused.
    package var failure: Failure?
  }

  private static let requestLimit = 100

  private let connection: OpenConnection
  private let hub: Hub

  package init(_ connection: OpenConnection, in hub: Hub) {
    (self.connection, self.hub) = (connection, hub)
  }

  /// Throws what is wrong with the plugin or the host. That the plugin refuses the delivery is in
  /// the report.
  package func take(_ delivery: Delivery) async throws(Failure) -> Report {
    guard let plugin = connection.plugin, plugin.manifest.operations.contains(Self.operation)
    else {
      throw Failure(
        .unsupported, "webhook.operation",
        "\(connection.file.manifest.id), the plugin of \(connection.name), takes no webhooks",
        mend: "its operations: \(connection.file.manifest.operations.joined(separator: ", "))")
    }
    let budget = RequestBudget(limit: Self.requestLimit)
    let effects: [any Effect] = [
      HTTPEffect(connection.line, hub.blobs) { (_) throws(Failure) in try budget.spend() },
      WaitEffect(),
      CryptoEffect(connection.keys(hub.vault)), ClaimEffect(of: connection.name, hub.store),
    ]
    let role = Role.webhook.answering(effects)
    var opening = connection.opening(role, [("input", delivery.input)])
    opening.body = delivery.body
    do throws(Failure) {
      let outcome = try await Conversation.run(
        role, opening, with: plugin, connection.limits, effects)
      return report(outcome)
    } catch {
      try await hub.note([error], of: plugin)
      throw connection.line.redacted(error)
    }
  }

  private static let operation = Role.webhook.operation

  private func report(_ outcome: Conversation.Outcome) -> Report {
    var report = Report()
    do throws(Failure) {
      _ = try outcome.done()
      report.events = outcome.told.filter { $0.kind == .event }.map { ($0.head, $0.body) }
    } catch {
      report.failure = connection.line.redacted(error)
      report.reply = ["status": 500]
    }
    if let reply = outcome.told.first(where: { $0.kind == .reply }) {
      (report.reply, report.replyBody) = (reply.head, reply.body)
    }
    return report
  }
}
