internal import PatchbayCore
internal import PatchbayStore

/// Stores batches, once whoever pays for them has room for them.
struct BatchStore: Sendable {
  let store: any RecordStore
  /// Asked before anything is stored that will be charged.
  let gate: (any SpendGate)?

  /// `most`: records that the batch brings at most.
  func commit(_ batch: Batch, most: Int64) async throws(Failure) -> Counters {
    let use = gate == nil ? nil : batch.meter?.event(.recordsRead, most, atMS: batch.nowMS)
    if let use { try await gate?.admit(use) }
    do throws(Failure) {
      let counters = try await store.commit(batch)
      // Nothing of it could be read, so nothing is counted.
      if let use, counters.read == counters.dead { await gate?.release(use) }
      return counters
    } catch {
      if let use { await gate?.release(use) }
      throw error
    }
  }
}
