import PatchbayCore
import PatchbayJSON
import PatchbayStore
import Seeded
import Testing

extension StoreCompat.Check {
  static let models: [Self] = Scale.seeds(quick: 4, nightly: 40).map { seed in
    .init("Whatever is done in whatever order leaves what a plain model says, seed \(seed)") {
      try await randomWalk($0, seed)
    }
  }

  /// The same walk in two organisations at once, which must not notice each other.
  private static func randomWalk(_ shelf: Shelf, _ seed: UInt64) async throws {
    try await shelf.store.removeConnection("crm")
    var walks = [
      ModelWalk(shelf.store, Draw(seed), shelf.run),
      ModelWalk(try await shelf.organisation("acme"), Draw(seed &+ 1), shelf.run),
    ]
    var draw = Draw(seed &+ 2)
    for number in 0..<Scale.count(quick: 120, nightly: 600) {
      let index = draw.below(2)
      let name = try await walks[index].step(number)
      for walk in walks {
        let wrong = try await walk.difference()
        #expect(wrong == nil, "seed \(seed), step \(number): \(name)")
        if wrong != nil { return }
      }
    }
  }
}

/// Does random operations to a store and to a model of it.
struct ModelWalk {
  private let store: any Store
  private let run: RunID
  private var draw: Draw
  private var model = Model()
  private var nowMS: Int64 = 0

  init(_ store: any Store, _ draw: Draw, _ run: RunID) {
    (self.store, self.draw, self.run) = (store, draw, run)
  }

  /// Does one thing to both, and compares what it says. Returns what it was.
  mutating func step(_ number: Int) async throws -> String {
    nowMS = Int64(number + 1)
    switch draw.below(22) {
    case 0...1: return try await save()
    case 2 where draw.below(3) == 0: return try await removeConnection()
    case 2...3: return try await prepare()
    case 4...5: return try await begin()
    case 6: return try await restart()
    case 7...8: return try await finish()
    case 9: return try await purge()
    case 10: return try await dismiss()
    case 11: return try await claim()
    case 12: return try await beginRun()
    case 13: return try await audit()
    default: return try await commit()
    }
  }

  private mutating func pickStream() -> [String]? {
    let names = model.streams.keys.sorted { $0.joined() < $1.joined() }
    return names.isEmpty ? nil : draw.pick(names)
  }

  private mutating func save() async throws -> String {
    let name = draw.pick(["a", "b", "c"])
    let old = model.connections[name]
    var new = Connection(
      name: name, plugin: draw.pick(["p", "q"]), settings: JSONObject(), createdMS: nowMS)
    var change = ConnectionChange(new, replaces: old)
    if draw.below(2) == 0 { change.secrets = [draw.pick(["s", "t"]): [UInt8(draw.below(9))]] }
    change.forgetsSecrets = draw.below(4) == 0
    if draw.below(5) == 0 { change.resetsTo = ["x"] }
    let isRefused = draw.below(6) == 0
    if isRefused {
      new.plugin = "another"
      change.replaces = new
    }
    do {
      try await store.save([change])
      #expect(!isRefused)
    } catch {
      #expect(isRefused && error.code == "connection.changed", "\(error)")
      return "save \(name), refused"
    }
    new.createdMS = old?.createdMS ?? nowMS
    model.connections[name] = new
    if change.forgetsSecrets { model.secrets[name] = nil }
    model.secrets[name, default: [:]].merge(change.secrets) { $1 }
    if change.resetsTo != nil {
      for stream in model.streams.keys where stream[0] == name {
        model.streams[stream]?.reset(isKnown: stream[1] == "x")
      }
    }
    return "save \(name)"
  }

  private mutating func removeConnection() async throws -> String {
    let name = draw.pick(["a", "b", "c"])
    try await store.removeConnection(name)
    model.remove(name)
    return "remove \(name)"
  }

  private mutating func prepare() async throws -> String {
    guard let connection = model.connections.keys.sorted().randomElement(using: &draw) else {
      return "nothing"
    }
    let stream = [connection, draw.pick(["x", "y"])]
    let made = try await store.prepare(
      StreamDescription(
        connection: stream[0], stream: stream[1],
        columns: [Column(name: "v", at: "/v", kind: .number)], unified: [:]))
    #expect(made.isNew == (model.streams[stream] == nil))
    if made.isNew { model.streams[stream] = Model.Stream(id: made.record.id) }
    return "prepare \(stream)"
  }

