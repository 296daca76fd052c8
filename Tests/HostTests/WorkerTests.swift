import Built
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

  private func animal(_ name: String, _ limits: PluginSession.Limits = .init()) throws -> [Message]
  {
    let session = try PluginSession(Built.load("zoo/\(name).so", in: .worker), limits: limits)
    return try session.step(Message.open("read"), Conversation.moment(0))
  }

  private func notes(_ messages: [Message]) -> [String] {
    messages.filter { $0.kind == .note }.map { $0.head["text"]?.string ?? "" }
  }

  @Test func nothingButComputingIsAllowed() throws {
    let notes = try notes(animal("probes"))
    #expect(notes.count == 24)
    #expect(notes.filter { !$0.contains(" denied ") } == [])
  }

  @Test func norIsItBeforeThePluginIsCalled() throws {
    #expect(try notes(animal("acts_at_load")) == ["6 of 6 denied"])
    #expect(try notes(animal("signals_the_hub")) == ["6 of 6 denied"])
  }

  @Test func neitherProcessesNorThreadsAreBegun() throws {
    #expect(try notes(animal("fork_bomb")) == ["0 threads, no child"])
    #expect(try notes(animal("restless")) == ["thread: Operation not permitted"])
  }

  @Test(
    arguments: [
      ("crashes", "Segmentation"), ("aborts", "it all went wrong"), ("exits", "status 0"),
      ("recurses", "Segmentation"), ("eats_memory", "Abort"), ("hangs_up", ""),
    ])
  func aCrashIsAnErrorOfThatPluginAlone(name: String, words: String) throws {
    let other = try PluginSession(Built.load("echomodel.so", in: .worker))
    let failure = try #require(throws: Failure.self) { try animal(name) }
    #expect(failure.code == "plugin.crashed", "\(failure)")
    #expect(words.isEmpty || failure.message.contains(words), "\(failure)")
    let again = try #require(throws: Failure.self) { try animal(name) }
    #expect(again.message == failure.message, "it is begun again")
    #expect(try !other.step(Sample.chat("a b"), Conversation.moment(0)).isEmpty)
  }

  @Test func aStepThatNeverEndsIsEnded() throws {
    var limits = PluginSession.Limits()
    limits.stepMS = 200
    let session = try PluginSession(Built.load("zoo/hangs.so", in: .worker), limits: limits)
    let failure = try #require(throws: Failure.self) {
      try session.step(Message.open("read"), Conversation.moment(0))
    }
    #expect(failure.code == "plugin.hung")
    #expect(throws: Failure.self) {
      try session.step(Message.open("read"), Conversation.moment(1))
    }
  }

  @Test func aReportThatMakesNoSenseEndsTheWorker() throws {
    let failure = try #require(throws: Failure.self) { try animal("babbles") }
    #expect(failure.message.contains("killed by the hub because"), "\(failure)")
  }

  @Test func aWorkerThatReportsWithoutBeingAskedIsEnded() throws {
    let failure = try #require(throws: Failure.self) { try animal("floods_its_line") }
    #expect(failure.code == "plugin.contract", "\(failure)")
    #expect(failure.message.contains("killed by the hub because it sent a report"), "\(failure)")
  }

  @Test func theHubSaysThatItWasTheHubThatEndedAWorker() throws {
    let failure = try #require(throws: Failure.self) { try animal("hangs_up_and_stays") }
    #expect(failure.message.contains("killed by the hub because it closed"), "\(failure)")
  }

  @Test func whatAPluginSaysOfAFailureHasABound() throws {
    let failure = try #require(throws: Failure.self) { try animal("long_winded") }
    #expect(failure.code == "plugin.contract" && failure.description.utf8.count < 2_000)
  }

  @Test func aPluginThatCrashesAsItIsLoadedIsRefused() throws {
    let failure = try #require(throws: Failure.self) { try animal("crashes_at_load") }
    #expect(failure.message.contains("Segmentation"), "\(failure)")
  }

  @Test func aPluginThatCrashesEachTimeItIsLoadedIsLeftAlone() throws {
    Built.nameWorker()
    let plugin = try LoadedPlugin.alone(PluginFile(reading: Built.path("zoo/crashes_at_load.so")))
    let codes = (0..<7).map { _ in
      #expect(throws: Failure.self) { try plugin.probe() }?.code ?? "none"
    }
    #expect(
      codes == Array(repeating: "plugin.crashed", count: 5) + ["plugin.crashes", "plugin.crashes"])
  }

  @Test(arguments: [Isolation.process, .worker])
  func aSinkThatIsKeptAndUsedLateIsFoundOut(isolation: Isolation) throws {
    let plugin = try Built.load("zoo/late_emit.so", in: isolation)
    let first = try PluginSession(plugin)
    #expect(try first.step(Message.open("read"), Conversation.moment(0)).map(\.kind) == [.wait])
    let second = try PluginSession(plugin)
    #expect(try second.step(Message.open("read"), Conversation.moment(0)).map(\.kind) == [.wait])
    let failure = try #require(throws: Failure.self) {
      try first.step(Message(.waited, correlation: 1), Conversation.moment(1))
    }
    #expect(failure.code == "plugin.contract" && failure.message.contains("between its steps"))
    let end = try second.step(Message(.waited, correlation: 1), Conversation.moment(1))
    #expect(end.map(\.kind) == [.done])
  }
}
