internal import CPatchbay
internal import CWorker
internal import PatchbayABI
package import PatchbayCore
internal import PatchbayJSON
package import PatchbayMessages

/// One session of a loaded plugin, in this process or in a worker. Not Sendable: whoever opened it
/// steps it, from one thread at a time.
package final class PluginSession {
  package typealias Limits = SessionLimits

  private let plugin: LoadedPlugin
  private let backend: any SessionBackend
  private let limits: Limits
  package private(set) var isEnded = false

  private let recorder: SessionRecorder?
  private var steps = 0

  /// With a lease the caller's wait ends where a plugin in this process does not come back.
  package init(
    _ plugin: LoadedPlugin, limits: Limits = Limits(), recorder: SessionRecorder? = nil,
    lease: StepLease? = nil
  ) throws(Failure) {
    self.plugin = plugin
    self.recorder = recorder
    self.limits = limits
    backend = try plugin.open(limits, lease)
  }

  /// Gives the plugin a message and returns all that it answers, checked against the contract.
  /// After the end nothing is given, and nothing comes.
  package func step(_ message: Message, _ moment: Moment) throws(Failure) -> [Message] {
    if let objection = plugin.objection { throw objection }
    let output = try rounds(message, moment)
    steps += 1
    recorder?.note(step: steps, message, moment, output)
    return output
  }

  /// Gives the plugin a message of a kind that this host does not know, as a later one may have.
  /// Returns how many messages it answered; it should be none.
  package func stepUnknown(kind: UInt32, _ moment: Moment) throws(Failure) -> Int {
    let result = try backend.step(
      kind: kind, correlation: 0, head: Array("{\"later\":true}".utf8), body: [], moment)
    guard result.verdict == PATCHBAY_STEP_IDLE else {
      throw broken("it answered \(result.verdict) to a message of a kind that it cannot know")
    }
    return result.emitted.count
  }

  private func rounds(_ message: Message, _ moment: Moment) throws(Failure) -> [Message] {
    if isEnded { return [] }
    var output: [Message] = []
    var input: Message? = message
    var size = 0
    let restMS = Time.monotonicMS() + limits.restMS
    for _ in 0..<limits.steps where Time.monotonicMS() <= restMS {
      let result = try backend.step(input, moment)
      let verdict = result.verdict
      for emitted in result.emitted {
        size += emitted.head.count + emitted.body.count
        output.append(try checked(emitted))
      }
      if size > limits.answerBytes || output.count > limits.answerMessages {
        throw broken("it answers one message with \(output.count) of \(size) bytes in all")
      }
      if result.flags & WORKER_TOO_LARGE != 0 {
        throw broken(
          "a head of \(result.fault.head) and a body of \(result.fault.body) bytes are more than "
            + "is allowed")
      }
      if result.flags & WORKER_LATE_EMIT != 0 {
        throw broken("it emitted between its steps: a sink is for the step that it came with")
      }
      if result.flags & WORKER_NO_BYTES != 0 {
        throw broken("a message has a size and no bytes")
      }
      let hasEnded = result.flags & WORKER_HAS_ENDED != 0
      if verdict == PATCHBAY_STEP_ENDED {
        guard hasEnded else {
          throw broken("step says that the session has ended, and emitted neither done nor error")
        }
        isEnded = true
        return output
      }
      if hasEnded { throw broken("it emitted done or error, and answered \(verdict)") }
      if result.flags & WORKER_WAS_FULL != 0 {
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

  private func checked(_ raw: Emitted) throws(Failure) -> Message {
    guard let kind = MessageKind(rawValue: raw.kind), kind.isFromPlugin else {
      throw broken("it emitted a message of kind \(raw.kind), which is none of a plugin's")
    }
    // Checkpoints name correlations in JSON, whose numbers here are signed.
    guard raw.correlation <= UInt64(Int64.max) else {
      throw broken("the correlation \(raw.correlation) of \(kind.name) is more than 2^63 - 1")
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
      "the plugin \(plugin.manifest.id) \(plugin.manifest.version) broke the contract: "
        + text.beginning(bytes: 1000),
      mend: "report it to \(plugin.manifest.publisher), with the stream and these words")
  }
}

extension Moment {
  /// The wall clock and fresh random bits.
  package static func now() -> Moment {
    Moment(nowMS: Time.nowMS(), seed: .random(in: .min ... .max))
  }
}
