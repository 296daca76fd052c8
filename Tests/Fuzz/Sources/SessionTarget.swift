import CPatchbay
import Glibc
import PatchbayCore
import PatchbayJSON
import PatchbayMessages

import PatchbayEgress
@testable import PatchbayHost
@testable import PatchbaySync

extension FuzzTarget {
  /// A plugin that says what it likes, through the C table: what the hub takes of it fits the
  /// contract, and its transcript does the same again.
  ///
  /// Each line is a message: a byte for its kind, one for its correlation, the head, and after a
  /// TAB the body. A line that begins with `!` ends a step with a verdict.
  static let session = FuzzTarget(
    name: "session", seeds: sessionSeeds,
    words: [
      "\n!0", "\n!1", "\n!2", "\nP0{}", "\"optional\":[\"a\"]", "\"records\":\"/a\"",
      "\"state\":", "\"covers\":[1]", "\"delay_ms\":1", "\"method\":\"GET\",\"url\":\"/\"",
      "\"headers\":{\"a\":\"b\"}", "\"extract\":[{", "\"level\":\"info\",\"text\":\"a\"",
    ], run: checkSession)
}

@Sendable private func sessionSeeds() -> [[UInt8]] {
  var all: [UInt8] = []
  var seeds: [[UInt8]] = []
  for line in Repository.lines where line["direction"]?.string == "to_host" {
    guard let kind = line["kind"]?.string.flatMap(MessageKind.init(name:)) else { continue }
    let correlation = UInt8(clamping: line["correlation"]?.integer ?? 0) &+ 0x30
    var message = [UInt8(kind.rawValue), correlation] + (line["head"] ?? [:]).bytes
    if let body = line["body"]?.string, !body.contains("\n") {
      message += [0x09] + Array(body.utf8)
    }
    seeds.append(message + Array("\n!0".utf8))
    all += message + [0x0A]
    if kind == .done { all += Array("!2\n".utf8) }
  }
  return seeds + [all, Array("^0{}\n!0\n".utf8), Array("_0{}\n!0\n".utf8)]
}

/// What the plugin says, step by step. Its session keeps nothing but how far it is.
@safe private struct Script {
  struct Line {
    var kind: UInt32
    var correlation: UInt64
    var head: [UInt8]
    var body: [UInt8]
  }

  var steps: [(lines: [Line], verdict: UInt32)] = []

  init(_ bytes: [UInt8]) {
    var lines: [Line] = []
    for line in bytes.split(separator: 0x0A) where line.count > 1 {
      let (first, second) = (line[line.startIndex], line[line.startIndex + 1])
      if first == UInt8(ascii: "!") {
        steps.append((lines, UInt32(second &- 0x30)))
        lines = []
        continue
      }
      let parts = line.dropFirst(2).split(
        separator: 0x09, maxSplits: 1, omittingEmptySubsequences: false)
      lines.append(
        Line(
          kind: UInt32(first),
          correlation: second < 0x80 ? UInt64(second &- 0x30) : UInt64(second) << 56,
          head: Array(parts[0]), body: parts.count > 1 ? Array(parts[1]) : []))
    }
    if !lines.isEmpty { steps.append((lines, PATCHBAY_STEP_IDLE)) }
  }
}

/// The plugin's own state of one session.
private final class Actor {
  var step = 0
  var line = 0
}

nonisolated(unsafe) private var script = Script([])

// Unsafe: the session is an object of ours, kept alive from `open` to `close`.
nonisolated(unsafe) private let table: UnsafePointer<patchbay_plugin> = {
  let memory = UnsafeMutablePointer<patchbay_plugin>.allocate(capacity: 1)
  unsafe memory.initialize(
    to: patchbay_plugin(
      abi_version: PATCHBAY_ABI_VERSION, reserved: 0,
      open: { _ in unsafe OpaquePointer(Unmanaged.passRetained(Actor()).toOpaque()) },
      step: { session, _, _, sink in unsafe play(session, sink) },
      close: { unsafe Unmanaged<Actor>.fromOpaque(UnsafeRawPointer($0)).release() },
      get_extension: { _ in nil }))
  return unsafe UnsafePointer(memory)
}()

