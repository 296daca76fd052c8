import PatchbayCore
import PatchbayStore
import Synchronization
import Testing

@testable import PatchbaySync

/// Bytes that have a price: nobody knows what an answer brings before it is here.
@Suite("What a run uses while it goes on") struct FlowTests {
  /// A gate with room for so many bytes.
  private final class Room: SpendGate {
    let bytes: Int64
    let meters: Set<Terms.Meter>
    let asked = Mutex<[Int64]>([])

    init(bytes: Int64, _ meters: Set<Terms.Meter>) { (self.bytes, self.meters) = (bytes, meters) }

    func begin(_ events: [UsageEvent]) {}
    func counts(_ event: UsageEvent) -> Bool { meters.contains(event.meter) }
    func release(_ event: UsageEvent) {}
    func lease(_ event: UsageEvent, part: Int64, wanted: Int64) -> Int64? { nil }

    func admit(_ event: UsageEvent) throws(Failure) {
      asked.withLock { $0.append(event.quantity) }
      if event.quantity > bytes { throw Failure(.budget, "budget.spent", "there is no more") }
    }
  }

  private struct Traffic {
    var bytes: Int64 = 0
    var open = 0
    var most = 0
    var requests = 0
  }

  private final class Line: Sendable {
    let traffic = Mutex(Traffic())
  }

  private static func run(_ room: Room) async -> Traffic {
    let line = Line()
    let meter = UsageMeter(
      key: "run", customer: "c", plugin: "acme/books", version: "1", library: "l", terms: "t")
    let flow = FlowLease(room, meter) { (line.traffic.withLock { $0.bytes }, 0) }
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<24 {
        group.addTask {
          guard let hasTurn = try? await flow.begin() else { return }
          line.traffic.withLock {
            $0.open += 1
            $0.requests += 1
            $0.most = max($0.most, $0.open)
          }
          // Others get the chance to begin meanwhile.
          for _ in 0..<20 { await Task.yield() }
          line.traffic.withLock {
            $0.open -= 1
            $0.bytes += 700_000
          }
          if hasTurn { await flow.end() }
        }
      }
    }
    return line.traffic.withLock { $0 }
  }

  @Test func `no more than one answer is beyond the budget`() async {
    let room = Room(bytes: 5_000_000, [.bytes])
    let traffic = await Self.run(room)
    #expect(traffic.most == 1)
    #expect(traffic.bytes > 5_000_000 - 700_000 && traffic.bytes <= 5_000_000 + 700_000)
    #expect(traffic.requests < 24)
  }

  @Test func `requests without such a price do not wait for each other`() async {
    let traffic = await Self.run(Room(bytes: 0, []))
    #expect(traffic.requests == 24 && traffic.most > 1)
  }
}
