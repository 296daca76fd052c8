internal import Glibc
internal import PatchbayCore

/// A whole sync by the program, beside the least that could be done for the same tables: fetch,
/// read once, insert.
struct SyncBench {
  private static let rounds = 5

  private let setup: Setup
  private let plugins: String
  private let records: Int

  static func run(_ setup: Setup) throws -> [Finding] {
    let count = setup.records / Setup.pageSize
    let bench = SyncBench(
      setup: setup, plugins: try setup.makeFolder("plugins"), records: count * Setup.pageSize)
    try BenchPlugin.make(from: setup.connector, in: bench.plugins)
    // Unsafe: no other thread reads the environment meanwhile.
    unsafe setenv("PATCHBAY_BENCH_TOKEN", "none", 1)
    let server = try PageServer((0..<count).map { SamplePages.page($0, of: count) })
    defer { withExtendedLifetime(server) {} }
    let findings = try bench.loads(server.url) + [try bench.apart(server.url)]
    let table = try PageServer(
      (0..<count).map { SamplePages.table($0, of: count) }, type: "text/tab-separated-values")
    defer { withExtendedLifetime(table) {} }
    return findings + [try bench.rows(table.url), try bench.memory(server.url)]
  }

  /// A first load, the limit, and a second load of the same records, in turn.
  private func loads(_ url: String) throws -> [Finding] {
    var (first, limit, again): ([Child], [Child], [Child]) = ([], [], [])
    var findings: [Finding] = []
    for round in 0..<Self.rounds {
      let (name, typed) = ("load-\(round)", "\(setup.folder)/limit-\(round).db")
      let command = try sync(url, name, "core")
      first.append(try Child.run(command))
      limit.append(
        try Child.run(["\(setup.bin)/patchbay-bench", "_limit-typed", url, typed]))
      again.append(try Child.run(command + ["--full"]))
      if round == Self.rounds - 1 {
        let data = "\(setup.folder)/data-\(name)/data.db"
        try requireSame(data, typed)
        findings = try QueryBench(
          data: data, plain: "\(setup.folder)/plain.db", records: records
        ).run()
      }
      _ = try Child.run(["/bin/rm", "-rf", "\(setup.folder)/data-\(name)", typed])
    }
    return [
      finding(
        "\(records) records into typed tables, beside a program by hand", first, limit,
        wanted: .atLeast(0.8)),
      finding("the same records again, beside the first time", again, first, wanted: .atLeast(2)),
    ] + findings
  }

  /// What the limit stored must be what the program stored, cell for cell.
  private func requireSame(_ data: String, _ typed: String) throws {
    let (ours, limit) = (try DatabaseFile(data), try DatabaseFile(typed))
    try ours.requireSame("SELECT 'records', count(*) FROM stream_1", in: limit)
    try ours.requireSame(
      """
      SELECT t.key, t.cursor, t.deleted_ms, c1, c2, c3, c4, c5, c6, c7, r.raw
      FROM stream_1 t JOIN raw_1 r ON r.id = t.id ORDER BY t.id
      """, in: limit)
  }

  private func apart(_ url: String) throws -> Finding {
    var (apart, here): ([Child], [Child]) = ([], [])
    for round in 0..<Self.rounds {
      apart.append(try once(url, "apart-\(round)", "community"))
      here.append(try once(url, "here-\(round)", "core"))
    }
    return finding("in a worker, beside in the process", apart, here, wanted: .atLeast(0.95))
  }

  private func rows(_ url: String) throws -> Finding {
    var (apart, here): ([Child], [Child]) = ([], [])
    for round in 0..<Self.rounds {
      apart.append(try once(url, "rows-apart-\(round)", "community", "tablereader"))
      here.append(try once(url, "rows-here-\(round)", "core", "tablereader"))
    }
    return finding(
      "a plugin that emits each record, in a worker, beside in the process", apart, here,
      wanted: .atLeast(0.6))
  }

  private func memory(_ url: String) throws -> Finding {
    let command = try sync(url, "memory", "core")
    let resident = try Double(Child.memory(command, setup)) / 1_048_576
    return Finding(
      name: "sync: memory", ours: "\(decimal(resident)) MiB", limit: "60 MiB",
      ratio: resident / 60, wanted: .atMost(1))
  }

  /// How much faster ours was than what it is beside, in the median of the pairs.
  private func finding(
    _ name: String, _ ours: [Child], _ limit: [Child], wanted: Finding.Wanted
  ) -> Finding {
    func rate(_ children: [Child]) -> String {
      "\(Int(Double(records) / Measure.median(children.map(\.seconds)))) records/s"
    }
    func ratio(_ seconds: (Child) -> Double) -> Double {
      Measure.median(zip(ours, limit).map { seconds($1) / seconds($0) })
    }
    return Finding(
      name: "sync: \(name)", ours: rate(ours), limit: rate(limit), ratio: ratio(\.seconds),
      wanted: wanted, note: "by processor time \(decimal(ratio(\.processorSeconds)))")
  }

  /// A sync into a new data folder, which is removed.
  private func once(
    _ url: String, _ name: String, _ tier: String, _ plugin: String = "bookshop"
  ) throws -> Child {
    let child = try Child.run(sync(url, name, tier, plugin))
    _ = try Child.run(["/bin/rm", "-rf", "\(setup.folder)/data-\(name)"])
    return child
  }

  /// The command that syncs into a new data folder.
  private func sync(
    _ url: String, _ name: String, _ tier: String, _ plugin: String = "bookshop"
  ) throws -> [String] {
    let isBookshop = plugin == "bookshop"
    let patchbay = [
      setup.patchbay, "--data", "\(setup.folder)/data-\(name)", "--plugins",
      isBookshop ? plugins : "\(setup.bin)/test-plugins",
    ]
    let secret = isBookshop ? ["--secret", "token=env:PATCHBAY_BENCH_TOKEN"] : []
    _ = try Child.run(
      patchbay + [
        "connection", "add", "shop", "--plugin", plugin, "--set", "base_url=\(url)", "--set",
        "rate_limit=off", "--quiet",
      ] + secret)
    _ = try Child.run(patchbay + ["plugin", "trust", plugin, tier, "--quiet"])
    return patchbay + ["sync", "run", "shop", "--quiet"]
  }
}
