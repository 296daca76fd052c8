internal import PatchbayCore

/// Reads `data.db` beside the one who writes it, on a thread and a connection of its own: whoever
/// reads for long holds no commit back.
actor DataReader {
  private let executor = SerialQueue("patchbay.read")
  private let path: String
  private var connection: SQLiteConnection?

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    // Unsafe: the executor lives as long as the actor.
    unsafe executor.asUnownedSerialExecutor()
  }

  init(path: String) { self.path = path }

  func read<R: Sendable>(_ body: @Sendable (SQLiteConnection) throws(Failure) -> R)
    throws(Failure) -> R
  {
    if let connection { return try body(connection) }
    let opened = try SQLiteConnection(path: path, mode: .readOnly)
    connection = opened
    return try body(opened)
  }
}