  private mutating func begin() async throws -> String {
    guard let stream = pickStream(), let id = model.streams[stream]?.id else { return "nothing" }
    let pass = draw.pick([Pass.full, .incremental])
    _ = try await store.beginPass(id, pass, run: run, fingerprint: nil)
    model.streams[stream]?.begin(pass)
    return "begin \(pass) of \(stream)"
  }

  private mutating func restart() async throws -> String {
    guard let stream = pickStream(), let known = model.streams[stream], known.phase == .reading
    else { return "nothing" }
    let keepsSeen = draw.below(2) == 0
    _ = try await store.restartPass(known.id, keepsSeen: keepsSeen)
    model.streams[stream]?.restart(keepsSeen: keepsSeen)
    return "restart \(stream), keeps seen: \(keepsSeen)"
  }

  private mutating func finish() async throws -> String {
    guard let stream = pickStream(), var known = model.streams[stream], known.phase != .idle
    else { return "nothing" }
    let name: String
    if known.phase == .sweeping {
      name = "sweep \(stream)"
      let wanted = known.sweep(nowMS: nowMS)
      #expect(try await store.sweep(known.id, nowMS: nowMS, meter: nil) == (wanted, true))
    } else {
      let marks = known.pass == .full && draw.below(3) > 0
      let isComplete = draw.below(4) > 0
      name = "finish \(stream), marks: \(marks)"
      _ = try await store.finishPass(
        known.id, marks: marks, isComplete: isComplete, nowMS: nowMS)
      known.finish(marks: marks, isComplete: isComplete, nowMS: nowMS)
    }
    model.streams[stream] = known
    return name
  }

  private mutating func purge() async throws -> String {
    guard let stream = pickStream(), var known = model.streams[stream] else { return "nothing" }
    let beforeMS = nowMS - Int64(draw.below(20))
    let wanted = known.purge(beforeMS: beforeMS)
    #expect(try await store.purge(known.id, deletedBeforeMS: beforeMS) == (wanted, true))
    model.streams[stream] = known
    return "purge \(stream)"
  }

