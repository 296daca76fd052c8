public import PatchbayCore
internal import PatchbayStore

extension Hub {
  /// Reads what a stream set aside again, one by its id or all of it, as records are read now. What
  /// can be read is stored, unless another record has its key. Throws while the stream is synced.
  public func retryDeadLetters(_ connection: String, _ stream: String, id: Int64?)
    async throws(Failure) -> (stored: Int64, dead: Int64)
  {
    let locks = try StreamLocks([stream], of: connection, in: folder) { stream in
      Failure(
        .conflict, "sync.running", "\(connection)/\(stream) is being synced",
        mend: "wait for the run: patchbay sync list")
    }
    defer { withExtendedLifetime(locks) {} }
    return try await store.retryDeadLetters(
      connection, stream, id: id, run: RunID(nowMS: Time.nowMS()))
  }
}
