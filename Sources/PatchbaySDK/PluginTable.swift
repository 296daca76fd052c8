internal import Synchronization

/// The plugin's side of the ABI. A plugin's one entry function hands it out:
///
///     @c @implementation
///     public func patchbay_plugin_entry(_ abi: UInt32) -> UnsafePointer<patchbay_plugin>? {
///       unsafe PluginTable.serve(abi) { ConnectorSession(MyConnector()) }
///     }
///
/// Unsafe: the table is made once and lives as long as the process; sessions are retained by the
/// host's handle and released by `close`.
@safe public enum PluginTable {
  private static let factory = Mutex<(@Sendable () -> any Session)?>(nil)

  nonisolated(unsafe) private static let table: UnsafePointer<patchbay_plugin> = {
    let memory = UnsafeMutablePointer<patchbay_plugin>.allocate(capacity: 1)
    unsafe memory.initialize(
      to: patchbay_plugin(
        abi_version: PATCHBAY_ABI_VERSION, reserved: 0, open: openSession, step: stepSession,
        close: closeSession, get_extension: { _ in nil }))
    return unsafe UnsafePointer(memory)
  }()

  /// The table for a host of that ABI version, or `nil` where it cannot be served.
  public static func serve(_ hostABI: UInt32, _ make: @escaping @Sendable () -> any Session)
    -> UnsafePointer<patchbay_plugin>?
  {
    guard ABIVersion(hostABI).serves(.current) else { return nil }
    factory.withLock { $0 = make }
    return unsafe table
  }

  fileprivate static func makeSession() -> (any Session)? { factory.withLock { $0?() } }
}

/// A session and what the host had no room for yet.
private final class SessionBox {
  var session: any Session
  /// In order; the first `taken` of them the host has.
  var pending: [Message] = []
  var taken = 0
  var isEnded = false

  init(_ session: any Session) { self.session = session }

  func step(_ message: Message?, _ moment: Moment, _ sink: UnsafePointer<patchbay_sink>) -> UInt32 {
    if let message, message.kind != .credit, !isEnded {
      var output = Output()
      session.receive(message, at: moment, into: &output)
      pending += output.messages
      isEnded = output.isEnded
    }
    while taken < pending.count {
      switch unsafe emit(pending[taken], sink) {
      case PATCHBAY_ACCEPTED: taken += 1
      case PATCHBAY_FULL: return PATCHBAY_STEP_IDLE
      default:
        taken = pending.count
        isEnded = true
      }
    }
    pending.removeAll()
    taken = 0
    return isEnded ? PATCHBAY_STEP_ENDED : PATCHBAY_STEP_IDLE
  }

  private func emit(_ message: Message, _ sink: UnsafePointer<patchbay_sink>) -> UInt32 {
    unsafe message.head.bytes.withUnsafeBytes { head in
      unsafe message.body.withUnsafeBytes { body in
        var native = unsafe patchbay_message(
          kind: message.kind.rawValue, reserved: 0, correlation: message.correlation,
          head: head.baseAddress?.assumingMemoryBound(to: CChar.self),
          head_size: UInt64(head.count),
          body: body.baseAddress?.assumingMemoryBound(to: UInt8.self), body_size: UInt64(body.count)
        )
        return unsafe sink.pointee.emit(sink.pointee.context, &native)
      }
    }
  }
}

private let openSession: @convention(c) (UnsafePointer<patchbay_host>) -> OpaquePointer? = { host in
  unsafe HostServices.connect(host)
  guard let session = PluginTable.makeSession() else { return nil }
  return unsafe OpaquePointer(Unmanaged.passRetained(SessionBox(session)).toOpaque())
}

private let closeSession: @convention(c) (OpaquePointer) -> Void = { handle in
  unsafe Unmanaged<SessionBox>.fromOpaque(UnsafeRawPointer(handle)).release()
}

private let stepSession:
  @convention(c) (
    OpaquePointer, UnsafePointer<patchbay_moment>, UnsafePointer<patchbay_message>?,
    UnsafePointer<patchbay_sink>
  ) -> UInt32 = { handle, moment, message, sink in
    let box = unsafe Unmanaged<SessionBox>.fromOpaque(UnsafeRawPointer(handle))
      .takeUnretainedValue()
    let moment = unsafe Moment(nowMS: moment.pointee.now_ms, seed: moment.pointee.seed)
    guard let message = unsafe message else { return unsafe box.step(nil, moment, sink) }
    // Kinds that this SDK does not know are none of the plugin's business.
    guard let read = unsafe Message(message.pointee) else { return PATCHBAY_STEP_IDLE }
    return unsafe box.step(read, moment, sink)
  }

extension Message {
  // Unsafe: the native message is borrowed for the call and copied here.
  fileprivate init?(_ native: patchbay_message) {
    guard let kind = unsafe MessageKind(rawValue: native.kind) else { return nil }
    let head = unsafe Array(
      UnsafeRawBufferPointer(start: native.head, count: Int(native.head_size)))
    self = unsafe Message(
      kind, correlation: native.correlation,
      head: head.isEmpty ? .object(JSONObject()) : JSON(reading: head) ?? .null,
      body: Array(UnsafeRawBufferPointer(start: native.body, count: Int(native.body_size))))
  }
}
