internal import PatchbayCore
internal import PatchbayEgress
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMessages
internal import PatchbayStore
internal import Synchronization

/// One batch of records, given to the plugin in one session. Each outcome is stored as it is told.
actor WriteSession {
  private let connection: OpenConnection
  private let hub: Hub
  private let stream: Manifest.Stream
  private let writes: Manifest.Writes
  private let account: RunAccount
  private var entries: [WriteEntry]
  private var told: Set<Int> = []
  private let asked = Mutex(false)

  init(
    connection: OpenConnection, hub: Hub, stream: Manifest.Stream, writes: Manifest.Writes,
    account: RunAccount, entries: [WriteEntry]
  ) {
    (self.connection, self.hub, self.stream) = (connection, hub, stream)
    (self.writes, self.account, self.entries) = (writes, account, entries)
  }

  /// Entries of which the plugin told what became of them, as they are stored.
  var outcomes: [WriteEntry] { told.sorted().map { entries[$0] } }
  /// Entries of which it did not.
  var silent: [WriteEntry] { entries.indices.filter { !told.contains($0) }.map { entries[$0] } }
  /// Whether it asked the vendor for anything.
  var hasAsked: Bool { asked.withLock { $0 } }

  /// Returns what ended the session before every record had its outcome.
  func run() async -> Failure? {
    guard let plugin = connection.plugin else {
      return Failure(.bug, "write.plugin", "\(connection.name) has no plugin")
    }
    let budget = account.budget
    let effects: [any Effect] = [
      HTTPEffect(connection.line, hub.blobs) { [self] (request) throws(Failure) in
        try budget.spend()
        request.admit = { () async throws(Failure) in
          let leave = try await budget.allow()
          self.noteAsked()
          return leave
        }
      }, WaitEffect(), CryptoEffect(connection.keys(hub.vault)),
      ClaimEffect(of: connection.name, hub.store),
    ]
    let role = Role.write.answering(effects).leavingOut([.checkpoint])
    do throws(Failure) {
      let outcome = try await Conversation.run(
        role, connection.opening(role, [("stream", .string(stream.name))]), with: plugin,
        connection.limits, effects, inputs: [input]
      ) { [self] (message) async throws(Failure) in
        if message.kind == .outcome { try await take(message) }
      }
      _ = try outcome.done()
      return nil
    } catch {
      return error
    }
  }

  private nonisolated func noteAsked() { asked.withLock { $0 = true } }

  private var input: Message {
    var body: [UInt8] = []
    for entry in entries {
      var line = JSONObject([.init("action", .string(entry.action))])
      line["key"] = entry.key.map { .string($0) }
      line["idempotency_key"] = .string(entry.idempotencyKey)
      if entry.action != "delete" { line["record"] = entry.record }
      body += JSON.object(line).bytes + [UInt8(ascii: "\n")]
    }
    return Message(
      .input, head: ["count": .integer(Int64(entries.count)), "last": true], body: body)
  }

  /// The state has checked that each index is one of these, once.
  private func take(_ message: Message) async throws(Failure) {
    var changed: [WriteEntry] = []
    for outcome in message.head["outcomes"]?.array ?? [] {
      guard let index = outcome["index"]?.integer.map({ Int(clamping: $0) }),
        entries.indices.contains(index), var shown = outcome.object
      else { continue }
      shown["index"] = nil
      if let text = outcome["error"] { shown["error"] = connection.line.redactor.hiding(text) }
      var entry = entries[index]
      entry.atMS = Time.nowMS()
      entry.outcome = .object(shown)
      switch outcome["status"]?.string {
      case "failed": entry.state = .failed
      case "unknown":
        entry = entry.unsettled(writes, shown["error"]?["message"]?.string ?? "nobody knows")
      default: entry.state = .done
      }
      entries[index] = entry
      told.insert(index)
      changed.append(entry)
    }
    try await hub.store.saveWrites(changed, adding: [])
  }
}
