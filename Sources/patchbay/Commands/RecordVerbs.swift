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
      Option("dead", about: "show what was set aside as unreadable, and why"),
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
    if context.invocation.flag("dead") {
      return try await showDead(context, hub, connection, stream, limit)
    }
    let records = try await hub.store.records(record.id, limit: limit)
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

  private static func showDead(
    _ context: Context, _ hub: Hub, _ connection: String, _ stream: String, _ limit: Int
  ) async throws(Failure) -> Int32 {
    let letters = try await hub.store.deadLetters(connection, limit: limit)
      .filter { $0.stream == stream }
    if context.wantsJSON {
      for letter in letters where !Output.isBroken {
        let json: JSON = [
          "reason": .string(letter.reason), "key": letter.key.map { .string($0) } ?? .null,
          "run": .string(letter.run), "raw": .string(letter.raw),
        ]
        Output.line(json.text)
      }
      return 0
    }
    context.print(
      Table(
        [.init("reason"), .init("key"), .init("as it came", mayShrink: true)],
        rows: letters.map {
          [$0.reason, visible($0.key ?? ""), visible(String($0.raw.prefix(400)))]
        }))
    return 0
  }
}

enum QueryVerb: Verb {
  static let command = Command(
    ["query"], summary: "Ask the stored data in SQL (reading only).",
    discussion: """
      Each stream is a view: CONNECTION__STREAM, and STREAM for the first connection that has it.
      Views across vendors: crm_contacts.

      Example:
        patchbay query "SELECT email, company FROM crm_contacts LIMIT 10"
      """,
    options: [
      Option("limit", short: "n", valueName: "N", about: "rows at most (1000)"),
      Option("timeout", valueName: "SECONDS", about: "time at most (30)"),
    ],
    arguments: [Argument("SQL", about: "one SELECT statement")])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let hub = try context.hub()
    let limits = QueryLimits(
      rows: try context.number("limit", default: 1000, in: 1...1_000_000),
      timeMS: Int64(try context.number("timeout", default: 30, in: 1...3600)) * 1000)
    let result = try await hub.store.query(context.argument(0), limits: limits)
    if context.wantsJSON {
      context.print([
        "columns": .array(result.columns.map { .string($0) }),
        "rows": .array(result.rows.map { .array($0) }), "cut": .bool(result.isCut),
      ])
    } else {
      context.print(
        Table(
          result.columns.map { .init(visible($0), mayShrink: true) },
          rows: result.rows.map { row in
            row.map { value in visible(value.isNull ? "" : value.plainText ?? value.text) }
          }))
    }
    if result.isCut {
      Output.error("more rows than \(limits.rows): raise --limit, or add a LIMIT")
    }
    return 0
  }
}
