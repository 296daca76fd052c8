import PatchbayCore
import PatchbayHost
import PatchbaySDK
import PatchbaySDKTesting
import Synchronization
import Testing

/// What a session says to a host that has no room.
@Suite struct BackPressureTests {
  /// Says a number of things at once.
  private func host(
    saying count: Int, _ given: @escaping @Sendable (MessageKind) -> Void = { _ in }
  )
    throws -> TestHost
  {
    try TestHost {
      Scripted { message, _, output in
        given(message.kind)
        for index in 0..<count { output.note("note \(index)") }
        output.done()
      }
    }
  }

  @Test(arguments: [1, 2, 7, 256])
  func everythingIsSaidInOrderHoweverLittleRoomThereIs(messages: Int) throws {
    var host = try host(saying: 500)
    host.limits.messages = messages
    let run = try host.run("discover") { _ in nil }
    #expect(run.notes == (0..<500).map { "note \($0)" })
    #expect(run.messages.last?.kind == .done)
  }

  @Test func roomIsAlsoCountedInBytes() throws {
    var host = try host(saying: 50)
    host.limits.bytes = 100
    #expect(try host.run("discover") { _ in nil }.notes.count == 50)
  }

  @Test func aSessionHearsNothingOfTheRoom() throws {
    let given = Mutex<[MessageKind]>([])
    var host = try TestHost {
      Scripted { message, _, output in
        given.withLock { $0.append(message.kind) }
        if message.kind == .waited { return output.done() }
        for index in 0..<20 { output.note("note \(index)") }
        output.send(Message(.wait, correlation: 1, head: ["delay_ms": 1]))
      }
    }
    host.limits.messages = 1
    #expect(try host.run("discover") { _ in nil }.notes.count == 20)
    // Once in the run, once when it is repeated.
    #expect(given.withLock { $0 } == [.open, .waited, .open, .waited])
  }

  @Test func nothingIsSaidAfterTheEnd() {
    var output = Output()
    output.fail(Problem(.data, "broken", "it is broken"))
    output.note("too late")
    output.done()
    #expect(output.isEnded && output.messages.map(\.kind) == [.error])
  }

  @Test func aMessageThatIsTooLargeEndsTheSession() throws {
    var host = try TestHost {
      Scripted { _, _, output in
        output.send(
          Message(
            .records, correlation: 1, head: ["extract": ["records": "", "key": "/id"]],
            body: [UInt8](repeating: 0x20, count: 1001)))
        output.done()
      }
    }
    host.limits.bodyBytes = 1000
    let found = failure { _ = try host.run("read") { _ in nil } }
    #expect(found?.code == "plugin.contract" && found?.message.contains("1001") == true)
  }

  @Test func anotherABIIsNotServed() {
    // Unsafe: only whether there is a table is looked at.
    for (host, isServed) in [
      (PATCHBAY_ABI_VERSION, true), (PATCHBAY_ABI_VERSION + 1, true),
      (PATCHBAY_ABI_VERSION - 1, false), (PATCHBAY_ABI_VERSION + 0x10000, false),
    ] {
      let table = unsafe PluginTable.serve(host) { Scripted { _, _, _ in } }
      #expect(unsafe (table != nil) == isServed)
    }
  }
}
