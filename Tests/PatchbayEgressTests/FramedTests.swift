import Loopback
import PatchbayCore
import PatchbayJSON
import Synchronization
import Testing

@testable import PatchbayEgress

@Suite struct FramedTests {
  /// What was delivered.
  final class Log: Sendable {
    private let batches = Mutex<[FrameBatch]>([])
    func note(_ batch: FrameBatch) { batches.withLock { $0.append(batch) } }
    var all: [FrameBatch] { batches.withLock { $0 } }
    var texts: [String] { all.flatMap { FrameSplitterTests.seen($0) }.map(\.data) }
    /// It ended well: the first batch has the head, the last one says that it is the last.
    var isWhole: Bool {
      all.map { $0.head != nil }.filter(\.self) == [true] && all.first?.head != nil
        && all.map(\.isLast).filter(\.self) == [true] && all.last?.isLast == true
    }
  }

  private func failure(
    _ line: Line, _ request: OutgoingRequest, _ log: Log = Log(), _ format: FrameFormat = .sse
  ) async -> Failure? {
    do throws(Failure) {
      _ = try await line.send(request, framed: format) { batch throws(Failure) in log.note(batch) }
      return nil
    } catch {
      return error
    }
  }

  private static func stream(_ pieces: String..., headers: [String] = []) -> [LoopbackServer.Act] {
    [.send([LoopbackServer.Act].head(200, headers + ["Connection: close"]))]
      + pieces.map { .send(Array($0.utf8)) } + [.close]
  }

  /// It promises more than comes.
  private static func broken(_ pieces: String..., end: LoopbackServer.Act = .close)
    -> [LoopbackServer.Act]
  {
    [.send([LoopbackServer.Act].head(200, ["Content-Length: 100000"]))]
      + pieces.map { .send(Array($0.utf8)) } + [end]
  }

