import Databases
import Foundation
import PatchbayCore
import PatchbayJSON
import SourceText
import Testing

@testable import PatchbayStore

/// Tables that are written for any engine of SQL: what they ask of SQLite, PostgreSQL takes, too.
@Suite struct OtherEngineTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Sources/PatchbayStore/SQL").path

  private static func literals() throws -> [(file: String, text: String)] {
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".swift") }.sorted()
    return try files.flatMap { file in
      let source = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
      return Literals(source).texts.map { (file, $0) }
    }
  }

  @Test func `PostgreSQL takes every statement of the tables`() throws {
    let folder = try DataFolder()
    let store = try folder.open()
    let acme = try Organisation("acme")
    let hub = RecordingConnection(try folder.hubDatabase())
    let data = RecordingConnection(try folder.database())
    try Self.useHub(hub, acme)
    try Self.useData(data, acme)
    #expect(hub.overlaps + data.overlaps == [], "one statement at a time")

    let reached = (hub.texts + data.texts).map(\.singleSpaced)
    for (file, text) in try Self.literals() where file.hasPrefix("Tables/") {
      let isStatement = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "].contains {
        text.singleSpaced.hasPrefix($0)
      }
      guard isStatement, let start = text.split(separator: "…").first else { continue }
      let isReached = reached.contains { $0.contains(String(start).singleSpaced) }
      #expect(isReached, "\(file) has a statement that no test reaches: \(text)")
    }

    let server = try PostgresServer()
    for (database, schema, recording) in [
      ("hub", Self.hubSchema, hub), ("data", Self.dataSchema, data),
    ] {
      try server.sql("CREATE DATABASE \(database)")
      try server.sql(schema, database: database)
      let objections = try server.objections(to: recording.texts, database: database)
      #expect(objections == "", "\(database)")
    }
    withExtendedLifetime(store) {}
  }

  private static func useHub(_ hub: RecordingConnection, _ acme: Organisation) throws {
    let organisations = OrganisationTable(database: hub)
    try organisations.add(acme, nowMS: 1)
    #expect(try organisations.all() == [acme, .standard])
    try organisations.require(acme)
    let connections = ConnectionTable(database: hub, organisation: acme)
    let connection = Connection(name: "crm", plugin: "p", settings: JSONObject(), createdMS: 1)
    var change = ConnectionChange(connection, replaces: nil, secrets: ["s": [1]])
    change.forgetsSecrets = true
    try connections.save(change)
    #expect(try connections.all() == [connection])
    #expect(try connections.accept(["v": 1], replacing: nil, of: "crm"))
    #expect(try connections.find("crm")?.accepted == ["v": 1])
    let secrets = SecretTable(database: hub, organisation: acme)
    #expect(try secrets.all(of: "crm") == ["s": [1]])
    for secret in try secrets.all() { try SecretTable.replace(secret, in: hub) }
    #expect(try SecretTable.ofEveryone(hub).count == 1)
    let keys = KeyTable(database: hub, organisation: acme)
    #expect(try keys.keep("k", sealed: [2]) == [2])
    for key in try KeyTable.ofEveryone(hub) { try KeyTable.replace(key, in: hub) }
    #expect(try KeyTable.anySealed(hub) != nil)
    let runs = RunTable(database: hub, organisation: acme)
    let run = RunRecord(
      id: "R", connection: "crm", status: "running", startedMS: 1, finishedMS: nil, summary: [:])
    try runs.begin(run)
    try runs.update(run)
    #expect(try runs.find("R") != nil && runs.latest(1).count == 1)
    #expect(try runs.requestCancel("R", nowMS: 2) && runs.isCancelRequested("R"))
    let trust = TrustTable(database: hub, organisation: acme)
    try trust.noteCrash("it fell", of: "p", sha256: "s", nowMS: 1)
    #expect(try trust.crashes(of: "p", sha256: "s").count == 1)
    try trust.noteCrash(nil, of: "p", sha256: "s", nowMS: 1)
    for decision in [TrustDecision("trusted"), TrustDecision("trusted", sha256: "s")] {
      try trust.set(decision, on: "p")
      #expect(try trust.decision(on: "p") == decision)
    }
    let audit = AuditTable(database: hub, organisation: acme)
    try audit.add(.ofTests, origin: "a")
    #expect(try audit.latest(1).count == 1)
    let claims = ClaimTable(database: hub, organisation: acme)
    #expect(try claims.claim("s", "i", untilMS: 2, nowMS: 1))
    #expect(try claims.forget(nowMS: 3) == 1)
    try useOutbox(hub)
    try connections.remove("crm")
    try organisations.remove(acme, nowMS: 2)
  }

  private static func useOutbox(_ database: RecordingConnection) throws {
    let outbox = OutboxTable(database: database, owner: "acme")
    try outbox.add("act", [:])
    for entry in try outbox.entries() { try outbox.done(entry) }
    #expect(try outbox.entries().isEmpty)
  }

  private static func useData(_ data: RecordingConnection, _ acme: Organisation) throws {
    let usage = UsageTable(database: data, organisation: acme)
    let event = UsageEvent(
      key: "k", atMS: 1, customer: "c", plugin: "p", version: "1", library: "l", terms: "",
      meter: .requests, quantity: 1)
    for _ in 0..<2 { try usage.write(event) }
    #expect(try usage.events(after: 0, limit: 9).events == [event])
    #expect(try usage.used(of: "p", fromMS: 0, toMS: 9).map(\.quantity) == [1])
    let terms = CommercialTerms(
      plugin: "p", version: "1", kind: "connector", library: "l",
      terms: try Terms(
        JSON(
          reading: """
            {"currency":"EUR","prices":[{"from":"2026-01-01","meter":"requests","kind":"flat",
              "steps":[{"micros":1}]}],"shares":[{"party":"acme","ppm":1000000}]}
            """), in: "the tests"), platformPPM: 1)
    try usage.keep(terms)
    #expect(try usage.terms(terms.terms.sha256, library: "l") != nil)
    let blobs = BlobTable(database: data, organisation: acme)
    try blobs.note(Blob(id: "b", size: 1), nowMS: 1)
    #expect(try blobs.unused(storedBeforeMS: 2) == ["b"])
    try blobs.setUses(["b"], ofRow: 1, in: 1)
    #expect(try blobs.uses(of: "b") == 1)
    try blobs.forgetUses(in: 1)
    #expect(try blobs.forget("b", storedBeforeMS: 2))
    try useWrites(WriteTable(database: data, organisation: acme))
    try useOutbox(data)
  }

  private static func useWrites(_ writes: WriteTable) throws {
    var entry = WriteEntry(
      connection: "crm", stream: "s", source: "f:1", action: "update", key: "k",
      record: ["a": 1], base: .null, idempotencyKey: "i", changedMS: 1, atMS: 2)
    #expect(try writes.add(entry))
    #expect(try !writes.add(entry))
    let found = try writes.all("crm", stream: "s", .waiting, after: 0, limit: 9)
    entry.id = try #require(found.first?.id)
    #expect(found == [entry])
    entry.state = .done
    try writes.save(entry)
    #expect(try writes.counts("crm", stream: nil) == [.done: 1])
    #expect(try writes.all("crm", stream: nil, .done, after: 0, limit: 9) == [entry])
    #expect(try writes.forget(doneBeforeMS: 2) == 0)
    #expect(try writes.forget(doneBeforeMS: 3) == 1)
    try writes.removeAll(of: "crm")
  }

  /// The form 2 of `hub.db` as PostgreSQL would have it.
  private static let hubSchema = """
    CREATE TABLE organisations (
      name TEXT COLLATE "C" PRIMARY KEY, created_ms BIGINT NOT NULL, removed_ms BIGINT
    );
    CREATE TABLE connections (
      organisation TEXT NOT NULL REFERENCES organisations(name), name TEXT COLLATE "C" NOT NULL,
      plugin TEXT NOT NULL, settings TEXT NOT NULL, created_ms BIGINT NOT NULL,
      accepted TEXT, PRIMARY KEY (organisation, name)
    );
    CREATE TABLE secrets (
      organisation TEXT NOT NULL, connection TEXT NOT NULL, name TEXT NOT NULL,
      sealed BYTEA NOT NULL, PRIMARY KEY (organisation, connection, name),
      FOREIGN KEY (organisation, connection) REFERENCES connections(organisation, name)
        ON DELETE CASCADE
    );
    CREATE TABLE runs (
      id TEXT COLLATE "C" PRIMARY KEY, connection TEXT NOT NULL, status TEXT NOT NULL,
      started_ms BIGINT NOT NULL, finished_ms BIGINT, cancel_ms BIGINT, summary TEXT NOT NULL,
      organisation TEXT NOT NULL DEFAULT 'default'
    );
    CREATE TABLE trust (plugin TEXT PRIMARY KEY, tier TEXT NOT NULL, sha256 TEXT);
    CREATE TABLE crashes (
      organisation TEXT NOT NULL REFERENCES organisations(name), plugin TEXT NOT NULL,
      sha256 TEXT NOT NULL, count BIGINT NOT NULL, reason TEXT NOT NULL, at_ms BIGINT NOT NULL,
      PRIMARY KEY (organisation, plugin)
    );
    CREATE TABLE audit (
      id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, at_ms BIGINT NOT NULL,
      actor TEXT NOT NULL, action TEXT NOT NULL, details TEXT NOT NULL,
      organisation TEXT NOT NULL DEFAULT 'default', origin TEXT UNIQUE
    );
    CREATE TABLE keys (
      organisation TEXT NOT NULL REFERENCES organisations(name), name TEXT NOT NULL,
      sealed BYTEA NOT NULL, PRIMARY KEY (organisation, name)
    );
    CREATE TABLE claims (
      organisation TEXT NOT NULL REFERENCES organisations(name), scope TEXT NOT NULL,
      id TEXT NOT NULL, until_ms BIGINT NOT NULL, PRIMARY KEY (organisation, scope, id)
    );
    \(outboxSchema)
    """

  private static let outboxSchema = """
    CREATE TABLE outbox (
      id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, organisation TEXT NOT NULL,
      act TEXT NOT NULL, details TEXT NOT NULL
    );
    """

  /// What the tables use of form 12 of `data.db`.
  private static let dataSchema = """
    CREATE TABLE usage (
      number BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, key TEXT NOT NULL UNIQUE,
      at_ms BIGINT NOT NULL, customer TEXT NOT NULL, plugin TEXT NOT NULL, version TEXT NOT NULL,
      library TEXT NOT NULL, terms TEXT NOT NULL, meter TEXT NOT NULL, quantity BIGINT NOT NULL,
      organisation TEXT NOT NULL DEFAULT 'default'
    );
    CREATE TABLE terms (
      sha256 TEXT NOT NULL, library TEXT NOT NULL, plugin TEXT NOT NULL, version TEXT NOT NULL,
      kind TEXT NOT NULL, platform_ppm BIGINT NOT NULL, terms TEXT NOT NULL,
      PRIMARY KEY (sha256, library)
    );
    CREATE TABLE blobs (
      id TEXT PRIMARY KEY, organisation TEXT NOT NULL, size BIGINT NOT NULL,
      stored_ms BIGINT NOT NULL
    );
    CREATE TABLE blob_uses (
      blob TEXT NOT NULL REFERENCES blobs(id), stream_id BIGINT NOT NULL, row BIGINT NOT NULL,
      PRIMARY KEY (blob, stream_id, row)
    );
    CREATE TABLE writes (
      id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, organisation TEXT NOT NULL,
      connection TEXT NOT NULL, stream TEXT NOT NULL, source TEXT NOT NULL, action TEXT NOT NULL,
      key TEXT, record TEXT NOT NULL, base TEXT NOT NULL, idempotency_key TEXT NOT NULL,
      state TEXT NOT NULL, outcome TEXT NOT NULL, attempts BIGINT NOT NULL,
      changed_ms BIGINT NOT NULL, at_ms BIGINT NOT NULL,
      UNIQUE (organisation, connection, stream, source)
    );
    \(outboxSchema)
    """
}
