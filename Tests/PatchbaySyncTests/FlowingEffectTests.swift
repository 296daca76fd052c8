import Built
import Loopback
import PatchbayCore
import PatchbayEgress
import PatchbayHost
import PatchbayJSON
import PatchbayMessages
import PatchbayStore
import PatchbaySync
import Testing

/// Requests of a plugin whose bodies are more than bytes of a message.
@Suite("Bodies of plugins' requests") struct FlowingEffectTests {
  private let folder: TestFolder
  private let hub: Hub

  init() throws {
    folder = try TestFolder()
    hub = try Hub(folder: folder.file("data"), pluginFolders: [], environment: [:])
  }

  private func effect(_ server: LoopbackServer) throws -> HTTPEffect {
    var terms = LineTerms(
      connection: "c", hosts: [], baseURL: server.url, settings: JSONObject())
    terms.attempts = 2
    return HTTPEffect(try hub.egress.line(terms), hub.blobs)
  }

  private func ask(
    _ effect: HTTPEffect, _ head: JSON, body: [UInt8] = [], pieces: Pieces = Pieces()
  ) async throws -> Message {
    #expect(Heads.shape(of: .httpRequest).problems(in: head).isEmpty)
    let answer = try await effect.answer(
      Message(.httpRequest, correlation: 5, head: head, body: body)
    ) { piece in
      #expect(piece.correlation == 5 && piece.head["last"] == false)
      #expect(Heads.shape(of: piece.kind).problems(in: piece.head).isEmpty)
      pieces.all.append(piece)
    }
    #expect(answer.correlation == 5)
    #expect(Heads.shape(of: answer.kind).problems(in: answer.head).isEmpty, "\(answer.head)")
    return answer
  }

  private final class Pieces {
    var all: [Message] = []
  }

  @Test func `events come as they are sent, and the last batch says so`() async throws {
    let gate = Latch()
    let server = try LoopbackServer { _ in
      [
        .send([LoopbackServer.Act].head(200, ["Transfer-Encoding: chunked"])),
        .send(Array("c\r\ndata: one\n\n\n\r\n".utf8)), .wait(gate),
        .send(Array("16\r\nevent: end\ndata: two\n\n\r\n0\r\n\r\n".utf8)),
      ]
    }
    defer { server.stop() }
    let pieces = Pieces()
    let answer = try await effect(server).answer(
      Message(
        .httpRequest, correlation: 5,
        head: ["method": "GET", "url": "{base_url}/events", "frame": "sse"])
    ) { piece in
      // The vendor goes on only when this one is here.
      pieces.all.append(piece)
      gate.open()
    }
    let first = try #require(pieces.all.first)
    #expect(first.head["status"] == 200 && first.body == Array("one".utf8))
    #expect(first.head["events"] == [["size": 3]])
    let all = pieces.all.dropFirst() + [answer]
    #expect(all.flatMap(\.body) == Array("two".utf8))
    #expect(all.flatMap { $0.head["events"]?.array ?? [] } == [["event": "end", "size": 3]])
    #expect(answer.kind == .httpEvents && answer.head["last"] == true)
  }

