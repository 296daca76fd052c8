internal import Glibc
internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore
internal import PatchbaySync
internal import PatchbayTerminal

enum QueryVerb: Verb {
  static let command = Command(
    ["query"], summary: "Ask the stored data in SQL (reading only).",
    discussion: """
      Each stream is a view: CONNECTION__STREAM, and STREAM for the first connection that has it.
      Views across vendors: crm_contacts. See them all with: patchbay schema

      Examples:
        patchbay query "SELECT email, company FROM crm_contacts LIMIT 10"
        patchbay query --csv --limit 100000 - < report.sql > report.csv
      """,
    options: [
      Option("limit", short: "n", valueName: "N", about: "rows at most (1000)"),
      Option("timeout", valueName: "SECONDS", about: "time at most (30)"),
      Option("csv", about: "print CSV (RFC 4180), the columns' names first"),
      Option("ndjson", about: "print one JSON object a line"),
    ],
    arguments: [Argument("SQL", about: "one SELECT statement, or - to read it from standard input")]
  )

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let hub = try context.hub()
    let limits = QueryLimits(
      rows: try context.number("limit", default: 1000, in: 1...1_000_000),
      timeMS: Int64(try context.number("timeout", default: 30, in: 1...3600)) * 1000)
    let sql = try context.argument(0) == "-" ? standardInput() : context.argument(0)
    let form = try form(context)
    let result = try await hub.query(sql, limits: limits)
    form.print(result, context)
    if result.isCut {
      Output.error("more rows than \(limits.rows): raise --limit, or add a LIMIT")
    }
    return 0
  }

  private static func form(_ context: Context) throws(Failure) -> ResultForm {
    let chosen = ["csv", "ndjson", "json"].filter { context.invocation.flag($0) }
    if chosen.count > 1 {
      throw Failure(
        .config, "usage.form",
        "there are several forms: \(chosen.map { "--\($0)" }.joined(separator: ", "))",
        mend: "choose one of them")
    }
    return chosen.first.flatMap(ResultForm.init) ?? .table
  }

  private static let textLimit = 1 << 20

  /// The statement that somebody pipes in.
  private static func standardInput() throws(Failure) -> String {
    var text = ""
    while let line = readLine(strippingNewline: false) {
      text += line
      if text.utf8.count > textLimit {
        throw Failure(
          .config, "usage.sql", "the statement is longer than 1 MiB",
          mend: "put large lists of values into a file, and read it as a stream")
      }
    }
    return text
  }
}

/// How the rows of a query are printed.
private enum ResultForm: String {
  case table, csv, ndjson, json

  func print(_ result: QueryResult, _ context: Context) {
    switch self {
    case .table:
      context.print(
        Table(
          result.columns.map { .init(visible($0), mayShrink: true) },
          rows: result.rows.map { row in
            row.map { value in visible(value.isNull ? "" : value.plainText ?? value.text) }
          }))
    case .json:
      context.print([
        "columns": .array(result.columns.map { .string($0) }),
        "rows": .array(result.rows.map { .array($0) }), "cut": .bool(result.isCut),
      ])
    case .csv:
      let output = OutputBuffer()
      output.add(CSVRow.text(result.columns))
      for row in result.rows where !Output.isBroken {
        output.add(CSVRow.text(row.map { $0.isNull ? "" : $0.plainText ?? $0.text }))
      }
      output.flush()
    case .ndjson:
      let output = OutputBuffer()
      let names = Self.distinct(result.columns)
      for row in result.rows where !Output.isBroken {
        let members = zip(names, row).map { JSONObject.Member($0, $1) }
        output.add(JSON.object(JSONObject(members)).text + "\n")
      }
      output.flush()
    }
  }

  /// A member of an object has a name of its own: the second `id` is `id_2`.
  private static func distinct(_ names: [String]) -> [String] {
    var taken: Set<String> = []
    return names.map { name in
      var (free, number) = (name, 2)
      while !taken.insert(free).inserted {
        free = "\(name)_\(number)"
        number += 1
      }
      return free
    }
  }
}

enum SchemaVerb: Verb {
  static let command = Command(
    ["schema"], summary: "Show the views that queries are written against, and their columns.",
    discussion: """
      Without a name, every view with what it shows. With one, its columns: name, type, and where
      each stands in a record, as a JSON Pointer by stream.

      Example:
        patchbay schema crm_contacts
      """,
    arguments: [
      Argument("VIEW", about: "one view", isOptional: true, completion: .dynamic("views"))
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let views = try await context.hub().store.views()
    let name = context.argument(0)
    if name.isEmpty {
      if context.wantsJSON {
        context.print(.array(views.map(\.json)))
      } else {
        list(views, context)
      }
      return 0
    }
    guard let view = views.first(where: { $0.name.lowercased() == name.lowercased() }) else {
      let meant = suggestions(for: name, among: views.map(\.name))
      throw Failure(
        .config, "query.view", "there is no view “\(name)”",
        mend: (meant.isEmpty ? "" : "did you mean \(meant.joined(separator: " or "))? ")
          + "see them all: patchbay schema")
    }
    if context.wantsJSON { context.print(view.json) } else { show(view, context) }
    return 0
  }

  private static func list(_ views: [ViewDescription], _ context: Context) {
    context.print(
      Table(
        [
          .init("view"), .init("kind"), .init("shows", mayShrink: true),
          .init("columns", mayShrink: true),
        ],
        rows: views.map {
          [
            visible($0.name), $0.kind.rawValue + ($0.isAll ? ", deleted too" : ""),
            visible($0.streams.joined(separator: ", ")),
            visible($0.columns.map(\.name).joined(separator: ", ")),
          ]
        }))
  }

  private static func show(_ view: ViewDescription, _ context: Context) {
    context.print(
      Table(
        [.init("column"), .init("type"), .init("where in a record", mayShrink: true)],
        rows: view.columns.map { column in
          let places = column.sources.sorted { $0.key < $1.key }
          let text = places.map {
            view.streams.count == 1 ? $0.value : "\($0.key) \($0.value)"
          }
          let whole = column.name == "_raw" ? "(the whole record)" : text.joined(separator: ", ")
          return [visible(column.name), column.type, visible(whole)]
        }))
  }
}

extension ViewDescription {
  fileprivate var json: JSON {
    [
      "view": .string(name), "kind": .string(kind.rawValue), "deleted_too": .bool(isAll),
      "streams": .array(streams.map { .string($0) }),
      "columns": .array(
        columns.map { column in
          [
            "name": .string(column.name), "type": .string(column.type),
            "sources": .object(
              JSONObject(
                column.sources.sorted { $0.key < $1.key }
                  .map { .init($0.key, .string($0.value)) })),
          ]
        }),
    ]
  }
}
