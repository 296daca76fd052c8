import PatchbayCore
import PatchbayJSON
import PatchbayStore
import Synchronization
import Testing

extension StoreCompat.Check {
  static let commits: [Self] = [
    .init("Records and the checkpoint that covers them are stored together", together),
    .init("A batch without a checkpoint leaves the one that there is", checkpoints),
    .init("Pages that are asked for within a batch are a part of it", more),
    .init("A batch whose further page fails leaves nothing of it", moreFails),
    .init("A batch that names a missing blob, or a record that is not there, is undone", blobFails),
    .init("Every fate of a record is counted", fates),
    .init("Records that a pass saw before are repeated, or clash", repeats),
    .init("Pages that bring nothing new are counted until one does", stalePages),
    .init("Another spelling of a record is stored, and no change unless a value is", spelling),
    .init("A change of volatile members alone is stored, and no change", volatile),
    .init("A value that does not fit its column is counted, and kept in the record", misfits),
  ]

  private static func together(_ shelf: Shelf) async throws {
    let stream = try await shelf.stream()
    let raw = [#"{"id":"a","at":"1"}"#, #"{ "id" : "b" }"#, #"{"id":3,"at":7}"#]
    let found = try await shelf.commit(
      stream, Array(raw.prefix(2)), [raw[2]], checkpoint: ["after": "3"], tag: "v1")
    #expect(found.fates == .of { ($0.read, $0.inserted) = (3, 3) })
    let stored = try await shelf.records(stream)
    #expect(stored.map(\.key) == ["a", "b", "3"])
    #expect(stored.map(\.cursor) == ["1", nil, "7"])
    #expect(stored.map(\.raw) == raw)
    let record = try #require(try await shelf.store.stream("crm", "contacts"))
    #expect(record.state == ["after": "3"] && record.stateTag == "v1")
  }

  private static func checkpoints(_ shelf: Shelf) async throws {
    let stream = try await shelf.stream()
    func state() async throws -> [JSON?] {
      let record = try await shelf.store.stream("crm", "contacts")
      return [record?.state, record?.stateTag.map { .string($0) }]
    }
    try await shelf.commit(stream, [], checkpoint: ["é": [1, .null, "x"]], tag: "one")
    try await shelf.commit(stream, [#"{"id":"a"}"#])
    #expect(try await state() == [["é": [1, .null, "x"]], "one"])
    // A checkpoint comes with its tag, also where that is none.
    try await shelf.commit(stream, [#"{"id":"b"}"#], checkpoint: ["n": 2])
    #expect(try await state() == [["n": 2], nil])
    // What the last page tells goes first.
    var batch = shelf.batch(stream, [#"{"id":"c"}"#])
    (batch.checkpoint, batch.stateTag) = (["n": 3], "three")
    batch.checkpointAfter = { ["n": 4] }
    _ = try await shelf.store.commit(batch)
    #expect(try await state() == [["n": 4], "three"])
    batch.checkpointAfter = { nil }
    _ = try await shelf.store.commit(batch)
    #expect(try await state() == [["n": 3], "three"])
  }

  /// Gives pages one after the other, and then fails or ends.
  private final class Pages: Sendable {
    private let left: Mutex<[[String]]>
    private let failure: Failure?

    init(_ pages: [[String]], failure: Failure? = nil) {
      left = Mutex(pages.reversed())
      self.failure = failure
    }

    func next() throws(Failure) -> CutPage? {
      if let page = left.withLock({ $0.popLast() }) { return .ofTests(page) }
      if let failure { throw failure }
      return nil
    }
  }

  private static func more(_ shelf: Shelf) async throws {
    let stream = try await shelf.stream()
    let pages = Pages([[#"{"id":"b"}"#, #"{"v":1}"#], [#"{"id":"c"}"#]])
    var batch = shelf.batch(stream, [#"{"id":"a"}"#])
    batch.requests = ["GET /first"]
    batch.more = { () throws(Failure) in try pages.next() }
    batch.checkpointAfter = { ["after": "c"] }
    #expect(
      try await shelf.store.commit(batch).fates
        == .of { ($0.read, $0.inserted, $0.dead) = (4, 3, 1) })
    #expect(try await shelf.records(stream).map(\.key) == ["a", "b", "c"])
    #expect(try await shelf.store.stream("crm", "contacts")?.state == ["after": "c"])
    let letters = try await shelf.store.deadLetters("crm", stream: nil, limit: 9)
    #expect(letters.map(\.request) == ["GET /first"])
  }

  private static func moreFails(_ shelf: Shelf) async throws {
    let (store, stream) = (shelf.store, try await shelf.stream())
    try await shelf.commit(stream, [#"{"id":"a","v":1}"#], checkpoint: ["n": 1], tag: "t")
    let before = try await store.stream("crm", "contacts")
    let pages = Pages(
      [[#"{"id":"b"}"#]], failure: Failure(.transient, "vendor.gone", "the vendor broke off"))
    var batch = shelf.batch(stream, [#"{"id":"a","v":2}"#, #"{"id":"c"}"#, #"{"v":1}"#])
    batch.checkpoint = ["n": 2]
    batch.meter = UsageMeter(
      key: "k", customer: "crm", plugin: "p/p", version: "1", library: "l", terms: "")
    let failing = {
      var failing = batch
      failing.more = { () throws(Failure) in try pages.next() }
      return failing
    }()
    #expect(await shelf.code { _ = try await store.commit(failing) } == "vendor.gone")
    #expect(try await shelf.records(stream).map(\.raw) == [#"{"id":"a","v":1}"#])
    #expect(try await store.deadLetters("crm", stream: nil, limit: 9).isEmpty)
    #expect(try await store.stream("crm", "contacts") == before)
    #expect(try await store.usage(after: 0, limit: 9).events.isEmpty)
    // The same batch goes through once the trouble is over, and nothing of it is known.
    let found = try await store.commit(batch)
    #expect(
      found.fates
        == .of {
          ($0.read, $0.repeated, $0.inserted, $0.updated) = (2, 1, 1, 1)
          ($0.dead, $0.clashing) = (1, 1)
        })
    let events = try await store.usage(after: 0, limit: 9).events
    #expect(events.filter { $0.meter == .recordsRead }.map(\.quantity) == [1])
  }

  private static func blobFails(_ shelf: Shelf) async throws {
    let (store, stream) = (shelf.store, try await shelf.stream())
    try await store.note(Blob(id: "there", size: 1), nowMS: 1)
    for (blobs, code) in [
      (["a": ["missing"]], "blob.missing"), (["b": ["there"]], "blob.record"),
    ] {
      var batch = shelf.batch(stream, [#"{"id":"a"}"#])
      (batch.blobs, batch.checkpoint) = (blobs, ["n": 1])
      let failing = batch
      #expect(await shelf.code { _ = try await store.commit(failing) } == code)
      #expect(try await shelf.records(stream).isEmpty)
      #expect(try await store.stream("crm", "contacts")?.state == nil)
      #expect(try await store.uses(of: "there") == 0)
    }
  }

  private static func fates(_ shelf: Shelf) async throws {
    let stream = try await shelf.stream()
    for (records, wanted): ([String], (inout Counters) -> Void) in [
      ([#"{"id":"a","v":1}"#, #"{"id":"b"}"#], { ($0.read, $0.inserted) = (2, 2) }),
      (
        [#"{"id":"a","v":1}"#, #"{"id":"b","v":2}"#, #"{"id":"c","gone":true}"#],
        { ($0.read, $0.unchanged, $0.updated, $0.inserted) = (3, 1, 1, 1) }
      ),
      (
        [#"{"id":"a","gone":true}"#, #"{"id":"c","gone":true}"#, #"{"v":9}"#],
        { ($0.read, $0.deleted, $0.unchanged, $0.dead) = (3, 1, 1, 1) }
      ),
      // Revived, the one with new content, and set aside a second time.
      (
        [#"{"id":"a","v":1}"#, #"{"id":"c"}"#, #"{"v":9}"#],
        { ($0.read, $0.updated, $0.dead) = (3, 2, 1) }
      ),
    ] {
      try await shelf.begin(stream, .incremental)
      #expect(try await shelf.commit(stream, records).fates == .of(wanted), "\(records)")
    }
    #expect(try await shelf.records(stream).map(\.isDeleted) == [false, false, false])
  }

  private static func repeats(_ shelf: Shelf) async throws {
    let stream = try await shelf.stream()
    try await shelf.begin(stream, .full)
    let found = try await shelf.commit(
      stream, [#"{"id":"a","v":1}"#, #"{"id":"a","v":1}"#], [#"{"id":"a","v":2}"#])
    #expect(
      found.fates
        == .of {
          ($0.read, $0.inserted, $0.repeated, $0.updated) = (1, 1, 2, 1)
          ($0.clashing, $0.stalePages) = (1, 1)
        })
    // Another spelling of the same is repeated, and does not clash.
    let same = try await shelf.commit(stream, [#"{ "id":"a","v":2}"#])
    #expect(same.fates == .of { ($0.repeated, $0.stalePages) = (1, 2) })
    #expect(try await shelf.records(stream).map(\.raw) == [#"{ "id":"a","v":2}"#])
  }

  private static func stalePages(_ shelf: Shelf) async throws {
    let stream = try await shelf.stream()
    try await shelf.begin(stream, .full)
    let (old, new) = ([#"{"id":"a"}"#], [#"{"id":"b"}"#])
    #expect(try await shelf.commit(stream, old).stalePages == 0)
    #expect(try await shelf.commit(stream, old, old).stalePages == 2)
    #expect(try await shelf.commit(stream, old, []).stalePages == 3)
    #expect(try await shelf.commit(stream, old, new).stalePages == 0)
    #expect(try await shelf.commit(stream, old).stalePages == 1)
    _ = try await shelf.store.restartPass(stream.id, keepsSeen: true)
    #expect(try await shelf.commit(stream, old).stalePages == 1)
  }

  private static func spelling(_ shelf: Shelf) async throws {
    let stream = try await shelf.stream()
    try await shelf.commit(stream, [#"{"id":"a","n":1.0,"t":"é"}"#])
    for (raw, isChange) in [
      (#"{"id":"a","n":1.00,"t":"é"}"#, true), (#"{"id":"a", "n":1.00,"t":"é"}"#, false),
      (#"{"t":"é","n":1.00,"id":"a"}"#, false), (#"{"t":"\u00e9","n":1.00,"id":"a"}"#, false),
      (#"{"t":"\u00e9","n":1.00,"id":"a","x":null}"#, true),
    ] {
      try await shelf.begin(stream, .incremental)
      let found = try await shelf.commit(stream, [raw])
      #expect(found.updated == (isChange ? 1 : 0) && found.unchanged == (isChange ? 0 : 1))
      #expect(try await shelf.records(stream).map(\.raw) == [raw])
      try await shelf.begin(stream, .incremental)
      #expect(try await shelf.commit(stream, [raw]).unchanged == 1)
    }
  }

  private static func volatile(_ shelf: Shelf) async throws {
    let stream = try await shelf.stream(columns: [Column(name: "n", at: "/n", kind: .number)])
    func commit(_ raw: String) async throws -> Counters {
      try await shelf.begin(stream, .incremental)
      var batch = shelf.batch(stream, [raw])
      batch.volatile = ["/n", "/deep/seen"]
      return try await shelf.store.commit(batch)
    }
    #expect(try await commit(#"{"id":"a","n":1,"deep":{"seen":1}}"#).inserted == 1)
    #expect(try await commit(#"{"id":"a","n":2,"deep":{"seen":2}}"#).unchanged == 1)
    #expect(try await shelf.rows("SELECT n FROM contacts") == [[2]])
    #expect(try await commit(#"{"id":"a","n":2,"deep":{"seen":2,"x":1}}"#).updated == 1)
  }

  private static func misfits(_ shelf: Shelf) async throws {
    let stream = try await shelf.stream(columns: [
      Column(name: "n", at: "/n", kind: .number), Column(name: "day", at: "/d", kind: .time),
      Column(name: "yes", at: "/y", kind: .boolean),
    ])
    let raw = [
      #"{"id":"1","n":"many","d":"2026-01-31","y":true}"#,
      #"{"id":"2","n":5,"d":"someday","y":"maybe"}"#, #"{"id":"3","n":[1],"d":null}"#,
    ]
    let found = try await shelf.commit(stream, raw)
    #expect(found.misfits == ["n": 2, "day": 1, "yes": 1])
    #expect(
      try await shelf.rows("SELECT n, day, yes FROM contacts ORDER BY _key")
        == [[.null, "2026-01-31T00:00:00.000Z", 1], [5, .null, .null], [.null, .null, .null]])
    #expect(try await shelf.records(stream).map(\.raw) == raw)
  }
}
