package import PatchbayCore
import PatchbayJSON
import PatchbayStore
import Testing

/// The standard organisation's store with one connection, `crm`, and what most checks do with it.
struct Shelf: Sendable {
  let engine: StoreCompat.Engine
  let store: any Store
  let run = RunID(nowMS: 1_700_000_000_000)

  init(_ engine: StoreCompat.Engine) async throws {
    self.engine = engine
    store = try await engine.open(.standard)
    try await store.connect("crm")
  }

  /// The store as another process has it.
  func another() async throws -> any Store { try await engine.open(.standard) }

  /// The store of an organisation that is added here.
  func organisation(_ name: String) async throws -> any Store {
    let organisation = try Organisation(name)
    try await engine.hub.add(organisation, nowMS: 1)
    return try await engine.open(organisation)
  }

  func stream(
    _ name: String = "contacts", of connection: String = "crm", columns: [Column] = [],
    unified: [String: [String: String]] = [:]
  ) async throws -> StreamRecord {
    try await store.prepare(
      StreamDescription(
        connection: connection, stream: name, columns: columns, unified: unified)
    ).record
  }

  /// A batch of one page.
  func batch(_ stream: StreamRecord, _ records: [String]) -> Batch {
    Batch(
      stream: stream.id, run: run, pages: [.ofTests(records)], checkpoint: nil, stateTag: nil,
      nowMS: 5)
  }

  @discardableResult
  func commit(
    _ stream: StreamRecord, _ records: [String]..., checkpoint: JSON? = nil, tag: String? = nil
  ) async throws -> Counters {
    var batch = batch(stream, [])
    batch.pages = records.map { .ofTests($0) }
    (batch.checkpoint, batch.stateTag) = (checkpoint, tag)
    return try await store.commit(batch)
  }

  @discardableResult
  func begin(_ stream: StreamRecord, _ pass: Pass) async throws -> StreamRecord {
    try await store.beginPass(stream.id, pass, run: run, fingerprint: nil)
  }

  /// All records, those that are deleted among them.
  func records(_ stream: StreamRecord) async throws -> [StoredRecord] {
    try await store.records(stream.id, withDeleted: true, limit: 10_000)
  }

  func rows(_ sql: String) async throws -> [[JSON]] {
    try await store.query(sql, limits: QueryLimits()).rows
  }

  /// The code of the failure that the body throws, and must throw.
  func code(_ body: () async throws -> Void) async -> String? {
    do {
      try await body()
    } catch {
      return (error as? Failure)?.code ?? "\(error)"
    }
    Issue.record("nothing was refused")
    return nil
  }
}

extension Store {
  func connect(_ name: String) async throws { try await save(.ofTests(name), secrets: [:]) }
}

extension Connection {
  static func ofTests(_ name: String, _ plugin: String = "p") -> Connection {
    Connection(name: name, plugin: plugin, settings: JSONObject(), createdMS: 1)
  }
}

extension AuditEntry {
  static func ofTests(_ action: String = "records.test", atMS: Int64 = 1) -> AuditEntry {
    AuditEntry(atMS: atMS, actor: "tests", action: action, details: [:])
  }
}

extension CutPage {
  /// A page as a vendor sends it: records with an `id`, a cursor `at` and a mark `gone`.
  package static func ofTests(_ records: [String]) -> CutPage {
    var plan = ExtractPlan(records: "/results", keys: ["/id"])
    plan.cursor = "/at"
    plan.deleted = "/gone"
    return CutPage(
      ByteBuffer("{\"results\":[\(records.joined(separator: ","))]}".utf8), plan: plan)
  }
}

extension Counters {
  /// What became of the records, without what it counts for.
  var fates: Counters {
    var fates = self
    fates.use = RecordUse()
    return fates
  }

  static func of(_ change: (inout Counters) -> Void) -> Counters {
    var counters = Counters()
    change(&counters)
    return counters
  }
}

/// The name of an SQL view or column, whatever is in it.
func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }
