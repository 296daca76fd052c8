internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMessages

/// Tables of a PostgreSQL or SQLite database, which is only read.
struct SQLSource: Source {
  /// What a plugin's manifest would say.
  static let manifest: JSON = [
    "manifest": 1, "id": "sql", "version": "0.0.0", "kind": "connector", "name": "SQL",
    "about": "Tables of PostgreSQL and SQLite databases, read by key",
    "publisher": "patchbay", "abi": "1.0", "operations": ["check", "discover", "read"],
    "settings": [
      "database": [
        "type": "text", "required": true,
        "about": "postgres://user@host:5432/name, or sqlite:/path, in a folder of PATCHBAY_FOLDERS",
      ],
      "tables": [
        "type": "json",
        "about": "tables by name, or streams with table, key, cursor; left out: all with a key",
      ],
    ],
    "secrets": ["password": ["about": "of the PostgreSQL user"]],
  ]

  private enum Database: Sendable {
    case postgres(PostgresTerms)
    case sqlite(String)
  }

  private let database: Database
  private let chosen: [TablePlan.Choice]?

  init(_ settings: JSONObject, secrets: [String: String], _ folders: OwnedFolders) throws(Failure) {
    let text = settings["database"]?.string ?? ""
    if text.hasPrefix("sqlite:") {
      let path = try folders.admit(String(text.dropFirst("sqlite:".count)), setting: "database")
      database = .sqlite(path)
    } else {
      database = .postgres(
        try PostgresTerms(text, password: secrets["password"], ca: settings["ca"]?.string))
    }
    chosen = try settings["tables"].map { (json) throws(Failure) in try TablePlan.choices(json) }
  }

  private func open() throws(Failure) -> any SQLEngine {
    switch database {
    case .postgres(let terms): try PostgresEngine(terms)
    case .sqlite(let path): try SQLiteEngine(path)
    }
  }

  /// Which database it is: another one has other rows.
  private var place: String {
    switch database {
    case .postgres(let terms): "\(terms.host):\(terms.port)/\(terms.database)"
    case .sqlite(let path): path
    }
  }

  private func plans(_ engine: any SQLEngine) throws(Failure) -> [TablePlan] {
    let tables = try engine.tables()
    let place = place
    guard let chosen else { return TablePlan.all(tables, in: place) }
    var plans: [TablePlan] = []
    for choice in chosen { plans.append(try TablePlan(choice, among: tables, in: place)) }
    return plans
  }

  func streams() throws(Failure) -> [Manifest.Stream] {
    let streams = try plans(try open()).map { Manifest.stream(catalog: .object($0.head)) }
    if !streams.isEmpty { return streams }
    throw Failure(
      .config, "sql.tables", "the database has no table with a primary key that this user may read",
      mend: "name tables and their keys: tables: {orders: {table: public.orders, key: [id]}}")
  }

  func check() throws(Failure) -> String {
    let engine = try open()
    return "\(engine.about), \(try plans(engine).count) tables"
  }

  func reading(of stream: String, _ task: SourceTask) throws(Failure) -> any SourceReading {
    let engine = try open()
    guard let plan = try plans(engine).first(where: { $0.name == stream }) else {
      throw Failure(.config, "stream.unknown", "there is no stream “\(stream)”")
    }
    return try TableReading(plan, engine, task)
  }
}
