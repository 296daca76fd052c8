import Loopback
import PatchbayCore
import Seeded
import Testing

@testable import PatchbayEgress

@Suite struct MultipartTests {
  /// What one part came to, as a receiver sees it.
  private struct Received: Equatable {
    var headers: [String]
    var body: [UInt8]
  }

  /// Reads a multipart body by RFC 2046, knowing nothing of how it was written.
  private static func parts(_ body: [UInt8], _ contentType: String) throws -> [Received] {
    let parameter = try #require(contentType.components("boundary=").last)
    let mark = Array("\r\n--\(parameter)".utf8)
    // The first delimiter may stand at the beginning, without a line before it.
    var rest = ([0x0D, 0x0A] + body)[...]
    var parts: [Received] = []
    while let found = rest.firstRange(of: mark) {
      let part = rest[..<found.lowerBound]
      if rest.startIndex > 0 {
        let gap = try #require(part.firstRange(of: Array("\r\n\r\n".utf8)))
        // The delimiter's own line ends before the first header.
        let head = String(decoding: part[..<gap.lowerBound].dropFirst(2), as: UTF8.self)
        parts.append(
          Received(
            headers: head.components("\r\n").filter { !$0.isEmpty },
            body: Array(part[gap.upperBound...])))
      }
      rest = rest[found.upperBound...]
    }
    #expect(Array(rest) == Array("--\r\n".utf8))
    return parts
  }

  @Test func `A form is written by the letter`() throws {
    let body = try BodySource.multipart(
      [
        BodyPart(.bytes(Array("one".utf8)), name: "a"),
        BodyPart(
          .bytes(Array("{}".utf8)), name: "é\"\\", fileName: "x y.json",
          contentType: "application/json"),
        BodyPart([], name: "b"),
      ], contentType: "multipart/form-data"
    ) { "B" }
    let text = """
      --B\r
      Content-Disposition: form-data; name="a"\r
      \r
      one\r
      --B\r
      Content-Disposition: form-data; name="é%22%5C"; filename="x y.json"\r
      Content-Type: application/json\r
      \r
      {}\r
      --B\r
      Content-Disposition: form-data; name="b"\r
      \r
      \r
      --B--\r

      """
    #expect(try Self.whole(body) == Array(text.utf8))
    #expect(body.size == Int64(text.utf8.count))
    #expect(body.contentType == "multipart/form-data; boundary=B")
  }

  @Test func `Parts that belong together need no names`() throws {
    let body = try BodySource.multipart(
      [
        BodyPart([0x31], contentType: "application/json; charset=UTF-8"),
        BodyPart([0x32], fileName: "a.png"), BodyPart([]),
      ], contentType: "multipart/related; type=\"application/json\""
    ) { "B" }
    let text =
      "--B\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n1\r\n"
      + "--B\r\nContent-Disposition: attachment; filename=\"a.png\"\r\n\r\n2\r\n"
      + "--B\r\n\r\n\r\n--B--\r\n"
    #expect(try Self.whole(body) == Array(text.utf8))
    #expect(body.contentType == "multipart/related; type=\"application/json\"; boundary=B")
  }

  static func whole(_ body: BodySource, step: Int = 1000) throws -> [UInt8] {
    var reader = BodyReader(body)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: step)
    while true {
      // Unsafe: the array is lent for the call.
      let count = try unsafe buffer.withUnsafeMutableBytes { try unsafe reader.read(into: $0) }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
  }

