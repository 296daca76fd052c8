import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbayMessages
import Testing

/// What the host does with a plugin that breaks the contract while it runs.
@Suite struct ContractTests {
  private func misbehave(
    _ way: String, limits: PluginSession.Limits = .init()
  ) throws -> Conversation {
    var effects = Effects()
    let plugin = try Contrary(in: TestFolder()).load()
    return try Conversation(
      with: plugin, .open("check", config: ["way": .string(way)]), &effects, limits: limits)
  }

  @Test(
    arguments: [
      ("unknown member", "note does not fit: /colour: expected no such member"),
      ("unknown member", "“colour”"),
      ("wrong type", "note does not fit: /text: expected text, found 5"),
      ("missing member", "note does not fit: /text: expected text, found nothing"),
      ("no json", "the head of note is not usable: not JSON at byte 0"),
      ("no utf-8", "the head of note is not usable: not UTF-8"),
      ("twice the same", "member “level” stands twice"),
      ("a list", "note does not fit: /: expected an object, found a list of 0"),
      ("large head", "a head of 1048577 and a body of 0 bytes are more than is allowed"),
      ("large body", "a body of 67108865 bytes are more than is allowed"),
      ("greatest size", "are more than is allowed"),
      ("no head", "a message has a size and no bytes"),
      ("no body", "a message has a size and no bytes"),
      ("unknown kind", "kind 1234, which is none of a plugin's"),
      ("kind of the host", "kind 1, which is none of a plugin's"),
      ("kind 0", "kind 0, which is none of a plugin's"),
      ("no verdict", "step answered 77, which is no verdict"),
      ("ends in silence", "says that the session has ended, and emitted neither done nor error"),
      ("done and idle", "emitted done or error, and answered 0"),
    ])
  func aBreachIsNamed(way: String, words: String) throws {
    let failure = try #require(throws: Failure.self) { try misbehave(way) }
    #expect(failure.kind == .bug && failure.code == "plugin.contract")
    #expect(failure.message.hasPrefix("the plugin contrary 1.0.0 broke the contract: "))
    #expect(failure.message.contains(words), "\(failure.message)")
    #expect(failure.mend.contains("patchbay"))
  }

  @Test func aGoodSessionIsLeftAlone() throws {
    #expect(try misbehave("good").kinds == [.note, .done])
  }

  @Test func aMemberThatIsMarkedAsOptionalIsPassedOver() throws {
    #expect(try misbehave("unknown optional member").kinds == [.note, .done])
  }

  @Test func afterDoneTheHostTakesNothing() throws {
    #expect(try misbehave("after done").kinds == [.done])
  }

  @Test func aPluginThatNeverRestsIsStopped() throws {
    let failure = try #require(throws: Failure.self) { try misbehave("never rests") }
    #expect(failure.message.contains("it never comes to rest"))
  }

  @Test func aPluginThatFloodsIsStopped() throws {
    var limits = PluginSession.Limits()
    limits.steps = 50
    let failure = try #require(throws: Failure.self) { try misbehave("floods", limits: limits) }
    #expect(failure.message.contains("it never comes to rest"))
  }

  @Test func aStepThatHasMoreToSayIsCalledAgainWithoutAMessage() throws {
    #expect(try misbehave("rests after three").kinds == [.note, .note, .note])
  }

  @Test func aPluginThatOpensNoSessionIsAskedAgainLater() throws {
    let file = try Contrary(in: TestFolder(), entryWay: "opens nothing")
    let plugin = try file.load()
    let failure = try #require(throws: Failure.self) { try PluginSession(plugin) }
    #expect(failure.kind == .transient && failure.code == "plugin.open")
    #expect(failure.message.contains("contrary") && !failure.mend.isEmpty)
  }
}
