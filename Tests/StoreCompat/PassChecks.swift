import PatchbayCore
import PatchbayJSON
import PatchbayStore
import Testing

extension StoreCompat.Check {
  static let passes: [Self] = [
    .init("A full pass starts from nothing, an incremental one from the last checkpoint", starts),
    .init("A full pass that is begun again goes back to where it began") {
      try await restarts($0, .full)
    },
    .init("An incremental pass that is begun again goes back to where it began") {
      try await restarts($0, .incremental)
    },
    .init("What a pass saw stays seen through a second reading, or is forgotten", secondReading),
    .init("A pass that is not complete leaves the time of the last one that was", incomplete),
    .init("A sweep marks what the pass did not see, once, and what comes back lives", sweeps),
    .init("A sweep of an empty stream is over at once", sweepOfNothing),
    .init("A pass counts what it saw and what it could not read, each record once", counts),
    .init("Purged records are gone for good, and their keys are new again", purges),
  ]

  private static func finish(
    _ shelf: Shelf, _ stream: StreamRecord, marks: Bool = true, atMS: Int64
  ) async throws -> StreamRecord {
    try await shelf.store.finishPass(stream.id, marks: marks, isComplete: true, nowMS: atMS)
  }

  private static func starts(_ shelf: Shelf) async throws {
    let (store, stream) = (shelf.store, try await shelf.stream())
    #expect(stream.phase == .idle && stream.pass == nil && stream.completedMS == nil)
    let full = try await store.beginPass(stream.id, .full, run: shelf.run, fingerprint: "f1")
    #expect(full.phase == .reading && full.pass == .full && full.state == nil && !full.resumes)
    #expect(full.fingerprint == "f1")
    try await shelf.commit(stream, [#"{"id":"a"}"#], checkpoint: ["n": 1], tag: "t")
    #expect(try await store.stream("crm", "contacts")?.resumes == true)
    #expect(try await finish(shelf, stream, atMS: 10).phase == .sweeping)
    _ = try await store.sweep(stream.id, nowMS: 11, meter: nil)
    let idle = try #require(try await store.stream("crm", "contacts"))
    #expect(idle.phase == .idle && idle.pass == nil && idle.completedMS == 11)
    let next = try await store.beginPass(
      stream.id, .incremental, run: shelf.run, fingerprint: nil)
    #expect(next.state == ["n": 1] && next.stateTag == "t" && !next.resumes)
    #expect(next.fingerprint == nil && next.seen == 0)
    let done = try await finish(shelf, stream, marks: false, atMS: 20)
    #expect(done.phase == .idle && done.completedMS == 20 && done.state == ["n": 1])
  }

  private static func restarts(_ shelf: Shelf, _ pass: Pass) async throws {
    let stream = try await shelf.stream()
    try await shelf.commit(stream, [#"{"id":"a"}"#], checkpoint: ["n": 1], tag: "t")
    let begun = try await shelf.begin(stream, pass)
    #expect(begun.state == (pass == .full ? nil : ["n": 1]))
    try await shelf.commit(stream, [#"{"id":"b"}"#], checkpoint: ["n": 2], tag: "u")
    let again = try await shelf.store.restartPass(stream.id, keepsSeen: false)
    #expect(again.state == begun.state && again.stateTag == begun.stateTag && !again.resumes)
    #expect(again.pass == pass && again.phase == .reading && again.seen == 0)
    #expect(try await shelf.records(stream).count == 2)
  }

  private static func secondReading(_ shelf: Shelf) async throws {
    let (store, stream) = (shelf.store, try await shelf.stream())
    try await shelf.commit(stream, [#"{"id":"a"}"#, #"{"id":"b"}"#, #"{"id":"c"}"#])
    try await shelf.begin(stream, .full)
    #expect(try await store.unseen(stream.id) == (3, 3))
    try await shelf.commit(stream, [#"{"id":"a"}"#, #"{"v":1}"#])
    #expect(try await store.unseen(stream.id) == (2, 3))
    let kept = try await store.restartPass(stream.id, keepsSeen: true)
    #expect(kept.seen == 2 && kept.unread == 0)
    let again = try await shelf.commit(stream, [#"{"id":"a"}"#, #"{"id":"b"}"#])
    #expect(again.repeated == 1 && again.read == 1)
    #expect(try await store.unseen(stream.id) == (1, 3))
    let forgotten = try await store.restartPass(stream.id, keepsSeen: false)
    #expect(forgotten.seen == 0)
    #expect(try await store.unseen(stream.id) == (3, 3))
    try await shelf.commit(stream, [#"{"id":"c"}"#])
    _ = try await finish(shelf, stream, atMS: 1)
    #expect(try await store.sweep(stream.id, nowMS: 2, meter: nil).deleted == 2)
    #expect(try await store.unseen(stream.id) == (0, 1))
  }

  private static func incomplete(_ shelf: Shelf) async throws {
    let (store, stream) = (shelf.store, try await shelf.stream())
    for (isComplete, atMS, completedMS) in [(false, 5, nil), (true, 6, 6), (false, 7, 6)]
      as [(Bool, Int64, Int64?)]
    {
      try await shelf.begin(stream, .full)
      let done = try await store.finishPass(
        stream.id, marks: false, isComplete: isComplete, nowMS: atMS)
      #expect(done.phase == .idle && done.pass == nil && done.completedMS == completedMS)
    }
  }

  private static func sweeps(_ shelf: Shelf) async throws {
    let (store, stream) = (shelf.store, try await shelf.stream())
    try await shelf.commit(stream, [#"{"id":"a"}"#, #"{"id":"b"}"#, #"{"id":"c","gone":true}"#])
    for deleted in [1, 0] as [Int64] {
      try await shelf.begin(stream, .full)
      try await shelf.commit(stream, [#"{"id":"b"}"#])
      _ = try await finish(shelf, stream, atMS: 1)
      let step = try await store.sweep(stream.id, nowMS: 7, meter: nil)
      #expect(step.deleted == deleted && step.isOver)
    }
    #expect(try await store.stream("crm", "contacts")?.completedMS == 7)
    #expect(try await shelf.records(stream).map(\.isDeleted) == [true, false, true])
    let living = try await store.records(stream.id, withDeleted: false, limit: 9)
    #expect(living.map(\.key) == ["b"])
    #expect(try await shelf.commit(stream, [#"{"id":"a"}"#]).updated == 1)
    #expect(try await shelf.records(stream).map(\.isDeleted) == [false, false, true])
  }

  private static func sweepOfNothing(_ shelf: Shelf) async throws {
    let stream = try await shelf.stream()
    try await shelf.begin(stream, .full)
    _ = try await finish(shelf, stream, atMS: 1)
    #expect(try await shelf.store.sweep(stream.id, nowMS: 2, meter: nil) == (0, true))
  }

  private static func counts(_ shelf: Shelf) async throws {
    let stream = try await shelf.stream()
    try await shelf.begin(stream, .full)
    try await shelf.commit(stream, [#"{"id":"a"}"#, #"{"v":1}"#])
    try await shelf.commit(stream, [#"{"id":"a"}"#, #"{"id":"b"}"#, #"{"v":2}"#])
    let record = try #require(try await shelf.store.stream("crm", "contacts"))
    #expect(record.seen == 4 && record.unread == 2)
    let next = try await shelf.begin(stream, .incremental)
    #expect(next.seen == 0 && next.unread == 0)
  }

  private static func purges(_ shelf: Shelf) async throws {
    let (store, stream) = (shelf.store, try await shelf.stream())
    try await shelf.commit(
      stream, [#"{"id":"a"}"#, #"{"id":"b","gone":true}"#, #"{"id":"c","gone":true}"#])
    #expect(try await store.purge(stream.id, deletedBeforeMS: 5) == (0, true))
    #expect(try await store.purge(stream.id, deletedBeforeMS: 6) == (2, true))
    #expect(try await shelf.records(stream).map(\.key) == ["a"])
    try await shelf.begin(stream, .incremental)
    #expect(
      try await shelf.commit(stream, [#"{"id":"c"}"#, #"{"id":"a"}"#]).fates
        == .of { ($0.read, $0.inserted, $0.unchanged) = (2, 1, 1) })
    #expect(try await shelf.records(stream).map(\.key) == ["a", "c"])
  }
}