  @Test func `Events are delivered, with status and headers first and an end`() async throws {
    let post = try Outpost { _ in
      Self.stream("event: a\ndata: 1\n", "\ndata: 2\n\n", "data: never", headers: ["X-A: b"])
    }
    let (line, log) = (try post.line(), Log())
    var request = post.request("POST")
    request.body = .bytes(Array("{}".utf8))
    let answer = try await line.send(request, framed: .sse) { batch throws(Failure) in
      log.note(batch)
    }
    guard case .delivered(let frames) = answer else { return #expect(Bool(false)) }
    #expect(frames == 2 && log.texts == ["1", "2"] && log.isWhole)
    #expect(log.all.first?.head?.status == 200 && log.all.first?.head?.headers["x-a"] == "b")
    #expect(log.all.flatMap(\.frames).map(\.event) == ["a", nil])
    #expect(line.traffic.bytesIn == 38 && line.traffic.bytesOut == 2)
    #expect(line.traffic.requests == 1 && post.server.requests.map(\.body) == ["{}"])
  }

  @Test(arguments: FrameFormat.allCases)
  func `An answer without a body is an end without frames`(format: FrameFormat) async throws {
    let post = try Outpost { _ in [.send([LoopbackServer.Act].head(200, ["Content-Length: 0"]))] }
    let log = Log()
    #expect(await failure(try post.line(), post.request(), log, format) == nil)
    #expect(log.isWhole && log.all.count == 1 && log.texts == [])
  }

  @Test func `A frame is delivered before the next one is sent`() async throws {
    let latch = Latch()
    let post = try Outpost { _ in
      let acts = Self.stream("1\n", "2")
      return acts[..<2] + [.wait(latch)] + acts[2...]
    }
    let log = Log()
    let answer = try await post.line().send(post.request(), framed: .ndjson) {
      batch throws(Failure) in
      log.note(batch)
      latch.open()
    }
    guard case .delivered(2) = answer else { return #expect(Bool(false)) }
    #expect(log.texts == ["1", "2"] && log.isWhole && log.all.count >= 2)
  }

  @Test(arguments: [LoopbackServer.Act.close, .reset].indices)
  func `What broke off after a frame fails, is told, and is not asked for again`(index: Int)
    async throws
  {
    // The reset may overtake what was sent before it, unless that was taken.
    let latch = Latch()
    let end = [LoopbackServer.Act.close, .reset][index]
    let post = try Outpost { _ in
      Self.broken("data: 1\n\ndata: 2\n\ndata: half", end: .wait(latch)) + [end]
    }
    let (line, log) = (try post.line(), Log())
    do throws(Failure) {
      _ = try await line.send(post.request(), framed: .sse) { batch throws(Failure) in
        log.note(batch)
        latch.open()
      }
      Issue.record("it did not break off")
    } catch {
      #expect(error.code == "egress.stream" && error.kind == .transient && !error.isRetryable)
      #expect(error.message.hasSuffix("; the answer broke off after 2 frames"), "\(error)")
      #expect(error.params["frames"] == 2)
    }
    #expect(log.texts == ["1", "2"] && log.all.allSatisfy { !$0.isLast })
    #expect(post.server.requests.count == 1 && line.traffic.retries == 0)
  }

  @Test(arguments: ["", ": hello\n\n", "data: half\n", "event: a\n\nid: 1\n\n"])
  func `What broke off before a frame is asked for again`(text: String) async throws {
    let post = try Outpost {
      $0.number == 0 ? Self.broken(text) : Self.stream("data: whole\n\n")
    }
    let log = Log()
    #expect(await failure(try post.line(), post.request(), log) == nil)
    #expect(log.texts == ["whole"] && log.isWhole && post.server.requests.count == 2)
    // What may not be repeated is not.
    let other = try Outpost { _ in Self.broken(text) }
    let why = await failure(try other.line(), other.request("POST"))
    #expect(why?.code == "egress.transfer" && other.server.requests.count == 1)
  }

  @Test(arguments: [429, 500, 503])
  func `A refusal that passes is asked again, and is no frame`(status: Int) async throws {
    let post = try Outpost {
      $0.number == 0
        ? .answer(status, "data: no\n\n", ["Retry-After: 0"]) : Self.stream("data: yes\n\n")
    }
    let (line, log) = (try post.line(), Log())
    #expect(await failure(line, post.request(), log) == nil)
    #expect(log.texts == ["yes"] && log.isWhole && line.traffic.retries == 1)
  }

  @Test func `A refusal is told in the vendor's words, of which little is read`() async throws {
    let words = Array("data: overloaded, ".utf8)
    let post = try Outpost { _ in
      [.send([LoopbackServer.Act].head(400, ["Content-Length: 1800000000"]))]
        + [.stream(words, times: 100_000), .hang]
    }
    let (line, log) = (try post.line(), Log())
    let why = await failure(line, post.request(), log)
    #expect(why?.code == "http.400" && why?.message.contains("data: overloaded") == true)
    #expect(log.all.isEmpty && post.server.requests.count == 1)
    #expect(line.traffic.bytesIn <= Int64(BodyLimits.refusalBytes + 2 * BodyLimits.readBytes))
  }

  @Test func `An answer that the request names is whole, and no frame`() async throws {
    let body = String(repeating: "data: why\n\n", count: 20_000)
    let post = try Outpost { _ in .answer(404, body) }
    var request = post.request()
    request.statuses = [404]
    let log = Log()
    let answer = try await post.line().send(request, framed: .sse) { batch throws(Failure) in
      log.note(batch)
    }
    guard case .whole(let response) = answer else { return #expect(Bool(false)) }
    #expect(response.status == 404 && response.body.bytes == Array(body.utf8) && log.all.isEmpty)
  }

  @Test func `A redirect is not followed`() async throws {
    let post = try Outpost { request in
      request.target == "/x"
        ? .answer(302, "", ["Location: /other"]) : Self.stream("data: 1\n\n")
    }
    let log = Log()
    let why = await failure(try post.line(), post.request(), log)
    #expect(why?.code == "http.302" && why?.message.contains("/other") == true)
    #expect(log.all.isEmpty && post.server.requests.count == 1)
  }

  @Test func `Who may not be reached gets nothing`() async throws {
    let post = try Outpost { _ in Self.stream("data: 1\n\n") }
    var request = post.request()
    request.url = "https://elsewhere.example/"
    #expect(await failure(try post.line(), request)?.code == "egress.host")
    request = post.request()
    request.headers = [("Authorization", "x")]
    #expect(await failure(try post.line(), request)?.code == "egress.header")
    #expect(post.server.connections == 0)
  }

  @Test func `A frame that is too large ends it, after those before it`() async throws {
    let post = try Outpost { _ in
      [
        .send([LoopbackServer.Act].head(200, ["Connection: close"]) + Array("1\n2\n".utf8)),
        .stream([UInt8](repeating: 0x33, count: 1 << 16), times: 17), .hang,
      ]
    }
    let log = Log()
    let why = await failure(try post.line(), post.request(), log, .ndjson)
    #expect(why?.code == "egress.frame" && why?.kind == .data && why?.params["frames"] == 2)
    #expect(log.texts == ["1", "2"] && post.server.requests.count == 1)
    await post.server.hungUp.wait()
  }

  @Test func `What the taker throws ends the request, and hangs up`() async throws {
    let post = try Outpost { _ in Self.broken("data: 1\n\n", end: .hang) }
    let line = try post.line()
    do throws(Failure) {
      _ = try await line.send(post.request(), framed: .sse) { _ throws(Failure) in
        throw Failure(.budget, "test.enough", "enough", isRetryable: true)
      }
      Issue.record("it went on")
    } catch {
      #expect(error.code == "test.enough")
    }
    await post.server.hungUp.wait()
    #expect(post.server.requests.count == 1 && line.traffic.bytesIn == 9)
  }

  @Test func `Cancelling ends a stream that is silent`() async throws {
    let post = try Outpost { _ in Self.broken("data: 1\n\n", end: .hang) }
    let (line, log, latch) = (try post.line(), Log(), Latch())
    let task = Task { () -> Failure? in
      do throws(Failure) {
        _ = try await line.send(post.request(), framed: .sse) { batch throws(Failure) in
          log.note(batch)
          latch.open()
        }
        return nil
      } catch {
        return error
      }
    }
    await latch.wait()
    task.cancel()
    #expect(await task.value?.code == "egress.cancelled")
    await post.server.hungUp.wait()
    #expect(log.texts == ["1"])
  }

  @Test func `Cancelling ends a stream that is held back, whatever the taker does`() async throws {
    let post = try Outpost { _ in
      [.send([LoopbackServer.Act].head(200, ["Content-Length: 1000000000"]))]
        + [.stream(FakeBody.bytes(0..<65_536), times: 15_000)]
    }
    let (line, first, end) = (try post.line(), Latch(), Latch())
    let task = Task { () -> Failure? in
      do throws(Failure) {
        _ = try await line.send(post.request(), framed: .bytes) { _ throws(Failure) in
          first.open()
          await end.wait()
        }
        return nil
      } catch {
        return error
      }
    }
    await first.wait()
    task.cancel()
    await post.server.hungUp.wait()
    end.open()
    #expect(await task.value?.code == "egress.cancelled")
    #expect(post.server.requests.count == 1)
  }

  @Test func `A packed stream is unpacked as it comes, and counted as it came`() async throws {
    let packed = BodyTests.packed(Array("data: a\n\ndata: b\n\n".utf8))
    let post = try Outpost { _ in .answer(200, packed, ["Content-Encoding: gzip"]) }
    let (line, log) = (try post.line(), Log())
    #expect(await failure(line, post.request(), log) == nil)
    #expect(log.texts == ["a", "b"] && log.isWhole)
    #expect(line.traffic.bytesIn == Int64(packed.count))
  }

  @Test func `A silent stream is given up after the line's time`() async throws {
    let post = try Outpost { _ in Self.broken("data: 1\n\n", end: .hang) }
    var terms = post.terms()
    terms.timeoutMS = 100
    let log = Log()
    let why = await failure(try post.egress.line(terms), post.request(), log)
    #expect(why?.code == "egress.stream" && log.texts == ["1"])
    #expect(why?.message.contains("did not come in time") == true)
  }

  @Test func `The place at the gate and the budget are kept until the end`() async throws {
    let latch = Latch()
    let post = try Outpost { request in
      if request.number > 0 { return .answer() }
      let acts = Self.stream("data: 1\n\n", "data: 2\n\n")
      return acts[..<2] + [.wait(latch)] + acts[2...]
    }
    var terms = post.terms()
    terms.inFlightLimit = 1
    let line = try post.egress.line(terms)
    let steps = Mutex<[String]>([])
    var request = post.request()
    request.admit = { () throws(Failure) in
      steps.withLock { $0.append("admit") }
      return { steps.withLock { $0.append("leave") } }
    }
    let started = Latch()
    let second = Task {
      await started.wait()
      return await line.failure(post.request())
    }
    _ = try await line.send(request, framed: .sse) { batch throws(Failure) in
      started.open()
      steps.withLock { $0 += batch.frames.map { _ in "frame" } }
      #expect(post.server.requests.count == 1)
      latch.open()
    }
    #expect(steps.withLock { $0 } == ["admit", "frame", "frame", "leave"])
    #expect(await second.value == nil && post.server.requests.count == 2)
  }

  @Test func `A stored body goes out and frames come back`() async throws {
    let post = try Outpost { Self.stream("\($0.bytes.count)\n") }
    var request = post.request("POST")
    request.body = try .stored(FakeBody(size: 1_000_000), 1..<900_001)
    let (line, log) = (try post.line(), Log())
    #expect(await failure(line, request, log, .ndjson) == nil)
    #expect(log.texts == ["900000"] && line.traffic.bytesOut == 900_000)
  }
}