private func play(_ session: OpaquePointer, _ sink: UnsafePointer<patchbay_sink>) -> UInt32 {
  let actor = unsafe Unmanaged<Actor>.fromOpaque(UnsafeRawPointer(session)).takeUnretainedValue()
  guard unsafe script.steps.indices.contains(actor.step) else { return PATCHBAY_STEP_IDLE }
  let step = unsafe script.steps[actor.step]
  while actor.line < step.lines.count {
    let line = step.lines[actor.line]
    let answer = unsafe line.head.withUnsafeBytes { head in
      unsafe line.body.withUnsafeBytes { body in
        // Sizes that lie, as the two highest kinds.
        let isHuge = line.kind == 0x5E
        let isNil = line.kind == 0x5F
        var message = unsafe patchbay_message(
          kind: line.kind, reserved: 0, correlation: line.correlation,
          head: isNil ? nil : head.baseAddress?.assumingMemoryBound(to: CChar.self),
          head_size: isHuge ? .max : isNil ? 7 : UInt64(head.count),
          body: body.baseAddress?.assumingMemoryBound(to: UInt8.self),
          body_size: UInt64(body.count))
        return unsafe sink.pointee.emit(sink.pointee.context, &message)
      }
    }
    if answer == PATCHBAY_FULL { return PATCHBAY_STEP_IDLE }
    actor.line += 1
    if answer == PATCHBAY_CLOSED { break }
  }
  actor.step += 1
  actor.line = 0
  return step.verdict
}

private let manifest: Manifest? = try? Manifest(
  reading: Array(
    #"{"manifest":1,"id":"fuzz","version":"1.0.0","kind":"connector","name":"fuzz","#.utf8)
    + Array(#""publisher":"fuzz","abi":"\#(PluginFile.abi)","operations":["read"]}"#.utf8),
  from: "the fuzzer")

private func checkSession(_ bytes: [UInt8]) {
  guard let manifest else { return expect(false, "the manifest is refused") }
  unsafe script = Script(bytes)
  let plugin = unsafe LoadedPlugin(linked: manifest, table)
  var limits = SessionLimits()
  limits.messages = 4
  limits.steps = 20
  limits.headBytes = 1 << 16
  limits.bodyBytes = 1 << 16
  let written = Written()
  let recorder = SessionRecorder(1) { written.add($0, $1) }
  var steps = 0
  do throws(Failure) {
    let session = try PluginSession(plugin, limits: limits, recorder: recorder)
    for step in 0..<8 {
      let kind: MessageKind = step == 0 ? .open : .httpResponse
      let output = try session.step(Message(kind), Moment(nowMS: Int64(step), seed: .max))
      steps += 1
      for message in output { check(message) }
    }
  } catch {
    expect(error.code == "plugin.contract", "a session ends with \(error)")
    // After a failure nothing more is asked of a session, and nothing of it was written down.
  }
  checkReplay(written, steps, plugin, limits)
}

private func check(_ message: Message) {
  let again = try? JSON(reading: message.head.bytes)
  expect(again == message.head, "a head is written as something else: \(message.head.text)")
  expect(message.kind.isFromPlugin, "\(message.kind) was taken from a plugin")
  if message.kind == .httpRequest, let (request, _) = try? message.outgoing(Mappings()) {
    expect(request.timeoutMS > 0, "a request with no time: \(message.head.text)")
  }
}

/// What a recorder wrote.
private final class Written: @unchecked Sendable {
  // @unchecked: the recorder calls from the thread that steps the session.
  var text = Array("{\"transcript\":1}\n".utf8)
  var isText = true

  func add(_ line: JSONObject, _ body: [UInt8]) {
    var line = line
    if !body.isEmpty {
      guard let text = String(validating: body, as: UTF8.self) else { return isText = false }
      line["body"] = .string(text)
    }
    text += JSON.object(line).bytes + [0x0A]
  }
}

private func checkReplay(
  _ written: Written, _ steps: Int, _ plugin: LoadedPlugin, _ limits: SessionLimits
) {
  if !written.isText { return }
  do throws(Failure) {
    let replay = try Replay(written.text, from: "the fuzzer")
    expect(replay.steps == steps, "\(steps) steps are \(replay.steps) in the transcript")
    let difference = try replay.run(plugin, limits: limits)
    expect(difference == nil, "a plugin is not the same again: \(difference as Any)")
  } catch {
    expect(false, "a transcript cannot be done again: \(error)")
  }
}
