internal import Glibc
internal import PatchbayCore

/// A whole sync by the program, beside the least that could be done: fetch, cut, insert.
enum SyncBench {
  static func run(_ setup: Setup) throws -> [Finding] {
    let count = setup.records / Setup.pageSize
    let server = try PageServer((0..<count).map { SamplePages.page($0, of: count) })
    defer { withExtendedLifetime(server) {} }
    // Unsafe: no other thread reads the environment meanwhile.
    unsafe setenv("PATCHBAY_BENCH_TOKEN", "none", 1)
    var round = 0
    let (ours, limit) = try Measure.inTurn(rounds: 3) {
      try Child.run(sync(setup, server.url, "\(round)", "core")).seconds
    } _: {
      round += 1
      let database = "\(setup.folder)/raw-\(round).db"
      return try Child.run(["\(setup.bin)/patchbay-bench", "_raw-sync", server.url, database])
        .seconds
    }
    let rate = Double(count * Setup.pageSize)
    let (apart, here) = try Measure.inTurn(rounds: 4) {
      round += 1
      return try Child.run(sync(setup, server.url, "apart-\(round)", "community")).seconds
    } _: {
      try Child.run(sync(setup, server.url, "here-\(round)", "core")).seconds
    }
    let table = try PageServer(
      (0..<count).map { SamplePages.table($0, of: count) }, type: "text/tab-separated-values")
    defer { withExtendedLifetime(table) {} }
    let (rowsApart, rowsHere) = try Measure.inTurn(rounds: 3) {
      round += 1
      return try Child.run(
        sync(setup, table.url, "rows-apart-\(round)", "community", "tablereader")
      )
      .seconds
    } _: {
      try Child.run(sync(setup, table.url, "rows-here-\(round)", "core", "tablereader")).seconds
    }
    let memory = try sync(setup, server.url, "memory", "core")
    let resident = try Double(Child.memory(memory, setup)) / 1_048_576
    return [
      Finding(
        name: "sync: \(count * Setup.pageSize) records, beside fetch, cut and insert",
        ours: "\(Int(rate / ours)) records/s", limit: "\(Int(rate / limit)) records/s",
        ratio: limit / ours, wanted: .atLeast(0.5)),
      Finding(
        name: "sync: in a worker, beside in the process",
        ours: "\(Int(rate / apart)) records/s", limit: "\(Int(rate / here)) records/s",
        ratio: here / apart, wanted: .atLeast(0.95)),
      Finding(
        name: "sync: a plugin that emits each record, in a worker, beside in the process",
        ours: "\(Int(rate / rowsApart)) records/s", limit: "\(Int(rate / rowsHere)) records/s",
        ratio: rowsHere / rowsApart, wanted: .atLeast(0.6)),
      Finding(
        name: "sync: memory", ours: "\(decimal(resident)) MiB", limit: "60 MiB",
        ratio: resident / 60, wanted: .atMost(1)),
    ]
  }

  /// The command that syncs into a new data folder.
  private static func sync(
    _ setup: Setup, _ url: String, _ name: String, _ tier: String, _ plugin: String = "bookshop"
  ) throws -> [String] {
    let patchbay = [
      setup.patchbay, "--data", "\(setup.folder)/data-\(name)", "--plugins",
      "\(setup.bin)/test-plugins",
    ]
    let secret = plugin == "bookshop" ? ["--secret", "token=env:PATCHBAY_BENCH_TOKEN"] : []
    _ = try Child.run(
      patchbay + [
        "connection", "add", "shop", "--plugin", plugin, "--set", "base_url=\(url)", "--set",
        "rate_limit=off", "--quiet",
      ] + secret)
    _ = try Child.run(patchbay + ["plugin", "trust", plugin, tier, "--quiet"])
    return patchbay + ["sync", "run", "shop", "--quiet"]
  }
}
