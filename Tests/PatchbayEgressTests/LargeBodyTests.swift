import Foundation
import Loopback
import PatchbayCore
import PatchbayStore
import Seeded
import Testing

@testable import PatchbayEgress

/// Bodies that are larger than the memory that there may be for them.
@Suite(.serialized) struct LargeBodyTests {
  private static let size: Int64 = Scale.isNightly ? 5 << 30 : 64 << 20
  /// What the process may grow by; other tests run meanwhile.
  private static let growth = 768 << 20

  /// The most memory that the process had since ``forgetPeak()``, in bytes.
  private static func peak() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
    let number = line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }
    return try #require(number) << 10
  }

  private static func forgetPeak() throws -> Int {
    try Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
    return try peak()
  }

  @Test func `a large file is sent of a stored body`() async throws {
    let server = try LoopbackServer(keepsBodies: false) { _ in .answer() }
    defer { server.stop() }
    let post = try Outpost { _ in .answer() }
    var terms = post.terms()
    terms.baseURL = server.url
    let line = try post.egress.line(terms)
    var request = post.request("PUT")
    request.body = try .stored(FakeBody(size: Self.size + 100), 50..<(Self.size + 50))
    let before = try Self.forgetPeak()
    try await line.text(request)
    #expect(try Self.peak() - before < Self.growth)
    #expect(server.requests.map(\.bodySize) == [Self.size])
    #expect(line.traffic.bytesOut == Self.size)
  }

  @Test func `a large file is stored of an answer`() async throws {
    let piece = FakeBody.bytes(0..<(1 << 20))
    let post = try Outpost { _ in
      [.send([LoopbackServer.Act].head(200, ["Content-Length: \(Self.size)"]))]
        + [.stream(piece, times: Int(Self.size >> 20))]
    }
    let blobs = Blobs(
      store: post.store, vault: post.vault, leases: try FileLeases(folder: post.folder),
      hubFolder: post.folder)
    let line = try post.line()
    let before = try Self.forgetPeak()
    let answer = try await line.send(
      post.request(), into: { () throws(Failure) in try await blobs.write(limitBytes: Self.size) })
    #expect(try Self.peak() - before < Self.growth)
    guard case .stored(_, let blob) = answer else { return #expect(Bool(false)) }
    #expect(blob.size == Self.size && line.traffic.bytesIn == Self.size)
    #expect(try await blobs.read(blob.id).read(1 << 20, at: Self.size - (1 << 20)) == piece)
  }
}
