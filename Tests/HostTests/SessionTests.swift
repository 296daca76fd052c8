import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbayMessages
import Testing

/// What holds for the sessions of any plugin, in any language.
@Suite struct SessionTests {
  @Test(arguments: Sample.all)
  func theSameMessagesAndMomentsGiveTheSameBytes(sample: Sample) throws {
    let plugin = try Built.load(sample.file)
    let runs = try (0..<3).map { _ in
      var effects = sample.effects
      return try Conversation(with: plugin, sample.first, &effects)
    }
    #expect(runs[0].isEnded && !runs[0].bytes.isEmpty)
    #expect(runs[1].bytes == runs[0].bytes && runs[2].bytes == runs[0].bytes)
  }

  /// How the host paces a session changes when things are said, not what.
  @Test(arguments: Sample.all)
  func theSameIsSaidUnderAnyLimits(sample: Sample) throws {
    let plugin = try Built.load(sample.file)
    var limits = PluginSession.Limits()
    limits.messages = 1
    var effects = (sample.effects, sample.effects)
    let free = try Conversation(with: plugin, sample.first, &effects.0)
    let paced = try Conversation(with: plugin, sample.first, &effects.1, limits: limits)
    #expect(free.bytes == paced.bytes)
  }

  @Test(arguments: Sample.all)
  func aSessionMayBeClosedAfterAnyStep(sample: Sample) throws {
    let plugin = try Built.load(sample.file)
    var whole = sample.effects
    let steps = try Conversation(with: plugin, sample.first, &whole).steps
    for last in 0...steps {
      for _ in 0..<20 {
        var effects = sample.effects
        let session = try PluginSession(plugin)
        var waiting = [sample.first]
        for step in 0..<last {
          let answers = try session.step(waiting.removeFirst(), Conversation.moment(step))
          waiting += answers.compactMap { effects.answer($0) }
        }
      }
    }
  }

  /// The session ends while the plugin still holds messages that the host had no room for.
  @Test(arguments: Sample.all)
  func aSessionMayBeClosedWithMessagesUnsaid(sample: Sample) throws {
    var limits = PluginSession.Limits()
    limits.messages = 1
    limits.steps = 1
    for _ in 0..<20 {
      let session = try PluginSession(Built.load(sample.file), limits: limits)
      _ = try? session.step(sample.first, Conversation.moment(0))
    }
  }

  @Test(arguments: Sample.all)
  func cancellingEndsASession(sample: Sample) throws {
    let session = try PluginSession(Built.load(sample.file))
    let answers = try session.step(
      Message(.cancel, head: ["grace_ms": 1000]), Conversation.moment(0))
    #expect(answers.map(\.kind) == [.error])
    #expect(answers.first?.head["class"] == "cancelled")
    #expect(session.isEnded)
  }

  /// Late messages, and those of kinds that a plugin has no use for.
  @Test(arguments: Sample.all)
  func messagesThatNobodyAskedForAreIgnored(sample: Sample) throws {
    let session = try PluginSession(Built.load(sample.file))
    for (step, kind) in MessageKind.allCases.enumerated()
    where !kind.isFromPlugin && kind != .open && kind != .cancel && kind != .failed {
      let answers = try session.step(
        Message(kind, correlation: 77, body: [1, 2, 3]), Conversation.moment(step))
      #expect(answers.isEmpty, "\(kind.name)")
    }
    #expect(!session.isEnded)
  }

  @Test(arguments: Sample.all)
  func afterTheEndNothingIsSaid(sample: Sample) throws {
    let session = try PluginSession(Built.load(sample.file))
    _ = try session.step(Message(.cancel, head: ["grace_ms": 0]), Conversation.moment(0))
    #expect(try session.step(sample.first, Conversation.moment(1)).isEmpty)
    #expect(session.isEnded)
  }

  @Test(arguments: Sample.all)
  func sessionsOfOnePluginRunOnSeveralThreadsAtOnce(sample: Sample) async throws {
    let plugin = try Built.load(sample.file)
    var effects = sample.effects
    let expected = try Conversation(with: plugin, sample.first, &effects).bytes
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<4 {
        group.addTask {
          try (0..<100).allSatisfy { _ in
            var effects = sample.effects
            return try Conversation(with: plugin, sample.first, &effects).bytes == expected
          }
        }
      }
      for try await isEqual in group { #expect(isEqual) }
    }
  }

  private final class Wanderer: @unchecked Sendable {
    // @unchecked: one task has the session after the other.
    let session: PluginSession
    init(_ session: PluginSession) { self.session = session }
  }

  /// A session belongs to no thread; it wants only one at a time.
  @Test(arguments: Sample.all)
  func aSessionMayGoFromThreadToThread(sample: Sample) async throws {
    let wanderer = try Wanderer(PluginSession(Built.load(sample.file)))
    var effects = sample.effects
    var waiting = [sample.first]
    var step = 0
    while !waiting.isEmpty, !wanderer.session.isEnded {
      let (message, moment) = (waiting.removeFirst(), Conversation.moment(step))
      let answers = try await Task.detached { try wanderer.session.step(message, moment) }.value
      waiting += answers.compactMap { effects.answer($0) }
      step += 1
    }
    #expect(wanderer.session.isEnded)
  }

  @Test func allPluginsRunSideBySideInOneProcess() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for sample in Sample.all {
        let plugin = try Built.load(sample.file)
        group.addTask {
          for _ in 0..<100 {
            var effects = sample.effects
            let conversation = try Conversation(with: plugin, sample.first, &effects)
            #expect(conversation.isEnded)
          }
        }
      }
      try await group.waitForAll()
    }
  }
}
