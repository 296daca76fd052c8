package import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

extension Hub {
  /// Reads what a stream set aside again, one by its id or all of it, as records are read now. What
  /// can be read is stored, unless another record has its key. Throws while the stream is synced.
  package func retryDeadLetters(
    _ connection: String, _ stream: String, id: Int64?, actor: String
  ) async throws(Failure) -> (stored: Int64, dead: Int64) {
    let locks = try StreamLocks([stream], of: connection, in: leases) { stream in
      Failure(
        .conflict, "sync.running", "\(connection)/\(stream) is being synced",
        mend: "wait for the run: patchbay sync list")
    }
    defer { withExtendedLifetime(locks) {} }
    return try await store.retryDeadLetters(
      connection, stream, id: id, run: RunID(nowMS: Time.nowMS()),
      Self.entry("records.retry", connection, stream, actor))
  }

  /// Forgets what a stream set aside, one by its id or all of it. A full sync reads it again if the
  /// vendor still has it. Returns how many.
  package func dismissDeadLetters(
    _ connection: String, _ stream: String, id: Int64?, actor: String
  ) async throws(Failure) -> Int64 {
    try await store.dismissDeadLetters(
      connection, stream, id: id, Self.entry("records.dismiss", connection, stream, actor))
  }

  private static func entry(
    _ action: String, _ connection: String, _ stream: String, _ actor: String
  ) -> AuditEntry {
    AuditEntry(
      atMS: Time.nowMS(), actor: actor, action: action,
      details: ["connection": .string(connection), "stream": .string(stream)])
  }
}
