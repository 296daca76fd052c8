import PatchbayCore
import PatchbayJSON

@testable import PatchbayHost

extension FuzzTarget {
  /// A transcript from a stranger.
  static let transcript = FuzzTarget(
    name: "transcript", seeds: { Repository.transcripts },
    words: [
      "\n{\"direction\":\"to_plugin\",\"step\":1,\"kind\":\"open\"}", "\"direction\":\"to_host\"",
      "\"session\":", "\"seed\":\"", "\"now_ms\":", "\"correlation\":", "\"body\":\"",
      "\"body_file\":\"", "\r\n", "-1", "9223372036854775807",
    ], run: checkTranscript)
}

private func checkTranscript(_ bytes: [UInt8]) {
  do throws(Failure) {
    let replay = try Replay(bytes, from: "/nowhere")
    let lines = bytes.split(separator: 0x0A)
    let given = lines.count { line in
      (try? JSON(reading: line))?["direction"]?.string == "to_plugin"
    }
    expect(replay.steps == given, "\(given) messages to the plugin are \(replay.steps) steps")
  } catch {
    expect(["transcript.line", "file.read"].contains(error.code), "it is refused with \(error)")
  }
}
