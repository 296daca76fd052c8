package import PatchbayCore
internal import PatchbayJSON
package import PatchbayStore

/// What a person decides about a record that could not simply be written.
package enum WriteDecision: String, Sendable, CaseIterable {
  /// It is sent as it is, whatever the vendor has by now.
  case ours
  /// The vendor's stays; the change is dropped.
  case theirs
  /// It is sent once more.
  case retry
  /// It is forgotten.
  case dismiss

  /// The states that it is about.
  package var states: Set<WriteEntry.State> {
    switch self {
    case .ours, .theirs: [.conflict]
    case .retry: [.failed, .unknown]
    case .dismiss: [.failed, .unknown, .waiting]
    }
  }
}

/// A record that was changed on both sides.
package struct WriteConflict: Sendable {
  package let entry: WriteEntry
  /// The record as it was last read; `nil` where it is not there any more.
  package let theirs: StoredRecord?
}

extension Hub {
  /// Records that wait for a decision, with both sides.
  package func conflicts(_ connection: String, limit: Int) async throws(Failure) -> [WriteConflict]
  {
    _ = try await stored(connection)
    var conflicts: [WriteConflict] = []
    for entry in try await store.writes(
      connection, stream: nil, [.conflict], after: 0, limit: limit)
    {
      var theirs: StoredRecord?
      if let key = entry.key { theirs = try await store.record(connection, entry.stream, key: key) }
      if theirs?.isDeleted == true { theirs = nil }
      conflicts.append(WriteConflict(entry: entry, theirs: theirs))
    }
    return conflicts
  }

  /// Decides about one entry, or about all that the decision can be about. What is to be sent is
  /// sent by the next `WriteRun`. Returns how many; throws where the one is not there.
  package func decide(
    _ decision: WriteDecision, _ connection: String, id: Int64?, actor: String
  ) async throws(Failure) -> Int {
    _ = try await stored(connection)
    var (after, count): (Int64, Int) = (id.map { $0 - 1 } ?? 0, 0)
    while true {
      let entries = try await store.writes(
        connection, stream: nil, decision.states, after: after, limit: id == nil ? 1000 : 1)
      guard let last = entries.last?.id, id == nil || last == id else { break }
      after = last
      var decided: [WriteEntry] = []
      for entry in entries { decided.append(try await self.decided(entry, decision)) }
      try await store.decideWrites(
        decided,
        AuditEntry(
          atMS: Time.nowMS(), actor: actor, action: "writes.\(decision.rawValue)",
          details: ["connection": .string(connection)]))
      count += decided.count
      if id != nil { break }
    }
    if let id, count == 0 {
      let states = decision.states.map(\.rawValue).sorted().joined(separator: " or ")
      throw Failure(
        .config, "write.unknown", "\(connection) has no record \(id) that is \(states)",
        mend: "see: patchbay sync writes \(connection)")
    }
    return count
  }

  private func decided(_ entry: WriteEntry, _ decision: WriteDecision) async throws(Failure)
    -> WriteEntry
  {
    var result: WriteEntry
    switch decision {
    case .theirs: result = entry.with(.done, "dropped", reason: "somebody chose the vendor's")
    case .dismiss: result = entry.with(.done, "dropped", reason: "somebody dismissed it")
    case .retry, .ours:
      result = entry.with(.waiting, reason: "somebody sends it again")
      result.attempts = 0
    }
    if decision == .ours {
      // What was seen is what is there now: nothing is in its way any more.
      result.base = .null
      if let key = entry.key,
        let now = try await store.record(entry.connection, entry.stream, key: key),
        let json = try? JSON(reading: now.raw)
      {
        result.base = RecordPatch.base(of: entry.record, in: json)
        if now.isDeleted || entry.action == "delete" { result.base = .null }
      }
    }
    result.atMS = Time.nowMS()
    return result
  }
}
