internal import PatchbayCore
internal import PatchbayEgress
internal import PatchbayHost
internal import Synchronization

/// The transcript of a run, whose streams are sessions beside one another.
final class RunTranscript: Sendable {
  let writer: TranscriptWriter
  private let count = Mutex(0)

  init(_ path: String, _ connection: OpenConnection) throws(Failure) {
    let line = connection.line
    writer = try TranscriptWriter(path, plugin: connection.file.manifest) { line.redactor }
  }

  func begin(_ stream: String) -> SessionRecorder {
    let number = count.withLock { count in
      count += 1
      return count
    }
    return writer.session("reading \(stream)", number: number)
  }
}
