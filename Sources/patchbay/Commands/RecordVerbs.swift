internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore
internal import PatchbaySync
internal import PatchbayTerminal

enum RecordsVerb: Verb {
  static let command = Command(
    ["records"], summary: "Show records as the vendor sent them.",
    discussion: "With --json one record a line (NDJSON), each with its key.",
    options: [
      Option("limit", short: "n", valueName: "N", about: "how many (20)"),
      Option("deleted", about: "show deleted records as well"),
      Option("dead", about: "show what was set aside as unreadable, and why"),
      Option(
        "retry", valueName: "ID",
        about: "read one that was set aside again, by its id, or all, as records are read now"),
      Option(
        "dismiss", valueName: "ID", about: "forget one that was set aside, by its id, or all"),
    ],
    arguments: [
      Argument("CONNECTION", about: "which one", completion: .dynamic("connections")),
      Argument("STREAM", about: "which stream of it"),
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let hub = try context.hub()
    let (connection, stream) = (context.argument(0), context.argument(1))
    let limit = try context.number("limit", default: 20, in: 1...10_000_000)
    guard let record = try await hub.store.stream(connection, stream) else {
      let known = try await hub.store.streams(of: connection).map(\.stream)
      throw Failure(
        .config, "stream.unknown", "nothing was synced of \(connection)/\(stream)",
        mend: known.isEmpty
          ? "sync it: patchbay sync run \(connection) --stream \(stream)"
          : "synced streams: \(known.joined(separator: ", "))")
    }
    if let which = context.invocation.value("retry") {
      return try await retry(which, context, hub, connection, stream)
    }
    if let which = context.invocation.value("dismiss") {
      return try await dismiss(which, context, hub, connection, stream)
    }
    if context.invocation.flag("dead") {
      return try await showDead(context, hub, connection, stream, limit)
    }
    let records = try await hub.store.records(
      record.id, withDeleted: context.invocation.flag("deleted"), limit: limit)
    if context.wantsJSON {
      for record in records where !Output.isBroken {
        var line = "{\"key\":\(JSON.string(record.key).text)"
        if record.isDeleted { line += ",\"deleted\":true" }
        Output.line(line + ",\"record\":\(record.raw)}")
      }
      return 0
    }
    context.print(
      Table(
        [.init("key"), .init("cursor"), .init("record", mayShrink: true)],
        rows: records.map {
          [
            visible($0.key), visible($0.cursor ?? ""),
            ($0.isDeleted ? "(deleted) " : "") + visible(String($0.raw.prefix(400))),
          ]
        }))
    return 0
  }

  /// Forgets what was set aside. A full sync reads it again if the vendor still has it.
  private static func dismiss(
    _ which: String, _ context: Context, _ hub: Hub, _ connection: String, _ stream: String
  ) async throws(Failure) -> Int32 {
    let id = try letter(which, "dismiss", connection, stream)
    let count = try await hub.dismissDeadLetters(
      connection, stream, id: id, actor: context.actor)
    if id != nil && count == 0 { throw noLetter(which, connection, stream) }
    if context.wantsJSON { context.print(["dismissed": .integer(count)]) }
    context.say("Dismissed \(count); a full sync looks for them again.")
    return 0
  }

  /// Reads what was set aside again, such as after the key was corrected.
  private static func retry(
    _ which: String, _ context: Context, _ hub: Hub, _ connection: String, _ stream: String
  ) async throws(Failure) -> Int32 {
    let id = try letter(which, "retry", connection, stream)
    let (stored, dead) = try await hub.retryDeadLetters(
      connection, stream, id: id, actor: context.actor)
    if id != nil && stored + dead == 0 { throw noLetter(which, connection, stream) }
    if context.wantsJSON {
      context.print(["stored": .integer(stored), "dead": .integer(dead)])
    }
    context.say(
      "Stored \(stored); \(dead) still cannot be read, or are there by another record.")
    return dead == 0 ? 0 : 1
  }

  /// The id that an option names; `nil` for all.
  private static func letter(
    _ which: String, _ option: String, _ connection: String, _ stream: String
  ) throws(Failure) -> Int64? {
    if which == "all" { return nil }
    if let id = Int64(which) { return id }
    throw Failure(
      .config, "usage.\(option)", "--\(option) takes an id or “all”, not “\(which)”",
      mend: "see the ids: patchbay records \(connection) \(stream) --dead")
  }

  private static func noLetter(_ which: String, _ connection: String, _ stream: String) -> Failure {
    Failure(
      .config, "usage.letter",
      "\(connection)/\(stream) has set nothing aside with the id \(which)",
      mend: "see the ids: patchbay records \(connection) \(stream) --dead")
  }

  private static func showDead(
    _ context: Context, _ hub: Hub, _ connection: String, _ stream: String, _ limit: Int
  ) async throws(Failure) -> Int32 {
    let letters = try await hub.store.deadLetters(connection, stream: stream, limit: limit)
    if context.wantsJSON {
      for letter in letters where !Output.isBroken {
        let json: JSON = [
          "reason": .string(letter.reason), "key": letter.key.map { .string($0) } ?? .null,
          "id": .integer(letter.id), "request": letter.request.map { .string($0) } ?? .null,
          "pointer": letter.pointer.map { .string($0) } ?? .null,
          "run": .string(letter.run), "raw": .string(letter.raw),
        ]
        Output.line(json.text)
      }
      return 0
    }
    context.print(
      Table(
        [
          .init("id"), .init("reason"), .init("request", mayShrink: true),
          .init("as it came", mayShrink: true),
        ],
        rows: letters.map {
          [
            String($0.id), $0.reason, visible($0.request ?? ""),
            visible(String($0.raw.prefix(400))),
          ]
        }))
    return 0
  }
}
