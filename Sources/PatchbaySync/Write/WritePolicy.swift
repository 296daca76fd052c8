internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayStore

/// Which side counts where a record was changed here and at the vendor.
package enum WritePolicy: String, Sendable, CaseIterable {
  /// The change waits until somebody decides.
  case ask
  /// What the vendor has stays, and the change is dropped.
  case source
  /// The later change counts. Where the vendor does not say when its own was, somebody decides.
  case newest
  /// Members that only one side changed are taken from that side; for the others somebody decides.
  case fields

  package static let names = allCases.map(\.rawValue)

  /// What becomes of an entry, given the record as it was last read; and what of it waits for a
  /// decision meanwhile.
  func judge(_ entry: WriteEntry, now stored: StoredRecord?, nowMS: Int64)
    -> (entry: WriteEntry, rest: WriteEntry?)
  {
    var entry = entry
    entry.atMS = nowMS
    // Where nothing is known of it, it is written as it is.
    guard let stored, entry.base != .null else { return (entry, nil) }
    if stored.isDeleted { return (ofDeleted(entry), nil) }
    guard let now = try? JSON(reading: Array(stored.raw.utf8)) else { return (entry, nil) }
    if entry.action == "delete" {
      let isAsSeen = RecordPatch.difference(entry.base, from: now) == nil
      return (isAsSeen ? entry : decided(entry, stored), nil)
    }
    let meeting = RecordPatch.meet(entry.record, base: entry.base, now: now)
    if let disputed = meeting.disputed {
      guard self == .fields, let clean = meeting.clean else { return (decided(entry, stored), nil) }
      var rest = WriteEntry(
        connection: entry.connection, stream: entry.stream, source: entry.source + "+",
        action: entry.action, key: entry.key, record: disputed,
        base: RecordPatch.base(of: disputed, in: entry.base),
        idempotencyKey: entry.idempotencyKey + "+", changedMS: entry.changedMS, atMS: nowMS)
      rest = rest.with(.conflict, reason: Self.changedToo)
      entry.record = clean
      return (entry, rest)
    }
    guard let clean = meeting.clean else {
      return (entry.with(.done, "unchanged", reason: "it is so at the vendor already"), nil)
    }
    entry.record = clean
    return (entry, nil)
  }

  private static let changedToo = "it was changed at the vendor, too"

  private func ofDeleted(_ entry: WriteEntry) -> WriteEntry {
    if entry.action == "delete" {
      return entry.with(.done, "unchanged", reason: "it is deleted at the vendor already")
    }
    let reason = "it was deleted at the vendor"
    return self == .source
      ? entry.with(.done, "dropped", reason: reason) : entry.with(.conflict, reason: reason)
  }

  private func decided(_ entry: WriteEntry, _ stored: StoredRecord) -> WriteEntry {
    if self == .source {
      return entry.with(.done, "dropped", reason: "what the vendor has stays")
    }
    if self == .newest, let theirs = stored.cursor.flatMap({ Time.parse($0) }) {
      return theirs <= entry.changedMS
        ? entry : entry.with(.done, "dropped", reason: "the vendor's change is later")
    }
    return entry.with(.conflict, reason: Self.changedToo)
  }
}

extension WriteEntry {
  /// Attempts at one record, until somebody has to look at it.
  private static let attemptLimit: Int64 = 5

  /// What may have been done, or not: it is sent again only where the vendor sees to it that it is
  /// not done twice.
  func unsettled(_ writes: Manifest.Writes, _ reason: String) -> WriteEntry {
    var entry = self
    entry.atMS = Time.nowMS()
    let isRepeatable = writes.repeatable.contains(action) && attempts < Self.attemptLimit
    return entry.with(isRepeatable ? .waiting : .unknown, reason: reason)
  }

  /// The entry in another state, and why. `status` is what came of it, where it is at its end.
  func with(_ state: State, _ status: String? = nil, reason: String) -> WriteEntry {
    var entry = self
    entry.state = state
    var outcome = JSONObject([.init("reason", .string(reason))])
    outcome["status"] = status.map { .string($0) }
    entry.outcome = .object(outcome)
    return entry
  }
}
