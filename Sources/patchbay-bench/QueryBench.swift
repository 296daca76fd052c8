internal import PatchbayCore

/// Queries over a stream's view, beside the same over a plain table of typed columns in a file of
/// its own.
struct QueryBench {
  private struct Query {
    let name: String
    let sql: String
    /// Runs that one measurement takes; with keys, one for each.
    var runs = 5
    var keys: [String] = []
  }

  private let view: DatabaseFile
  private let plain: DatabaseFile
  private let queries: [Query]

  init(data path: String, plain plainPath: String, records: Int) throws(Failure) {
    let plain = try DatabaseFile(plainPath, isNew: true)
    try plain.execute(
      """
      PRAGMA page_size = 16384;
      ATTACH '\(path)' AS data;
      CREATE TABLE shop__books AS
        SELECT id, title, price, updated_at, stock, in_print, author, _key FROM data.shop__books;
      CREATE UNIQUE INDEX books_key ON shop__books (_key);
      DETACH data;
      """)
    self.plain = plain
    view = try DatabaseFile(path)
    // The pages of both stay in memory: what is compared is the layout.
    for database in [view, plain] { try database.execute("PRAGMA cache_size = -200000") }
    queries = [
      Query(
        name: "filter on a number",
        sql: "SELECT count(*), sum(stock) FROM shop__books WHERE price BETWEEN 20 AND 40"),
      Query(
        name: "group by a text, sums",
        sql: """
          SELECT author, count(*), sum(stock), avg(price) FROM shop__books GROUP BY author
          ORDER BY author
          """, runs: 2),
      Query(
        name: "the latest 20",
        sql:
          """
          SELECT _key, title, updated_at FROM shop__books ORDER BY updated_at DESC, _key LIMIT 20
          """),
      Query(
        name: "one by its key",
        sql: "SELECT _key, title, price, updated_at FROM shop__books WHERE _key = ?1",
        keys: (0..<5_000).map { String($0 &* 7_919 % records) }),
    ]
  }

  func run() throws -> [Finding] {
    try queries.map { query in
      if query.keys.isEmpty { try view.requireSame(query.sql, in: plain) }
      _ = try (seconds(query, view), seconds(query, plain))
      let pairs = try (0..<5).map { _ in (try seconds(query, view), try seconds(query, plain)) }
      return Finding(
        name: "sync: query of the view, beside a plain table: \(query.name)",
        ours: shown(query, pairs.map(\.0)), limit: shown(query, pairs.map(\.1)),
        ratio: Measure.median(pairs.map { $0.0 / $0.1 }), wanted: .atMost(1.5))
    }
  }

  private func shown(_ query: Query, _ seconds: [Double]) -> String {
    let one = Measure.median(seconds)
    return query.keys.isEmpty ? Measure.milliseconds(one) : Measure.microseconds(one)
  }

  /// Seconds of one run.
  private func seconds(_ query: Query, _ database: DatabaseFile) throws -> Double {
    let rows = try database.rows(query.sql)
    let runs = query.keys.isEmpty ? query.runs : query.keys.count
    return try Measure.once {
      for run in 0..<runs {
        if query.keys.isEmpty { rows.restart() } else { rows.restart(query.keys[run]) }
        while try rows.next() {}
      }
    } / Double(runs)
  }
}
