import PatchbayCore
import PatchbayJSON
import PatchbayStore

/// What one organisation's store should say, as plain values: written down from what each operation
/// means, and by no engine's way of doing it.
struct Model {
  struct Record: Equatable {
    var key: String
    var raw: String
    var deletedMS: Int64?
  }

  struct Stream {
    var id: Int64
    var phase = StreamRecord.Phase.idle
    var pass: Pass?
    var state: JSON?
    var base: JSON?
    var completedMS: Int64?
    var seen: Int64 = 0
    var unread: Int64 = 0
    /// In the order in which they came first.
    var records: [Record] = []
    var seenKeys: Set<String> = []
    var letters: [String] = []

    init(id: Int64) { self.id = id }

    var resumes: Bool { phase == .reading && state != base }

    mutating func begin(_ pass: Pass) {
      (phase, self.pass, seen, unread, seenKeys) = (.reading, pass, 0, 0, [])
      if pass == .full { state = nil }
      base = state
    }

    mutating func restart(keepsSeen: Bool) {
      (state, unread) = (base, 0)
      if keepsSeen { return }
      (seen, seenKeys) = (0, [])
    }

    mutating func finish(marks: Bool, isComplete: Bool, nowMS: Int64) {
      phase = marks ? .sweeping : .idle
      if marks { return }
      pass = nil
      if isComplete { completedMS = nowMS }
    }

    /// Marks what was not seen; returns how many.
    mutating func sweep(nowMS: Int64) -> Int64 {
      var deleted: Int64 = 0
      for index in records.indices
      where records[index].deletedMS == nil && !seenKeys.contains(records[index].key) {
        records[index].deletedMS = nowMS
        deleted += 1
      }
      (phase, pass, completedMS) = (.idle, nil, nowMS)
      return deleted
    }

    /// What is gone for good was never seen.
    mutating func purge(beforeMS: Int64) -> Int64 {
      let gone = records.filter { ($0.deletedMS ?? .max) < beforeMS }.map(\.key)
      records.removeAll { gone.contains($0.key) }
      seenKeys.subtract(gone)
      return Int64(gone.count)
    }

    mutating func reset(isKnown: Bool) {
      (phase, pass, state, base, completedMS) = (.idle, nil, nil, nil, nil)
      if isKnown { return }
      // By the store's own clock, which is far behind that of the operations.
      for index in records.indices where records[index].deletedMS == nil {
        records[index].deletedMS = .max - 1
      }
    }

    /// Stores a record without a key, or one by its key.
    mutating func store(_ record: Incoming, nowMS: Int64, into counters: inout Counters) {
      guard let key = record.key else {
        counters.read += 1
        counters.dead += 1
        if !letters.contains(record.raw) { letters.append(record.raw) }
        return
      }
      let isNew = seenKeys.insert(key).inserted
      if isNew { counters.read += 1 } else { counters.repeated += 1 }
      if isNew { counters.use.readable += 1 }
      guard let index = records.firstIndex(where: { $0.key == key }) else {
        records.append(Record(key: key, raw: record.raw, deletedMS: record.isGone ? nowMS : nil))
        counters.inserted += 1
        if !record.isGone { counters.use.changed += 1 }
        return
      }
      let old = records[index]
      records[index].raw = record.raw
      records[index].deletedMS = record.isGone ? old.deletedMS ?? nowMS : nil
      let isSame = old.raw == record.raw
      if !isNew && !isSame { counters.clashing += 1 }
      let isChanged = !isSame || record.isGone != (old.deletedMS != nil)
      if isChanged && isNew { counters.use.changed += 1 }
      if record.isGone && old.deletedMS == nil {
        counters.deleted += 1
      } else if isChanged {
        counters.updated += 1
      } else if isNew {
        counters.unchanged += 1
      }
    }
  }

  /// A record as a vendor sends it.
  struct Incoming {
    let key: String?
    let isGone: Bool
    let raw: String

    init(key: String?, isGone: Bool, value: Int) {
      (self.key, self.isGone) = (key, isGone)
      let id = key.map { "\"id\":\"\($0)\"," } ?? ""
      raw = "{\(id)\(isGone ? "\"gone\":true," : "")\"v\":\(value)}"
    }
  }

  var connections: [String: Connection] = [:]
  var secrets: [String: [String: [UInt8]]] = [:]
  /// By connection and stream.
  var streams: [[String]: Stream] = [:]
  var usage: [UsageEvent] = []
  /// The latest last.
  var audit: [AuditEntry] = []
  var runs: [String: String] = [:]
  var claims: [String: Int64] = [:]
  var keys: [String: [UInt8]] = [:]

  mutating func remove(_ connection: String) {
    connections[connection] = nil
    secrets[connection] = nil
    streams = streams.filter { $0.key[0] != connection }
  }

  /// Notes how many letters were dismissed of a stream.
  mutating func dismiss(_ stream: [String], _ entry: AuditEntry) -> Int64 {
    let count = Int64(streams[stream]?.letters.count ?? 0)
    streams[stream]?.letters = []
    if count == 0 { return 0 }
    var entry = entry
    entry.details = ["count": .integer(count)]
    audit.append(entry)
    return count
  }

  mutating func claim(_ id: String, untilMS: Int64, nowMS: Int64) -> Bool {
    if let until = claims[id], until > nowMS { return false }
    claims[id] = untilMS
    return true
  }
}
