internal import CPatchbay
public import PatchbayCore
internal import PatchbayJSON
public import PatchbayMessages

/// One session of a loaded plugin, in this process. Not Sendable: whoever opened it steps it, from
/// one thread at a time.
@safe public final class PluginSession {
  // Unsafe: the plugin's session, closed in deinit; messages lent to it live for the call only.
  private let plugin: LoadedPlugin
  private let session: OpaquePointer
  public private(set) var isEnded = false

  /// Ceilings for what one step may emit; what is beyond waits for CREDIT.
  public struct Limits: Sendable {
    public var messages = 256
    public var bytes = 16 << 20
    public var headBytes = 1 << 20
    public var bodyBytes = 64 << 20
    /// Steps in a row that say MORE.
    public var steps = 100_000

    public init() {}
  }

  private let limits: Limits

  public init(_ plugin: LoadedPlugin, limits: Limits = Limits()) throws(Failure) {
    guard let session = unsafe plugin.table.pointee.open(HostTable.pointer) else {
      throw Failure(
        .transient, "plugin.open", "the plugin \(plugin.manifest.id) opened no session",
        mend: "it may be short of memory: try again")
    }
    self.plugin = plugin
    unsafe self.session = session
    self.limits = limits
  }

  deinit { unsafe plugin.table.pointee.close(session) }

  /// Gives the plugin a message and returns all that it answers, checked against the contract.
  /// After the end nothing is given, and nothing comes.
  public func step(_ message: Message, _ moment: Moment) throws(Failure) -> [Message] {
    if isEnded { return [] }
    var output: [Message] = []
    var input: Message? = message
    for _ in 0..<limits.steps {
      let box = Outbox(limits)
      let verdict = call(input, moment, box)
      for emitted in box.emitted { output.append(try checked(emitted)) }
      if let fault = box.fault { throw broken(fault) }
      if verdict == PATCHBAY_STEP_ENDED {
        guard box.hasEnded else {
          throw broken("step says that the session has ended, and emitted neither done nor error")
        }
        isEnded = true
        return output
      }
      if box.hasEnded { throw broken("it emitted done or error, and answered \(verdict)") }
      if box.wasFull {
        input = Message(
          .credit,
          head: [
            "messages": .integer(Int64(limits.messages)), "bytes": .integer(Int64(limits.bytes)),
          ])
      } else if verdict == PATCHBAY_STEP_MORE {
        input = nil
      } else if verdict == PATCHBAY_STEP_IDLE {
        return output
      } else {
        throw broken("step answered \(verdict), which is no verdict")
      }
    }
    throw broken("it never comes to rest")
  }

  private func call(_ message: Message?, _ moment: Moment, _ box: Outbox) -> UInt32 {
    var native = patchbay_moment(now_ms: moment.nowMS, seed: moment.seed)
    return withExtendedLifetime(box) {
      var sink = unsafe patchbay_sink(
        context: Unmanaged.passUnretained(box).toOpaque(), emit: emitInto)
      guard let message else {
        return unsafe plugin.table.pointee.step(session, &native, nil, &sink)
      }
      let head = message.head.bytes
      return unsafe head.withUnsafeBytes { head in
        unsafe message.body.withUnsafeBytes { body in
          var lent = unsafe patchbay_message(
            kind: message.kind.rawValue, reserved: 0, correlation: message.correlation,
            head: head.baseAddress?.assumingMemoryBound(to: CChar.self),
            head_size: UInt64(head.count),
            body: body.baseAddress?.assumingMemoryBound(to: UInt8.self),
            body_size: UInt64(body.count))
          return unsafe plugin.table.pointee.step(session, &native, &lent, &sink)
        }
      }
    }
  }

  private func checked(_ raw: Outbox.Raw) throws(Failure) -> Message {
    guard let kind = MessageKind(rawValue: raw.kind), kind.isFromPlugin else {
      throw broken("it emitted a message of kind \(raw.kind), which is none of a plugin's")
    }
    let head: JSON
    do {
      head = raw.head.isEmpty ? .object(JSONObject()) : try JSON(reading: raw.head)
    } catch {
      throw broken("the head of \(kind.name) is not usable: \(error)")
    }
    let problems = Heads.shape(of: kind).problems(in: head)
    if !problems.isEmpty {
      throw broken(
        "the head of \(kind.name) does not fit: "
          + problems.map(\.description).joined(separator: "; "))
    }
    return Message(kind, correlation: raw.correlation, head: head, body: raw.body)
  }

  private func broken(_ text: String) -> Failure {
    Failure(
      .bug, "plugin.contract",
      "the plugin \(plugin.manifest.id) \(plugin.manifest.version) broke the contract: \(text)",
      mend: "report it to \(plugin.manifest.publisher), with the stream and these words")
  }
}

extension Moment {
  /// The wall clock and fresh random bits.
  public static func now() -> Moment {
    Moment(nowMS: Time.nowMS(), seed: .random(in: .min ... .max))
  }
}

/// Takes what one step emits.
private final class Outbox {
  struct Raw {
    let kind: UInt32
    let correlation: UInt64
    let head: [UInt8]
    let body: [UInt8]
  }

  private let limits: PluginSession.Limits
  private(set) var emitted: [Raw] = []
  private(set) var wasFull = false
  private(set) var fault: String?
  private var bytes = 0
  private(set) var hasEnded = false

  init(_ limits: PluginSession.Limits) { self.limits = limits }

  // Unsafe: the message is the plugin's, borrowed for the call and copied here.
  func take(_ message: patchbay_message) -> UInt32 {
    if fault != nil || hasEnded { return PATCHBAY_CLOSED }
    let (headSize, bodySize) = unsafe (message.head_size, message.body_size)
    guard headSize <= UInt64(limits.headBytes), bodySize <= UInt64(limits.bodyBytes) else {
      fault = "a head of \(headSize) and a body of \(bodySize) bytes are more than is allowed"
      return PATCHBAY_CLOSED
    }
    guard unsafe (headSize == 0 || message.head != nil) && (bodySize == 0 || message.body != nil)
    else {
      fault = "a message has a size and no bytes"
      return PATCHBAY_CLOSED
    }
    let size = Int(headSize) + Int(bodySize)
    if !emitted.isEmpty && (emitted.count >= limits.messages || bytes + size > limits.bytes) {
      wasFull = true
      return PATCHBAY_FULL
    }
    bytes += size
    emitted.append(
      unsafe Raw(
        kind: message.kind, correlation: message.correlation,
        head: Array(UnsafeRawBufferPointer(start: message.head, count: Int(headSize))),
        body: Array(UnsafeRawBufferPointer(start: message.body, count: Int(bodySize)))))
    hasEnded = unsafe message.kind == PATCHBAY_DONE || message.kind == PATCHBAY_ERROR
    return PATCHBAY_ACCEPTED
  }
}

private let emitInto:
  @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<patchbay_message>) -> UInt32 = {
    context, message in
    guard let context = unsafe context else { return PATCHBAY_CLOSED }
    let box = unsafe Unmanaged<Outbox>.fromOpaque(context).takeUnretainedValue()
    return unsafe box.take(message.pointee)
  }
