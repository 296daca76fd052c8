import Foundation
import Loopback
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbaySync
import Synchronization
import Testing

/// One run over many streams, each of which wants memory of its own.
@Suite(.serialized) struct CrowdTests {
  private func run(
    _ zoo: Zoo, _ streams: [String] = [], _ tell: @escaping @Sendable (RunEvent) -> Void
  ) async throws -> SyncRun.Summary {
    try await zoo.add("zoo-many-streams", tier: .core)
    var options = SyncRun.Options()
    options.streams = streams
    return try await SyncRun(
      hub: zoo.hub, connection: zoo.hub.open("animal"), options: options, tell: tell
    ).execute()
  }

  @Test func `Few of many streams are read at once, and all in the end`() async throws {
    let zoo = try await Zoo(tier: .core, hold: (Latch(), 4))
    defer { zoo.close() }
    let running = Mutex((now: Set<String>(), most: 0))
    let summary = try await run(zoo) { event in
      guard case .progress(let report) = event else { return }
      running.withLock {
        if report.status == .running {
          $0.now.insert(report.stream)
        } else {
          $0.now.remove(report.stream)
        }
        $0.most = max($0.most, $0.now.count)
      }
    }
    #expect(summary.streams.count == 12 && summary.streams.allSatisfy { $0.status == .done })
    #expect(running.withLock { $0.most } == 4)
  }

  @Test func `What no checkpoint covers has one ceiling for all streams of a run`() async throws {
    let latch = Latch()
    let zoo = try await Zoo(tier: .core, stagedBytes: 100, hold: (latch, 2))
    defer { zoo.close() }
    let summary = try await run(zoo, ["s1", "s2"]) { event in
      if case .progress(let report) = event, report.failure != nil { latch.open() }
    }
    #expect(Set(summary.streams.map(\.status)) == [.done, .failed])
    let failure = try #require(summary.streams.compactMap(\.failure).first)
    #expect(failure.code == "plugin.uncovered" && failure.message.contains("of this run; 100"))
  }
}