  /// An upload as large vendors have it: a URL that is itself a secret, then ranges of a file.
  @Test func `a captured URL is used, and seen by nobody`() async throws {
    let secret = "upload-id-3f9c2a7755"
    let server = try LoopbackServer(keepsBodies: true) { request in
      if request.method == "POST" {
        return .answer(
          200, #"{"url":"/u?id=\#(secret)","kind":"file"}"#, ["Location: /u?id=\(secret)"])
      }
      if request.target.contains("gone") { return .answer(404, #"{"error":"\#(secret)"}"#) }
      return .answer(200, "{}")
    }
    defer { server.stop() }
    let effect = try effect(server)
    let writer = try await hub.blobs.write(limitBytes: 1 << 20)
    try writer.write(Array("0123456789".utf8))
    let blob = try await writer.finish()

    let begun = try await ask(
      effect,
      [
        "method": "POST", "url": "{base_url}/begin",
        "capture": [
          ["at": ["header": "Location"], "as": "upload"], ["at": "/url", "as": "other"],
          ["at": "/kind", "as": "kind", "secret": false], ["at": "/nothing", "as": "none"],
        ],
      ])
    #expect(begun.head["captured"] == ["upload", "other", "kind"])
    #expect(begun.head["headers"]?["location"] == nil)
    #expect(try JSON(reading: begun.body) == ["url": .null, "kind": "file"])
    #expect(!begun.head.text.contains(secret))

    let sent = try await ask(
      effect,
      [
        "method": "PUT", "url": ["handle": "upload"], "relative_to": "{base_url}/begin",
        "body_from": ["blob": .string(blob.id), "from": 2, "to": 6],
      ])
    #expect(sent.head["status"] == 200)
    let put = try #require(server.requests.last)
    #expect(put.target == "/u?id=\(secret)" && put.body == "2345")

    let unknown = try await ask(effect, ["method": "PUT", "url": ["handle": "nobody"]])
    #expect(unknown.kind == .failed && unknown.head["code"] == "capture.unknown")
    let failed = try await ask(
      effect, ["method": "GET", "url": "{base_url}/gone"])
    #expect(failed.kind == .failed && !failed.head.text.contains(secret), "\(failed.head)")
    for range: JSON in [["from": 5, "to": 4], ["from": 0, "to": 11]] {
      var from = range.object ?? JSONObject()
      from["blob"] = .string(blob.id)
      let refused = try await ask(
        effect, ["method": "PUT", "url": "{base_url}/x", "body_from": .object(from)])
      #expect(refused.kind == .failed)
    }
  }

  @Test func `parts are slices of the message and stored files`() async throws {
    let server = try LoopbackServer(keepsBodies: true) { _ in .answer(200, "{}") }
    defer { server.stop() }
    let effect = try effect(server)
    let writer = try await hub.blobs.write(limitBytes: 1 << 20)
    try writer.write(Array("the file".utf8))
    let blob = try await writer.finish()
    let sent = try await ask(
      effect,
      [
        "method": "POST", "url": "{base_url}/files", "content_type": "multipart/related",
        "parts": [
          ["content_type": "application/json", "size": 2],
          ["content_type": "text/plain", "body_from": ["blob": .string(blob.id)]],
        ],
      ], body: Array("{}".utf8))
    #expect(sent.head["status"] == 200)
    let request = try #require(server.requests.first)
    #expect(request.headers["content-type"]?.hasPrefix("multipart/related; boundary=") == true)
    #expect(request.body.contains("application/json\r\n\r\n{}\r\n--"))
    #expect(request.body.contains("text/plain\r\n\r\nthe file\r\n--"))
    let refused = try await ask(
      effect, ["method": "POST", "url": "{base_url}/files", "parts": [["size": 3]]],
      body: Array("{}".utf8))
    #expect(refused.head["code"] == "http.parts")
  }

  @Test func `an answer goes to a stored file, and a refusal does not`() async throws {
    let server = try LoopbackServer { request in
      request.target == "/file" ? .answer(200, "what is in it") : .answer(404, #"{"why":"gone"}"#)
    }
    defer { server.stop() }
    let effect = try effect(server)
    func fetch(_ path: String) async throws -> Message {
      try await ask(
        effect,
        [
          "method": "GET", "url": .string("{base_url}/\(path)"), "body_to": "blob",
          "statuses": [404],
        ])
    }
    let answer = try await fetch("file")
    let id = try #require(answer.head["blob"]?["id"]?.string)
    #expect(answer.head["blob"]?["size"] == 13 && answer.body.isEmpty)
    let reader = try await hub.blobs.read(id)
    #expect(try reader.read(99, at: 0) == Array("what is in it".utf8))
    let gone = try await fetch("nothing")
    #expect(gone.head["status"] == 404 && gone.head["blob"] == nil)
    #expect(gone.body == Array(#"{"why":"gone"}"#.utf8))
  }
}
