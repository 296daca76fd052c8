import Loopback
import Foundation
import Glibc
import PatchbayCore
import PatchbayJSON
import PatchbayStore
import Testing

@testable import PatchbayEgress

@Suite struct CancelTests {
  @Test func `A request under way ends when it is cancelled, and frees connection and place`()
    async throws
  {
    let post = try Outpost { $0.number == 0 ? [.hang] : .answer() }
    var terms = post.terms()
    terms.inFlightLimit = 1
    let line = try post.egress.line(terms)
    let task = Task { await line.failure(post.request()) }
    await post.server.arrived.wait()
    task.cancel()
    let failure = await task.value
    #expect(failure?.code == "egress.cancelled" && failure?.kind == .cancelled)
    // The server sees the client hang up, and the one place is free again.
    await post.server.hungUp.wait()
    try await line.text(post.request())
    #expect(post.server.requests.count == 2)
  }

  @Test func `A body that is arriving stops arriving`() async throws {
    let post = try Outpost { _ in
      [.send([LoopbackServer.Act].head(200, ["Content-Length: 1000"]) + [65]), .hang]
    }
    let line = try post.line()
    let task = Task { await line.failure(post.request()) }
    await post.server.arrived.wait()
    task.cancel()
    #expect(await task.value?.code == "egress.cancelled")
    await post.server.hungUp.wait()
    #expect(post.server.requests.count == 1)
  }

  @Test func `Who waits for a place leaves the line when cancelled, and sends nothing`()
    async throws
  {
    let latch = Latch()
    let post = try Outpost { $0.number == 0 ? [.wait(latch)] + .answer() : .answer() }
    var terms = post.terms()
    terms.inFlightLimit = 1
    let line = try post.egress.line(terms)
    let first = Task { await line.failure(post.request("GET", "/first")) }
    await post.server.arrived.wait()
    let started = (0..<40).map { _ in Latch() }
    let waiting = started.map { start in
      Task {
        start.open()
        return await line.failure(post.request("GET", "/waiting"))
      }
    }
    for start in started { await start.wait() }
    for task in waiting { task.cancel() }
    for task in waiting { #expect(await task.value?.code == "egress.cancelled") }
    latch.open()
    #expect(await first.value == nil)
    try await line.text(post.request("GET", "/last"))
    #expect(post.server.requests.map(\.target) == ["/first", "/last"])
  }

  @Test(arguments: [429, 503])
  func `Who waits to try again stops waiting when cancelled`(status: Int) async throws {
    let post = try Outpost { _ in .answer(status, "later", ["Retry-After: 600"]) }
    let line = try post.line()
    let task = Task { await line.failure(post.request()) }
    await reached { line.traffic.requests == 1 }
    task.cancel()
    #expect(await task.value?.code == "egress.cancelled")
    #expect(post.server.requests.count == 1)
  }

  @Test func `A task that is cancelled before it sends reaches nobody`() async throws {
    let post = try Outpost { _ in .answer() }
    let line = try post.line()
    let latch = Latch()
    let task = Task {
      await latch.wait()
      return await line.failure(post.request())
    }
    task.cancel()
    latch.open()
    #expect(await task.value?.code == "egress.cancelled")
    #expect(post.server.requests.isEmpty)
  }

  @Test func `Closing the egress ends what is under way, and what comes later`() async throws {
    let post = try Outpost { _ in [.hang] }
    let egress = try Egress(vault: post.vault, leases: try FileLeases(folder: post.folder))
    let line = try egress.line(post.terms(attempts: 1))
    let task = Task { await line.failure(post.request()) }
    await post.server.arrived.wait()
    egress.close()
    #expect(await task.value != nil)
    #expect(await line.failure(post.request()) != nil)
    #expect(post.server.requests.count == 1)
  }
}
