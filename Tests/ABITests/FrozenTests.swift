import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbayMessages
import Testing

/// What was released does not change: header, heads, and plugins that were built with them.
@Suite("ABI 1.0 is frozen")
struct FrozenTests {
  static let folder = "Tests/Plugins/Frozen/1.0"

  private func side(_ kind: MessageKind) -> Growth.Side {
    kind.isFromPlugin ? .fromPlugin : .fromHost
  }

  @Test("every head has only grown since", arguments: MessageKind.allCases)
  func heads(kind: MessageKind) throws {
    let path = "\(Self.folder)/heads/\(kind.name).json"
    let now = Heads.shape(of: kind).schema(title: kind.name)
    if Files.environment("PATCHBAY_FREEZE") == "1" { try Files.write(now.text + "\n", to: path) }
    // A kind that came later has nothing to keep.
    guard let bytes = try? Files.bytes(path) else { return }
    let old = try JSON(reading: bytes)
    #expect(Growth(from: old, to: now, side(kind)).problems == [])
  }

  @Test("none of its heads was lost")
  func all() throws {
    for name in Files.names(in: "\(Self.folder)/heads") {
      #expect(MessageKind(name: String(name.dropLast(".json".count))) != nil, "\(name)")
    }
    #expect(Files.names(in: "\(Self.folder)/heads").count == 26)
  }

  /// A change of what was, from a plugin and from the host, and whether it is growth.
  @Test(
    "a change that is no growth is found",
    arguments: [
      (#"{"type":"string"}"#, #"{"type":"integer"}"#, false, false),
      (#"{"type":"string"}"#, #"{"type":"string","enum":["a"]}"#, false, true),
      (#"{"type":"string","enum":["a"]}"#, #"{"type":"string","enum":["a","b"]}"#, true, true),
      (#"{"type":"string","enum":["a"]}"#, #"{"type":"string","enum":["b"]}"#, false, true),
      (#"{"type":"integer","maximum":9}"#, #"{"type":"integer","maximum":8}"#, false, true),
      (#"{"type":"integer","maximum":9}"#, #"{"type":"integer"}"#, true, false),
      (#"{"type":"array","minItems":1}"#, #"{"type":"array","minItems":2}"#, false, true),
      (#"{"type":"string"}"#, #"{"anyOf":[{"type":"string"},{"type":"integer"}]}"#, true, false),
      (#"{"anyOf":[{"type":"string"},{"type":"integer"}]}"#, #"{"type":"string"}"#, false, false),
      (#"{"type":"string"}"#, "{}", true, false), ("{}", #"{"type":"string"}"#, false, false),
      (object("a"), object("a", "b"), true, true), (object("a", "b"), object("a"), false, false),
      (object("a"), object("a", required: "a"), false, true),
      (object("a", required: "a"), object("a"), true, false),
      (
        #"{"type":"object","additionalProperties":{"type":"string"}}"#,
        #"{"type":"object","additionalProperties":{"type":"integer"}}"#, false, false
      ),
      (
        #"{"type":"array","items":{}}"#, #"{"type":"array","items":{"type":"string"}}"#, false,
        false
      ),
    ])
  func found(old: String, new: String, fromPlugin: Bool, fromHost: Bool) throws {
    let (old, new) = (try JSON(reading: old), try JSON(reading: new))
    #expect(Growth(from: old, to: old, .fromHost).problems == [])
    #expect(Growth(from: old, to: new, .fromPlugin).problems.isEmpty == fromPlugin)
    #expect(Growth(from: old, to: new, .fromHost).problems.isEmpty == fromHost)
  }

  private static func object(_ names: String..., required: String = "") -> String {
    let members = names.map { "\"\($0)\":{\"type\":\"string\"}" }.joined(separator: ",")
    let list = required.isEmpty ? "" : "\"\(required)\""
    return #"{"type":"object","properties":{\#(members)},"required":[\#(list)],"#
      + #""additionalProperties":false}"#
  }

  @Test("each definition of its header is still there, with the same value")
  func definitions() throws {
    for name in ["patchbay.h", "extensions.h"] {
      let old = try Files.definitions("\(Self.folder)/patchbay/\(name)")
      let now = try Files.definitions("Sources/CPatchbay/include/patchbay/\(name)")
      for (name, value) in old where name != "PATCHBAY_ABI_VERSION" {
        #expect(now[name] == value, "\(name)")
      }
      #expect(!old.isEmpty)
    }
  }
}
