import PatchbayCore
import PatchbaySDK
import PatchbaySDKTesting
import Synchronization
import Testing

/// That the test host notices what the hub, or another plugin author, would.
@Suite struct TestHostTests {
  typealias Step = @Sendable (Message, Moment, inout Output) -> Void

  private func failure(_ step: @escaping Step) throws -> String {
    let host = try TestHost { Scripted(step) }
    let found = PatchbaySDKTests.failure { _ = try host.run("read") { _ in .page([1]) } }
    #expect(found?.code == "plugin.contract")
    return found?.message ?? "nothing is wrong"
  }

  private static func request(_ correlation: UInt64) -> Message {
    Request.get("/items", extract: Extract(records: "/data", key: "/id")).message(correlation)
  }

  @Test func aHeadThatDoesNotFitIsNamed() throws {
    let text = try failure { _, _, output in
      output.send(Message(.note, head: ["level": "loud", "text": "x", "colour": "red"]))
    }
    #expect(text.contains("/level") && text.contains("“colour”"))
  }

  @Test func aMessageOfTheHostsIsNone() throws {
    let text = try failure { _, _, output in output.send(Message(.waited)) }
    #expect(text.contains("none of a plugin's"))
  }

  @Test func aHeaderThatTheHubWouldNotSendIsNamed() throws {
    let text = try failure { _, _, output in
      var request = Request.get("/items")
      request.headers = [("X-One", "1"), ("Transfer_Encoding", "chunked")]
      output.send(request.message(1))
    }
    #expect(text.contains("“Transfer_Encoding”") && text.contains("to the transport"))
  }

  @Test func aCorrelationThatNoCheckpointCanNameIsRefused() throws {
    let text = try failure { _, _, output in output.send(Self.request(UInt64(Int64.max) + 1)) }
    #expect(text.contains("9223372036854775808") && text.contains("2^63 - 1"))
  }

  @Test func whatIsCoveredMustBeAnsweredAndOnce() throws {
    let unknown = try failure { _, _, output in
      output.send(Message(.checkpoint, head: ["state": 1, "covers": [9]]))
      output.done()
    }
    #expect(unknown.contains("covers 9, which nobody asked for"))
    let twice = try failure { message, _, output in
      if message.kind == .open { return output.send(Self.request(1)) }
      output.send(Message(.checkpoint, head: ["state": 1, "covers": [1, 1]]))
      output.done()
    }
    #expect(twice.contains("covers 1, which is open, failed, cancelled or covered"))
  }

  @Test func recordsThatNoCheckpointCoversAreNoticed() throws {
    let text = try failure { message, _, output in
      if message.kind == .open { output.send(Self.request(1)) } else { output.done() }
    }
    #expect(text.contains("no checkpoint covers 1"))
  }

  @Test func anEndWithARequestUnderWayIsNoticed() throws {
    let text = try failure { _, _, output in
      output.send(Self.request(1))
      output.done()
    }
    #expect(text.contains("1 is still open at the end"))
  }

  @Test func aCorrelationIsUsedOnce() throws {
    let text = try failure { _, _, output in
      output.send(Self.request(1))
      output.send(Self.request(1))
    }
    #expect(text.contains("1 is used a second time"))
  }

  @Test func aPluginThatWaitsForNothingIsNoticed() throws {
    #expect(try failure { _, _, _ in }.contains("waits for nothing"))
  }

  @Test func aPluginThatLooksAtMoreThanItIsGivenIsNoticed() throws {
    let runs = Mutex(0)
    let text = try failure { _, _, output in
      output.note("run \(runs.withLock { $0 += 1; return $0 })")
      output.done()
    }
    #expect(text.contains("the same messages and moments give other answers"))
  }

