import Built
import CWorker
import Glibc
import PatchbayCore
import PatchbayJSON
import PatchbayMessages
import Seeded
import Testing

@testable import PatchbayHost

/// Numbers in files and messages of others are refused or bounded, and never end the process.
@Suite struct StrangeNumberTests {
  @Test func `A transcript may name any session, step, time and message`() throws {
    let lines = """
      {"transcript":1,"plugin":"p"}
      {"session":1,"about":"a"}
      {"direction":"to_plugin","session":1,"step":1,"kind":"open","head":{},"now_ms":5,"seed":"7"}
      {"direction":"to_host","step":1,"kind":"done","correlation":3,"head":{"total":5}}
      {"session":2.5,"about":"the one after"}
      {"direction":"to_plugin","step":1,"kind":"open","head":{}}
      """
    var replayed = 0
    for text in Extreme.variants(of: lines) {
      guard let replay = try? Replay(Array(text.utf8), from: "run.ndjson") else { continue }
      replayed += replay.steps
    }
    #expect(replayed > 10)
  }

  @Test func `The session after the greatest has its number, too`() throws {
    let last = #"{"transcript":1}"# + "\n" + #"{"session":9223372036854775807}"#
    #expect(throws: Never.self) {
      try Transcript(Array("\(last)\n{\"session\":null}".utf8), from: "run.ndjson")
    }
  }

  @Test func `A manifest with any number in it is taken or refused`() throws {
    let manifest = """
      {"manifest":1,"id":"acme","version":"1.0.0","kind":"connector","name":"Acme",
      "publisher":"acme","abi":"\(PluginFile.abi)","operations":["read"],
      "hosts":["api.acme.example"],"in_flight":8,"limits":[{"requests":10,"per_ms":1000}],
      "settings":{"days":{"type":"number","default":7}}}
      """
    _ = try Manifest(reading: Array(manifest.utf8), from: "it")
    for text in Extreme.variants(of: manifest) {
      do throws(Failure) {
        let taken = try Manifest(reading: Array(text.utf8), from: "it")
        #expect((1...64).contains(taken.inFlight))
      } catch {
        #expect(error.code.hasPrefix("manifest."), "\(error)")
      }
    }
  }

  @Test func `A plugin's file may have any time`() throws {
    let folder = try TestFolder()
    let manifest = try Built.manifest("Contrary", [("id", "old")])
    _ = try Contrary(in: folder, name: "a.so", manifest: manifest.bytes)
    // A file system keeps what it can of these.
    for seconds in [-9_300_000_000, 9_300_000_000, 1 << 62] {
      let times = [timespec](repeating: timespec(tv_sec: seconds, tv_nsec: 0), count: 2)
      // Unsafe: both times are lent for the call.
      #expect(unsafe utimensat(AT_FDCWD, folder.file("a.so"), times, 0) == 0)
      for _ in 0..<2 {
        let registry = try Registry(folders: [folder.path], index: folder.file("index.json"))
        #expect(registry.files.map(\.manifest.id) == ["old"])
      }
    }
  }

  @Test func `A worker's report of any numbers is taken for what it can be`() {
    let bits = Extreme.integers.map { UInt64(bitPattern: $0) }
    let output = [UInt8](repeating: 0xFF, count: 256)
    for bytes in bits + [32, 64, 256] {
      for count in bits + [2] {
        var report = worker_report()
        (report.result, report.bytes, report.count) = (WORKER_DONE, bytes, count)
        // Unsafe: the output is lent for the call.
        let result = unsafe output.withUnsafeBytes {
          unsafe StepResult(report, $0, SessionLimits())
        }
        #expect(result == nil || count == 0 && result?.emitted.isEmpty == true)
      }
    }
  }

  @Test func `A plugin's messages may hold any numbers`() throws {
    let heads: [(MessageKind, String)] = [
      (.httpRequest, #"{"method":"GET","url":"/","timeout_ms":5,"statuses":[404]}"#),
      (.wait, #"{"delay_ms":5}"#), (.checkpoint, #"{"state":{"at":5},"covers":[1]}"#),
      (.progress, #"{"done":1,"total":2}"#),
    ]
    for (kind, head) in heads {
      for text in Extreme.variants(of: head) {
        _ = Heads.shape(of: kind).problems(in: try JSON(reading: text))
      }
    }
  }
}
