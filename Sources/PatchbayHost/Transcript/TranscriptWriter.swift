internal import Glibc
package import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayJSON
internal import PatchbayMessages

/// Writes down what goes over the border of plugins, one JSON object a line: what is needed to do
/// it again without the vendor. Secrets are taken out before anything is written.
package final class TranscriptWriter: Sendable {
  /// Bodies up to here stand in their line; larger ones in files beside, named by their hash.
  private static let inlineBytes = 64 << 10

  private let lines: AsyncStream<Line>.Continuation
  private let writing: Task<Failure?, Never>

  private struct Line: Sendable {
    var json: JSONObject
    var body: [UInt8] = []
  }

  /// `redactor` is asked for each line: secrets may come to be known during a run.
  package init(
    _ path: String, plugin: Manifest, redactor: @escaping @Sendable () -> Redactor
  ) throws(Failure) {
    let (stream, lines) = AsyncStream<Line>.makeStream()
    self.lines = lines
    try FileBytes.replace(path, with: [])
    let folder = path + ".bodies"
    writing = Task {
      do throws(Failure) {
        for await line in stream { try Self.write(line, path, folder, redactor()) }
        return nil
      } catch {
        return error
      }
    }
    lines.yield(
      Line(
        json: JSONObject([
          .init("transcript", 1), .init("plugin", .string(plugin.id)),
          .init("version", .string(plugin.version)),
          .init("about", .string("a run of \(plugin.id)")),
        ])))
  }

  /// Takes down one session.
  package func session(_ about: String, number: Int) -> SessionRecorder {
    lines.yield(
      Line(
        json: JSONObject([
          .init("session", .integer(Int64(number))), .init("about", .string(about)),
        ])))
    return SessionRecorder(number) { self.lines.yield(Line(json: $0, body: $1)) }
  }

  /// Returns when all is written.
  package func finish() async throws(Failure) {
    lines.finish()
    if let failure = await writing.value { throw failure }
  }

  private static func write(
    _ line: Line, _ path: String, _ folder: String, _ redactor: Redactor
  ) throws(Failure) {
    var json = line.json
    if !line.body.isEmpty {
      let shown = redactor.hiding(line.body)
      if shown.count <= inlineBytes, let text = String(validating: shown, as: UTF8.self) {
        json["body"] = .string(text)
      } else {
        json["body_file"] = .string(try keep(shown, folder))
      }
    }
    if let head = json["head"] { json["head"] = redactor.hiding(head) }
    try FileBytes.append(path, Array((JSON.object(json).text + "\n").utf8))
  }

  private static func keep(_ body: [UInt8], _ folder: String) throws(Failure) -> String {
    // Unsafe: the bytes and the path are read during the calls.
    let name = Hex.encode(unsafe body.withUnsafeBytes { unsafe Digest.sha256($0) })
    unsafe mkdir(folder, 0o700)
    try FileBytes.replace("\(folder)/\(name)", with: body)
    return name
  }
}

/// Takes down the steps of one session, in their order.
package final class SessionRecorder: Sendable {
  private let number: Int
  private let write: @Sendable (JSONObject, [UInt8]) -> Void

  init(_ number: Int, _ write: @escaping @Sendable (JSONObject, [UInt8]) -> Void) {
    self.number = number
    self.write = write
  }

  func note(step: Int, _ input: Message, _ moment: Moment, _ output: [Message]) {
    var first = line("to_plugin", step, input)
    first["now_ms"] = .integer(moment.nowMS)
    // All its bits: JSON's numbers have fewer.
    first["seed"] = .string(String(moment.seed))
    write(first, input.body)
    for message in output { write(line("to_host", step, message), message.body) }
  }

  private func line(_ direction: String, _ step: Int, _ message: Message) -> JSONObject {
    var line = JSONObject([
      .init("direction", .string(direction)), .init("session", .integer(Int64(number))),
      .init("step", .integer(Int64(step))), .init("kind", .string(message.kind.name)),
    ])
    if message.correlation != 0 { line["correlation"] = .integer(Int64(message.correlation)) }
    line["head"] = message.head
    return line
  }
}