  @Test func onlyWhatTheManifestRequiresIsOffered() throws {
    func manifest(_ requires: String) -> [UInt8] {
      Array(
        #"""
        {"manifest":1,"id":"items","version":"1.0.0","kind":"connector","name":"Items",
         "publisher":"tests","abi":"1.0","operations":["read"],"requires":[\#(requires)],
         "settings":{"size":{"type":"number","default":5}}}
        """#.utf8)
    }
    let connector = Declared(.items(.none))
    let good = try TestHost(connector, manifest: manifest(#""extract.json""#))
    let run = try good.read("items", answers: [.page([1])])
    #expect(run.keys == ["1"])
    let bad = try TestHost(connector, manifest: manifest(""))
    let found = PatchbaySDKTests.failure { _ = try bad.read("items", answers: [.page([1])]) }
    #expect(found?.message.contains("the host does not offer extract.json") == true)
    let settings = Mutex(JSON.null)
    let asks = try TestHost(manifest: manifest("")) {
      Scripted { message, _, output in
        settings.withLock { $0 = message.head["config"] ?? .null }
        output.done()
      }
    }
    _ = try asks.run("read", config: ["other": 1]) { _ in nil }
    #expect(settings.withLock { $0 } == ["other": 1, "size": 5])
  }

  @Test func answersThatAreMissingOrLeftOverFailTheTest() throws {
    let host = try TestHost(Declared(.items(.none)))
    let missing = PatchbaySDKTests.failure { _ = try host.read("items", answers: []) }
    #expect(missing?.message.contains("no answer to GET {base_url}/items") == true)
    let left = PatchbaySDKTests.failure {
      _ = try host.read("items", answers: [.page([1]), .page([2])])
    }
    #expect(left?.message.contains("1 answers were never asked for") == true)
  }

  @Test func timeGoesOnlyAsFarAsThePluginWaits() throws {
    var host = try TestHost {
      Scripted { message, moment, output in
        output.note(RFC3339.text(moment.nowMS))
        if message.kind == .waited { return output.done() }
        output.send(Message(.wait, correlation: 1, head: ["delay_ms": 90_000]))
      }
    }
    host.nowMS = 0
    let run = try host.run("read") { _ in nil }
    #expect(run.notes == ["1970-01-01T00:00:00.000Z", "1970-01-01T00:01:30.000Z"])
  }

  @Test func theHelpersOfTheHostWork() throws {
    let host = try TestHost {
      Scripted { _, _, output in
        output.note(JSON(reading: Array(#"{"a":[1,"ü"]}"#.utf8))?.at("/a/1")?.string ?? "none")
        output.note(String(RFC3339.milliseconds("1970-01-01T00:00:01Z") ?? -1))
        output.note(Base64URL.encode(Base64URL.decode("-_8") ?? []))
        output.done()
      }
    }
    #expect(try host.run("read") { _ in nil }.notes == ["ü", "1000", "-_8"])
  }

  @Test func aQuestionThatNobodyAnswersFailsTheTest() throws {
    var host = try TestHost {
      Scripted { message, _, output in
        if message.kind == .result { return output.done() }
        output.send(
          Message(
            .claim, correlation: 1, head: ["scope": "s", "id": "i", "expires_ms": 1]))
      }
    }
    let found = PatchbaySDKTests.failure { _ = try host.run("read") { _ in nil } }
    #expect(found?.code == "test.effect")
    host.effect = { Message(.result, correlation: $0.correlation, head: ["fresh": true]) }
    #expect(try host.run("read") { _ in nil }.problem == nil)
  }

  @Test func recordsThatThePluginMadeItselfAreCutAndStored() throws {
    let host = try TestHost {
      Scripted { _, _, output in
        output.send(
          Message(
            .records, correlation: 1,
            head: ["extract": ["format": "ndjson", "records": "", "key": "/k", "deleted": "/d"]],
            body: Array("{\"k\":\"a\"}\n{\"k\":\"b\"}\n{\"k\":\"a\",\"d\":true}\n{}\n".utf8)))
        output.send(Message(.checkpoint, head: ["state": 1, "covers": [1]]))
        output.done()
      }
    }
    let run = try host.run("read") { _ in nil }
    #expect(run.records.count == 4 && run.records[3].fault == .missing)
    #expect(run.stored == ["b": #"{"k":"b"}"#])
  }

  @Test func totalsThatDoNotAddUpLeaveTheEndUnproven() throws {
    var stream = Extract(records: "/data", key: "/id")
    stream.total = "/total"
    let host = try TestHost(
      Declared(RESTStream(path: "/items", extract: stream, pagination: .none)))
    #expect(try host.read("items", answers: [.page([1], [("total", 1)])]).unproven == nil)
    let run = try host.read("items", answers: [.page([1], [("total", 2)])])
    #expect(run.unproven == "the vendor states 2 records and gave 1")
  }
}
