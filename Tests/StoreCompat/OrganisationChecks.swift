import PatchbayCore
import PatchbayJSON
import PatchbayStore
import Testing

extension StoreCompat.Check {
  static let organisations: [Self] = [
    .init("Only what was added is opened, and a name is used once", added),
    .init("An organisation that has connections stays, and so does the standard one", inUse),
    .init("Two organisations see nothing of each other", apart),
    .init("Runs and audit log of a removed organisation stay out of sight of others", removed),
    .init("Sealed values of everybody are replaced together", everySealed),
  ]

  static let leases: [Self] = [
    .init("A lease is held by one until it ends, and others wait for it", leased)
  ]

  private static func added(_ shelf: Shelf) async throws {
    let (hub, acme) = (shelf.engine.hub, try Organisation("acme"))
    #expect(try await hub.organisations() == [.standard])
    #expect(
      await shelf.code { _ = try await shelf.engine.open(acme) } == "organisation.unknown")
    #expect(
      await shelf.code { try await hub.remove(acme, nowMS: 1) } == "organisation.unknown")
    try await hub.add(acme, nowMS: 1)
    try await hub.add(try Organisation("zeta-2"), nowMS: 1)
    try await hub.add(try Organisation("beta"), nowMS: 1)
    #expect(
      try await hub.organisations().map(\.name) == ["acme", "beta", "default", "zeta-2"])
    #expect(await shelf.code { try await hub.add(acme, nowMS: 1) } == "organisation.exists")
    #expect(try await shelf.engine.open(acme).organisation == acme)
    try await hub.remove(acme, nowMS: 2)
    #expect(try await !hub.organisations().contains(acme))
    #expect(await shelf.code { try await hub.add(acme, nowMS: 3) } == "organisation.exists")
    #expect(
      await shelf.code { _ = try await shelf.engine.open(acme) } == "organisation.unknown")
  }

  private static func inUse(_ shelf: Shelf) async throws {
    let hub = shelf.engine.hub
    let other = try await shelf.organisation("acme")
    try await other.connect("crm")
    for body: @Sendable (Organisation) async throws -> Void in [
      { try await hub.requireRemovable($0) }, { try await hub.remove($0, nowMS: 2) },
    ] {
      #expect(await shelf.code { try await body(other.organisation) } == "organisation.in_use")
      #expect(await shelf.code { try await body(.standard) } == "organisation.standard")
    }
    try await other.removeConnection("crm")
    try await hub.requireRemovable(other.organisation)
    #expect(try await hub.organisations().count == 2)
    try await hub.remove(other.organisation, nowMS: 2)
  }

  /// What both write under the same names stays apart.
  private static func apart(_ shelf: Shelf) async throws {
    let stores = [shelf.store, try await shelf.organisation("acme")]
    for store in stores { try await fill(store, shelf.run) }
    for (store, other) in [(stores[0], stores[1]), (stores[1], stores[0])] {
      let (name, foreign) = (store.organisation.name, "RUN\(other.organisation.name)")
      #expect(try await store.connections().map { $0.settings["of"]?.string } == [name])
      #expect(try await store.sealedSecrets(of: "crm") == ["token": Array(name.utf8)])
      #expect(try await store.allSealedSecrets().map(\.organisation.name) == [name])
      #expect(try await store.sealedKey("blobs") == Array(name.utf8))
      #expect(try await store.auditLog(limit: 9).map(\.actor) == [name])
      #expect(try await store.crashes(of: "p", sha256: "s") == (1, name))
      #expect(try await store.runs(limit: 9).map(\.id) == ["RUN\(name)"])
      #expect(try await store.run(foreign) == nil)
      #expect(try await !store.requestCancel(foreign, nowMS: 2))
      #expect(try await other.isCancelRequested(foreign) == false)
      #expect(Set(try await store.usage(after: 0, limit: 9).events.map(\.customer)) == [name])
      #expect(try await store.blob(name) != nil)
      #expect(try await store.blob(other.organisation.name) == nil)
      #expect(try await store.unusedBlobs(storedBeforeMS: 9) == [name])
      let stream = try #require(try await store.stream("crm", "contacts"))
      let records = try await store.records(stream.id, withDeleted: true, limit: 9)
      #expect(records.map(\.key) == [name] && stream.state == .string(name))
      #expect(try await store.deadLetters("crm", stream: nil, limit: 9).count == 1)
      #expect(
        try await store.query("SELECT _key FROM contacts", limits: QueryLimits()).rows
          == [[.string(name)]])
      #expect(try await store.views().count == 3)
    }
    try await stores[1].removeConnection("crm")
    #expect(try await stores[0].connections().count == 1)
    #expect(try await stores[0].sealedSecrets(of: "crm").count == 1)
    #expect(try await stores[0].streams(of: "crm").count == 1)
    #expect(try await stores[1].forgetClaims(nowMS: 11) == 1)
    #expect(try await !stores[0].claim("scope", "id", untilMS: 20, nowMS: 9))
  }

  private static func fill(_ store: any Store, _ run: RunID) async throws {
    let name = store.organisation.name
    var connection = Connection.ofTests("crm")
    connection.settings["of"] = .string(name)
    try await store.save(connection, secrets: ["token": Array(name.utf8)])
    try await store.note(AuditEntry(atMS: 1, actor: name, action: "a", details: [:]))
    try await store.noteCrash(name, of: "p", sha256: "s", nowMS: 1)
    _ = try await store.keepKey("blobs", sealed: Array(name.utf8))
    try await store.begin(
      RunRecord(
        id: "RUN\(name)", connection: "crm", status: "running", startedMS: 1, finishedMS: nil,
        summary: .string(name)))
    #expect(try await store.claim("scope", "id", untilMS: 10, nowMS: 1))
    #expect(try await !store.claim("scope", "id", untilMS: 10, nowMS: 1))
    try await store.note(Blob(id: name, size: 1), nowMS: 1)
    let stream = try await store.prepare(
      StreamDescription(connection: "crm", stream: "contacts", columns: [], unified: [:])
    ).record
    var batch = Batch(
      stream: stream.id, run: run, pages: [.ofTests(["{\"id\":\"\(name)\"}", #"{"v":1}"#])],
      checkpoint: .string(name), stateTag: nil, nowMS: 5)
    batch.meter = UsageMeter(
      key: "same", customer: name, plugin: "p", version: "1", library: "l", terms: "")
    _ = try await store.commit(batch)
  }

  private static func removed(_ shelf: Shelf) async throws {
    let other = try await shelf.organisation("acme")
    try await fill(other, shelf.run)
    try await other.removeConnection("crm")
    try await shelf.engine.hub.remove(other.organisation, nowMS: 2)
    #expect(try await shelf.store.runs(limit: 9).isEmpty)
    #expect(try await shelf.store.auditLog(limit: 9).isEmpty)
    #expect(try await shelf.store.usage(after: 0, limit: 9).events.isEmpty)
    #expect(try await shelf.engine.hub.everySealedKey().isEmpty)
    #expect(try await shelf.store.connections().map(\.name) == ["crm"])
  }

  private static func everySealed(_ shelf: Shelf) async throws {
    let (hub, other) = (shelf.engine.hub, try await shelf.organisation("acme"))
    for store in [shelf.store, other] { try await fill(store, shelf.run) }
    var secrets = try await hub.everySealedSecret()
    var keys = try await hub.everySealedKey()
    #expect(Set(secrets.map(\.organisation.name)) == ["default", "acme"] && secrets.count == 2)
    #expect(Set(keys.map(\.organisation.name)) == ["default", "acme"] && keys.count == 2)
    for index in 0..<2 {
      secrets[index].sealed = [1]
      keys[index].sealed = [2]
    }
    // What is gone meanwhile stays so.
    try await other.removeConnection("crm")
    try await hub.replaceEvery(secrets, keys)
    #expect(try await shelf.store.sealedSecrets(of: "crm") == ["token": [1]])
    #expect(try await hub.everySealedSecret().count == 1)
    for store in [shelf.store, other] { #expect(try await store.sealedKey("blobs") == [2]) }
  }

  private static func leased(_ shelf: Shelf) async throws {
    let leases = shelf.engine.leases
    var held = try leases.tryLease("sync.crm-1_a@b")
    #expect(held != nil && leases.isLeased("sync.crm-1_a@b"))
    #expect(try leases.tryLease("sync.crm-1_a@b") == nil)
    #expect(!leases.isLeased("sync.other"))
    let other = try leases.tryLease("sync.other")
    #expect(other != nil)
    let waiting = Task { try await leases.lease("sync.crm-1_a@b") }
    held = nil
    let next = try await waiting.value
    #expect(leases.isLeased("sync.crm-1_a@b"))
    next.endForGood()
    withExtendedLifetime(other) {}
    leases.forgetLease("sync.never")
    #expect(!leases.isLeased("sync.never") && held == nil)
  }
}
