package import CPatchbay

/// A plugin's session in this process, called through its table. Not Sendable: one thread at a
/// time.
///
/// Unsafe: the table lives as long as the process; what is lent to a step lives for the call.
@safe package final class TableSession {
  private let table: UnsafePointer<patchbay_plugin>
  private let session: OpaquePointer
  private let sink: LastingSink

  /// `nil` where the plugin opens none.
  package init?(_ table: UnsafePointer<patchbay_plugin>) {
    guard let session = unsafe table.pointee.open(HostTable.pointer) else { return nil }
    unsafe self.table = table
    unsafe self.session = session
    sink = LastingSink.take()
  }

  deinit {
    unsafe table.pointee.close(session)
    LastingSink.giveBack(sink)
  }

  /// Returns what `step` answered; what it emitted is in the outbox.
  package func step(
    kind: UInt32, correlation: UInt64, head: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer,
    nowMS: Int64, seed: UInt64, into outbox: Outbox
  ) -> UInt32 {
    var moment = patchbay_moment(now_ms: nowMS, seed: seed)
    outbox.clear()
    sink.open(outbox)
    defer { sink.close() }
    return withExtendedLifetime(outbox) {
      if kind == 0 { return unsafe table.pointee.step(session, &moment, nil, sink.native) }
      var lent = unsafe patchbay_message(
        kind: kind, reserved: 0, correlation: correlation,
        head: head.baseAddress?.assumingMemoryBound(to: CChar.self), head_size: UInt64(head.count),
        body: body.baseAddress?.assumingMemoryBound(to: UInt8.self),
        body_size: UInt64(body.count))
      return unsafe table.pointee.step(session, &moment, &lent, sink.native)
    }
  }
}
