import Loopback
import Foundation
import Glibc
import PatchbayCore
import Testing

@testable import PatchbayEgress

/// Hosts that are not there, over loopback. What takes time is tested on a clock of its own.
@Suite struct ReachTests {
  /// A line to a port of its own on which nobody listens.
  private func deaf(outageMS: Int64, attempts: Int = 4) throws -> (Outpost, Line, Int32, Int) {
    let post = try Outpost { _ in .answer() }
    let (descriptor, port) = try LoopbackServer.bound()
    var terms = post.terms(attempts: attempts)
    terms.baseURL = "http://127.0.0.1:\(port)"
    terms.outageMS = outageMS
    return (post, try post.egress.line(terms), descriptor, port)
  }

  @Test func `Nine streams against a closed port fail together, with host, reason and attempts`()
    async throws
  {
    let (post, line, descriptor, port) = try deaf(outageMS: 400)
    defer { close(descriptor) }
    let failures = await withTaskGroup(of: Failure?.self) { group in
      for number in 0..<9 {
        group.addTask {
          await line.failure(post.request(number % 2 == 0 ? "GET" : "POST", "/\(number)"))
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    for failure in failures {
      #expect(failure?.code == "egress.unreachable" && failure?.kind == .transient)
      let text = failure?.message ?? ""
      let wanted = "127.0.0.1:\(port) cannot be reached: connection refused ("
      #expect(text.hasPrefix(wanted), "\(text)")
      #expect(text.contains(" attempts in "), "\(text)")
      #expect(failure?.mend.contains("outage_seconds") == true)
    }
    #expect(failures.count == 9)
  }

  @Test func `A request may have less patience than its line`() async throws {
    let (post, line, descriptor, _) = try deaf(outageMS: 86_400_000)
    defer { close(descriptor) }
    var request = post.request()
    request.outageMS = 300
    #expect(await line.failure(request)?.code == "egress.unreachable")
  }

  @Test func `A host that comes back is used again, also by a POST that never left`() async throws {
    let (post, line, descriptor, port) = try deaf(outageMS: 86_400_000)
    let task = Task { await line.failure(post.request("POST")) }
    await reached { line.traffic.retries >= 2 }
    let server = try LoopbackServer(on: (descriptor, port)) { _ in .answer() }
    defer { server.stop() }
    #expect(await task.value == nil)
    #expect(server.requests.count == 1)
  }

  @Test func `Attempts that never left do not count against those that did`() async throws {
    let (post, line, descriptor, port) = try deaf(outageMS: 86_400_000, attempts: 2)
    let task = Task { await line.failure(post.request()) }
    await reached { line.traffic.retries >= 3 }
    let server = try LoopbackServer(on: (descriptor, port)) {
      $0.number == 0 ? .answer(500, "", ["Retry-After: 0"]) : .answer()
    }
    defer { server.stop() }
    #expect(await task.value == nil)
    #expect(server.requests.count == 2)
  }

  @Test(
    arguments: [
      (6, 0, false, "no such host"), (7, ECONNREFUSED, false, "connection refused"),
      (7, EHOSTUNREACH, false, "no route to the host"), (7, ETIMEDOUT, false, "timed out"),
      (7, 0, false, "cannot connect"), (28, 0, false, "timed out"), (28, 0, true, nil),
      (35, 0, false, "the TLS handshake failed"),
      (52, 0, true, "the connection ended without an answer"),
      (56, ECONNRESET, true, "the connection ended without an answer"), (18, 0, true, nil),
      (42, 0, false, nil), (61, 0, true, nil), (0, 0, true, nil),
    ] as [(Int32, Int32, Bool, String?)])
  func `A host that is not there has a reason, what broke later has none`(
    code: Int32, errno: Int32, wasSent: Bool, reason: String?
  ) {
    var result = Transfer.Result(code: code)
    result.errno = errno
    result.wasSent = wasSent
    #expect(result.unreachableReason == reason)
    let isAnswered = code == 0 || wasSent
    let other = isAnswered ? Gate.Reach.answered : .unknown
    #expect(result.reach == reason.map { .unreachable(why: $0) } ?? other)
    // Once the answer has begun, the host was there.
    result.status = 200
    result.refusedAddress = code == 7 ? "10.0.0.1" : nil
    #expect(result.unreachableReason == nil || [6, 28, 35].contains(code))
  }

  @Test func `A server that speaks no TLS is told as that`() async throws {
    let post = try Outpost { _ in .answer() }
    let server = try LoopbackServer(greeting: Array("220 mail\r\n".utf8)) { _ in [] }
    defer { server.stop() }
    var terms = post.terms()
    terms.baseURL = "https://127.0.0.1:\(server.port)"
    terms.outageMS = 300
    let failure = await (try post.egress.line(terms)).failure(post.request())
    #expect(failure?.code == "egress.unreachable")
    #expect(failure?.message.contains("the TLS handshake failed") == true, "\(failure as Any)")
  }

  @Test func `One host that is away does not hold back another`() async throws {
    let (post, _, descriptor, port) = try deaf(outageMS: 1)
    defer { close(descriptor) }
    var terms = post.terms()
    terms.connection = "other"
    terms.ownTokenURL = "http://127.0.0.1:\(port)/token"
    terms.allowsPrivate = true
    terms.outageMS = 86_400_000
    let line = try post.egress.line(terms)
    let away = Task {
      await line.failure(OutgoingRequest(method: "GET", url: "http://127.0.0.1:\(port)/token"))
    }
    await reached { line.traffic.retries >= 1 }
    try await line.text(post.request())
    away.cancel()
    #expect(await away.value?.code == "egress.cancelled")
  }
}

/// Waits until something is so, on a thread of its own.
func reached(_ condition: @escaping @Sendable () -> Bool) async {
  await withCheckedContinuation { continuation in
    Thread {
      while !condition() { sched_yield() }
      continuation.resume()
    }.start()
  }
}
