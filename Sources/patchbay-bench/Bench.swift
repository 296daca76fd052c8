// Unsafe: a text is lent to write for the call.
internal import CBenchLimit
internal import Glibc
internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayTerminal

/// What was measured: ours, the limit measured in the same run, and how the two relate.
struct Finding {
  let name: String
  let ours: String
  let limit: String
  /// At least or at most so much is wanted.
  let ratio: Double
  let wanted: Wanted
  var note = ""

  enum Wanted {
    case atLeast(Double)
    case atMost(Double)
  }

  var isMet: Bool {
    switch wanted {
    case .atLeast(let bound): ratio >= bound
    case .atMost(let bound): ratio <= bound
    }
  }

  var wantedText: String {
    switch wanted {
    case .atLeast(let bound): "≥ \(decimal(bound))"
    case .atMost(let bound): "≤ \(decimal(bound))"
    }
  }

  var json: JSON {
    [
      "name": .string(name), "ours": .string(ours), "limit": .string(limit),
      "ratio": .number(decimal(ratio)), "wanted": .string(wantedText), "met": .bool(isMet),
      "note": .string(note),
    ]
  }
}

/// Measures Patchbay beside the least that the same work could cost, in one run on one machine: the
/// ratios stay true where absolute figures change.
enum Bench {
  private struct Part: Sendable {
    let name: String
    let about: String
    let run: @Sendable (Setup) async throws -> [Finding]
  }

  private static let all = [
    Part(name: "extraction", about: "records cut out of pages") { try ExtractionBench.run($0) },
    Part(name: "calls", about: "steps of a plugin") { try CallBench.run($0) },
    Part(name: "start", about: "a start with 100 known plugins") { try StartBench.run($0) },
    Part(name: "sync", about: "a sync over HTTP into SQLite") { try SyncBench.run($0) },
    Part(name: "ledger", about: "durable transfers, and statements") { try LedgerBench.run($0) },
    Part(name: "market", about: "an installation out of 10,000 plugins") {
      try await MarketBench.run($0)
    },
    Part(name: "shares", about: "20,000 small charges, shared in three ways") {
      try ShareBench.run($0)
    },
  ]

  static func main(_ arguments: [String]) async -> Int32 {
    // The limit of the sync runs in a process of its own, as the sync does.
    if arguments.first == "_limit-typed", arguments.count == 3 {
      return unsafe bench_limit_typed(arguments[1], arguments[2])
    }
    if arguments.first == "_memory", arguments.count > 2 {
      return await report {
        try Child.reportMemory(Array(arguments.dropFirst(2)), to: arguments[1])
      }
    }
    switch tree.parse(arguments) {
    case .help(let text):
      print(text)
      return 0
    case .usage(let error):
      complain(error.text)
      return 2
    case .run(let invocation): return await report { try await run(invocation) }
    }
  }

  private static let tree = CommandTree(
    name: "patchbay-bench", summary: "measures Patchbay against the least the work could cost",
    globalOptions: [
      Option("records", valueName: "N", about: "records of the sync (200000)"),
      Option("json", about: "one JSON document"),
    ],
    commands: [Command(["all"], summary: "everything")]
      + all.map { Command([$0.name], summary: $0.about) })

  private static func run(_ invocation: Invocation) async throws {
    let setup = try Setup(records: invocation.value("records"))
    defer { setup.remove() }
    var findings: [Finding] = []
    for bench in all where invocation.path == ["all"] || invocation.path == [bench.name] {
      complain("\(bench.name): \(bench.about) …")
      findings += try await bench.run(setup)
    }
    if invocation.flag("json") {
      print(JSON.array(findings.map(\.json)).text)
    } else {
      var table = Table([
        .init("what"), .init("ours", alignment: .right), .init("limit", alignment: .right),
        .init("ratio", alignment: .right), .init("wanted", alignment: .right), .init(""),
      ])
      table.rows = findings.map {
        [
          $0.name, $0.ours, $0.limit, decimal($0.ratio), $0.wantedText,
          ($0.isMet ? "" : "not met ") + $0.note,
        ]
      }
      print(table.render(for: .current(descriptor: 1)))
    }
    if let missed = findings.first(where: { !$0.isMet }) {
      throw Failure(.bug, "bench.missed", "\(missed.name): the wanted ratio is not met")
    }
  }

  private static func report(_ body: () async throws -> Void) async -> Int32 {
    do {
      try await body()
      return 0
    } catch {
      complain("patchbay-bench: \(error)")
      return 1
    }
  }

  private static func complain(_ text: String) {
    _ = unsafe (text + "\n").withCString { unsafe write(2, $0, strlen($0)) }
  }
}

/// Two digits after the point.
func decimal(_ value: Double) -> String {
  let hundredths = Int((value * 100).rounded())
  let rest = abs(hundredths % 100)
  return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
}