  @Test(arguments: seeds) func `Parts of any content arrive as they were`(seed: UInt64) async throws
  {
    var draw = Draw(seed)
    let stored = FakeBody(size: 50_000)
    var parts: [BodyPart] = []
    var wanted: [Received] = []
    let pieces = ["\r\n", "--", "patchbay-", "\r\n--", "", "\u{0}", "é", "B"]
    for number in 0..<(1 + draw.below(6)) {
      let isFile = draw.below(3) == 0
      let start = Int64(draw.below(50_000))
      let range = start..<(start + Int64(draw.below(Int(50_000 - start))))
      let bytes =
        isFile
        ? FakeBody.bytes(range)
        : (0..<draw.below(20)).flatMap { _ in Array(draw.pick(pieces).utf8) }
      let body = isFile ? try BodySource.stored(stored, range) : .bytes(bytes)
      parts.append(BodyPart(body, name: "n\(number)", contentType: isFile ? "image/png" : nil))
      let disposition = "Content-Disposition: form-data; name=\"n\(number)\""
      wanted.append(
        Received(
          headers: isFile ? [disposition, "Content-Type: image/png"] : [disposition], body: bytes))
    }
    let post = try Outpost { _ in .answer() }
    var request = post.request("POST")
    request.body = try .multipart(parts, contentType: "multipart/form-data")
    request.contentType = "text/plain"
    let line = try post.line()
    try await line.text(request)
    let seen = try #require(post.server.requests.first)
    let type = try #require(seen.headers["content-type"])
    #expect(type.hasPrefix("multipart/form-data; boundary=patchbay-"))
    #expect(try Self.parts(seen.bytes, type) == wanted, "\(seed)")
    #expect(
      line.traffic.bytesOut == request.body.size && Int64(seen.bytes.count) == request.body.size)
  }

  @Test func `A boundary that stands in a part is not taken`() throws {
    var drawn = 0
    let inner = try BodySource.multipart(
      [BodyPart(.bytes(Array("x--B0x".utf8)))], contentType: "multipart/mixed"
    ) { "B1" }
    let body = try BodySource.multipart([BodyPart(inner)], contentType: "multipart/mixed") {
      defer { drawn += 1 }
      return "B\(drawn)"
    }
    #expect(body.contentType == "multipart/mixed; boundary=B2" && drawn == 3)
    let isSaid =
      try Self.whole(body).firstRange(
        of: Array("--B2\r\nContent-Type: multipart/mixed; boundary=B1\r\n\r\n--B1\r\n".utf8)) != nil
    #expect(isSaid)
    let failure = #expect(throws: Failure.self) {
      try BodySource.multipart([BodyPart(inner)], contentType: "multipart/mixed") { "B0" }
    }
    #expect(failure?.code == "egress.multipart")
  }

  @Test func `Boundaries are not alike`() throws {
    let types = try Set(
      (0..<20).map { _ in
        try BodySource.multipart([BodyPart([])], contentType: "multipart/mixed").contentType
      })
    #expect(types.count == 20)
  }

  static let refused: [(String, [BodyPart])] = [
    ("text/plain", [BodyPart([], name: "a")]),
    ("multipart/mixed; boundary=x", [BodyPart([])]),
    ("multipart/mixed; Boundary=x", [BodyPart([])]),
    ("multipart/mixed\r\nX: y", [BodyPart([])]), ("multipart/form-data", []),
    ("multipart/form-data", [BodyPart([])]), ("multipart/related", [BodyPart([], name: "a")]),
    ("multipart/form-data", [BodyPart([], name: "a\r\nX: y")]),
    ("multipart/form-data", [BodyPart([], name: "a", fileName: "a\nb")]),
    ("multipart/form-data", [BodyPart([], name: "a\u{0}")]),
    ("multipart/form-data", [BodyPart([], name: "a", contentType: "a/b\r\nX: y")]),
  ]

  @Test(arguments: refused.indices)
  func `What would break out of its place is refused`(index: Int) {
    let (type, parts) = Self.refused[index]
    let failure = #expect(throws: Failure.self) {
      try BodySource.multipart(parts, contentType: type)
    }
    #expect(failure?.code == "egress.multipart" && failure?.kind == .bug)
  }
}

extension String {
  fileprivate func components(_ separator: String) -> [String] {
    var parts: [String] = []
    var rest = Array(utf8)[...]
    let mark = Array(separator.utf8)
    while let found = rest.firstRange(of: mark) {
      parts.append(String(decoding: rest[..<found.lowerBound], as: UTF8.self))
      rest = rest[found.upperBound...]
    }
    return parts + [String(decoding: rest, as: UTF8.self)]
  }
}
