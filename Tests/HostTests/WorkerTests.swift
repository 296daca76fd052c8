import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbayMessages
import Testing

/// Plugins in processes of their own.
@Suite(.serialized) struct WorkerTests {
  @Test(arguments: Sample.all)
  func theSameBytesAsInProcess(sample: Sample) throws {
    var effects = (sample.effects, sample.effects)
    let here = try Conversation(with: Built.load(sample.file), sample.first, &effects.0)
    let apart = try Conversation(
      with: Built.load(sample.file, in: .worker), sample.first, &effects.1)
    #expect(apart.isEnded && apart.bytes == here.bytes)
  }

  @Test(arguments: Sample.all)
  func theSameUnderAnyLimits(sample: Sample) throws {
    var limits = PluginSession.Limits()
    limits.messages = 1
    var effects = (sample.effects, sample.effects)
    let here = try Conversation(with: Built.load(sample.file), sample.first, &effects.0)
    let apart = try Conversation(
      with: Built.load(sample.file, in: .worker), sample.first, &effects.1, limits: limits)
    #expect(apart.bytes == here.bytes)
  }

  private func hostile(_ way: String, _ limits: PluginSession.Limits = .init()) throws -> [Message]
  {
    let session = try PluginSession(Built.load("hostile.so", in: .worker), limits: limits)
    let open = Message.open("read", config: ["way": .string(way)])
    return try session.step(open, Conversation.moment(0))
  }

  @Test func nothingButComputingIsAllowed() throws {
    let notes = try hostile("probes").filter { $0.kind == .note }.map {
      $0.head["text"]?.string ?? ""
    }
    #expect(notes.count == 20)
    #expect(notes.filter { !$0.contains(" denied ") } == [])
  }

  @Test(
    arguments: [
      ("crashes", "Segmentation"), ("aborts", "Abort"), ("leaves", "status 0"),
      ("falls", "Segmentation"), ("eats memory", "Abort"), ("closes the line", "line"),
    ])
  func aCrashIsAnErrorOfThatPluginAlone(way: String, words: String) throws {
    // Each of these is the plugin's first crash: in between it did well.
    _ = try hostile("is good")
    let other = try PluginSession(Built.load("echomodel.so", in: .worker))
    let failure = try #require(throws: Failure.self) { try hostile(way) }
    #expect(failure.code == "plugin.crashed", "\(failure)")
    #expect(failure.message.contains(words) || words == "line", "\(failure)")
    #expect(try hostile("is good").last?.kind == .done, "it is begun again")
    #expect(try !other.step(Sample.chat("a b"), Conversation.moment(0)).isEmpty)
  }

  @Test func aStepThatNeverEndsIsEnded() throws {
    var limits = PluginSession.Limits()
    limits.stepMS = 200
    let session = try PluginSession(Built.load("hostile.so", in: .worker), limits: limits)
    let open = Message.open("read", config: ["way": "hangs"])
    let failure = try #require(throws: Failure.self) {
      try session.step(open, Conversation.moment(0))
    }
    #expect(failure.code == "plugin.hung")
    #expect(throws: Failure.self) { try session.step(open, Conversation.moment(1)) }
    #expect(try hostile("is good").last?.kind == .done)
  }

  @Test func aReportThatMakesNoSenseEndsTheWorker() throws {
    #expect(throws: Failure.self) { try hostile("babbles") }
    #expect(try hostile("is good").last?.kind == .done)
  }
}
