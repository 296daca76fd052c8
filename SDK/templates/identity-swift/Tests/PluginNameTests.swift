import PatchbaySDK
import PluginName
import Testing

@Suite struct PluginNameTests {
  private func finish(_ body: String, _ op: String = "finish") -> Message? {
    var identity = PluginName()
    var output = Output()
    identity.receive(
      Message(.open, head: ["op": .string(op), "config": [:]], body: Array(body.utf8)),
      at: Moment(nowMS: 1_700_000_000_000, seed: 1), into: &output)
    return output.messages.last
  }

  @Test func `refuses what is no token`() {
    #expect(finish("")?.head["code"]?.string == "token.missing")
    for text in ["a", "a.b", "a.b.c.d", "..", "e30.e30.e30="] {
      #expect(finish("token=\(text)")?.head["code"]?.string == "token.form")
    }
  }

  @Test func `does nothing but finish`() {
    #expect(finish("", "begin")?.head["code"]?.string == "op.unsupported")
  }
}
