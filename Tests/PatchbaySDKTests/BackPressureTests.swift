import PatchbayCore
import PatchbayHost
import PatchbaySDK
import PatchbaySDKTesting
import Synchronization
import Testing

/// What a session says to a host that has no room.
@Suite struct BackPressureTests {
  /// Says a number of things at once, and counts what it is given.
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
        output.note("too late")
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
    var host = try host(saying: 20) { kind in given.withLock { $0.append(kind) } }
    host.limits.messages = 1
    _ = try host.run("discover") { _ in nil }
    // Once in the run, once when it is repeated.
    #expect(given.withLock { $0 } == [.open, .open])
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
    let table = unsafe PluginTable.serve(PATCHBAY_ABI_VERSION + 1) { Scripted { _, _, _ in } }
    #expect(unsafe table == nil)
  }
}