  private mutating func dismiss() async throws -> String {
    guard let stream = pickStream() else { return "nothing" }
    let entry = AuditEntry.ofTests(atMS: nowMS)
    let wanted = model.dismiss(stream, entry)
    #expect(
      try await store.dismissDeadLetters(stream[0], stream[1], id: nil, entry) == wanted)
    return "dismiss \(stream)"
  }

  private mutating func claim() async throws -> String {
    let (id, untilMS) = ("c\(draw.below(3))", nowMS + 1 + Int64(draw.below(30)))
    let wanted = model.claim(id, untilMS: untilMS, nowMS: nowMS)
    #expect(try await store.claim("s", id, untilMS: untilMS, nowMS: nowMS) == wanted)
    let key = "k\(draw.below(3))"
    let kept = model.keys[key] ?? [UInt8(draw.below(200))]
    #expect(
      try await store.keepKey(key, sealed: model.keys[key] == nil ? kept : [255]) == kept)
    model.keys[key] = kept
    return "claim \(id), keep \(key)"
  }

  private mutating func beginRun() async throws -> String {
    let id = "R\(nowMS)-\(store.organisation.name)"
    var record = RunRecord(
      id: id, connection: "a", status: "running", startedMS: nowMS, finishedMS: nil, summary: [:])
    try await store.begin(record)
    if draw.below(2) == 0 {
      record.status = "done"
      let event = UsageEvent.ofTests("\(id)/requests", Int64(draw.below(3)))
      try await store.end(record, usage: [event])
      if event.quantity > 0 { model.usage.append(event) }
    }
    model.runs[id] = record.status
    return "run \(id)"
  }

  private mutating func audit() async throws -> String {
    let entry = AuditEntry.ofTests("act \(draw.below(9))", atMS: nowMS)
    try await store.note(entry)
    model.audit.append(entry)
    return "audit"
  }

  private mutating func commit() async throws -> String {
    guard let stream = pickStream(), var known = model.streams[stream] else { return "nothing" }
    var (wanted, pages): (Counters, [CutPage]) = (Counters(), [])
    for _ in 0..<draw.below(3) {
      let records = (0..<draw.below(12)).map { _ in
        Model.Incoming(
          key: draw.below(12) == 0 ? nil : "k\(draw.below(15))", isGone: draw.below(8) == 0,
          value: draw.below(3))
      }
      for record in records { known.store(record, nowMS: nowMS, into: &wanted) }
      pages.append(.ofTests(records.map(\.raw)))
    }
    var batch = Batch(
      stream: known.id, run: run, pages: pages, checkpoint: nil, stateTag: nil, nowMS: nowMS)
    batch.meter = UsageMeter(
      key: "m\(nowMS)", customer: "a", plugin: "p", version: "1", library: "l", terms: "")
    if draw.below(3) == 0 { batch.checkpoint = ["n": .integer(nowMS)] }
    if draw.below(6) == 0 {
      batch.more = { () throws(Failure) in throw Failure(.transient, "vendor.gone", "gone") }
      let failing = batch
      await #expect(throws: Failure.self) { try await store.commit(failing) }
      return "commit to \(stream) that fails"
    }
    var found = try await store.commit(batch)
    found.stalePages = 0
    // Which rows the month changed before, the plain model does not know.
    #expect(found.use.active <= wanted.use.changed)
    wanted.use.active = found.use.active
    #expect(found == wanted)
    known.seen += wanted.read
    known.unread += wanted.dead
    if let checkpoint = batch.checkpoint { known.state = checkpoint }
    model.streams[stream] = known
    model.usage += batch.meter?.events(wanted.use, atMS: nowMS) ?? []
    return "commit to \(stream)"
  }

  // MARK: Comparing

  /// The first thing that the store says and the model does not; `nil` where they agree.
  func difference() async throws -> String? {
    let connections = model.connections.values.sorted { $0.name < $1.name }
    if try await store.connections() != connections { return "connections" }
    for connection in connections {
      let sealed = try await store.sealedSecrets(of: connection.name)
      if sealed != model.secrets[connection.name] { return "secrets of \(connection.name)" }
      let streams = try await store.streams(of: connection.name)
      if streams.count != model.streams.keys.count(where: { $0[0] == connection.name }) {
        return "streams of \(connection.name)"
      }
      for stream in streams {
        if let what = try await difference(stream) { return "\(what) of \(stream)" }
      }
    }
    if try await store.usage(after: 0, limit: 10_000).events != model.usage { return "usage" }
    if try await store.auditLog(limit: 10_000) != model.audit.reversed() { return "audit log" }
    let runs = try await store.runs(limit: 10_000).map { ($0.id, $0.status) }
    if Dictionary(uniqueKeysWithValues: runs) != model.runs { return "runs" }
    for (name, sealed) in model.keys
    where try await store.sealedKey(name) != sealed { return "key \(name)" }
    return nil
  }

  private func difference(_ found: StreamRecord) async throws -> String? {
    guard let known = model.streams[[found.connection, found.stream]] else { return "all" }
    var wanted = found
    (wanted.id, wanted.phase, wanted.pass) = (known.id, known.phase, known.pass)
    (wanted.state, wanted.completedMS) = (known.state, known.completedMS)
    (wanted.seen, wanted.unread, wanted.resumes) = (known.seen, known.unread, known.resumes)
    if found != wanted { return "state, which should be \(wanted)," }
    let records = try await store.records(found.id, withDeleted: true, limit: 10_000)
    if records.map(\.key) != known.records.map(\.key) { return "keys" }
    if records.map(\.raw) != known.records.map(\.raw) { return "records" }
    if records.map(\.isDeleted) != known.records.map({ $0.deletedMS != nil }) { return "marks" }
    let letters = try await store.deadLetters(found.connection, stream: found.stream, limit: 1000)
    if letters.map(\.raw) != known.letters { return "dead letters" }
    let (unseen, living) = try await store.unseen(found.id)
    let alive = known.records.filter { $0.deletedMS == nil }
    if living != Int64(alive.count) { return "living records" }
    if unseen != alive.count(where: { !known.seenKeys.contains($0.key) }) { return "unseen" }
    return nil
  }
}
