internal import PatchbayCore
internal import PatchbayStore

/// Stores batches, once whoever pays for them has room for them.
struct BatchStore: Sendable {
  let store: any RecordStore & StreamStore
  /// Asked before anything is stored that will be charged.
  let gate: (any SpendGate)?

  /// `most`: records that the batch brings at most.
  func commit(_ batch: Batch, most: Int64) async throws(Failure) -> Counters {
    try await asking(for: batch.meter, most, atMS: batch.nowMS) {
      () async throws(Failure) -> (Counters, counted: [UsageEvent]) in
      let counters = try await store.commit(batch)
      return (counters, batch.meter?.events(counters.use, atMS: batch.nowMS) ?? [])
    }
  }

  /// Runs a body that stores up to so many records, once there is room for all of them; what it did
  /// not count is free again.
  func asking<R: Sendable>(
    for meter: UsageMeter?, _ most: Int64, atMS: Int64,
    _ body: () async throws(Failure) -> (R, counted: [UsageEvent])
  ) async throws(Failure) -> R {
    guard let gate, let meter else { return try await body().0 }
    var asked: [UsageEvent] = []
    do throws(Failure) {
      for use in meter.most(most, atMS: atMS) {
        try await gate.admit(use)
        asked.append(use)
      }
      let (result, counted) = try await body()
      let keys = Set(counted.map(\.key))
      for use in asked where !keys.contains(use.key) { await gate.release(use) }
      return result
    } catch {
      for use in asked { await gate.release(use) }
      throw error
    }
  }
}
