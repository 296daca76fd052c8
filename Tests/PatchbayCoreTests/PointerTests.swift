import Seeded
import PatchbayCore
import PatchbayJSON
import Testing

@Suite struct PointerTests {
  /// The document of RFC 6901, section 5.
  private static let document = """
    {"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\\\j":5,"k\\"l":6," ":7,"m~n":8}
    """

  @Test(arguments: [
    ("/foo/0", "\"bar\""), ("/foo", #"["bar","baz"]"#), ("/", "0"), ("/a~1b", "1"), ("/c%d", "2"),
    ("/e^f", "3"), ("/g|h", "4"), (#"/i\j"#, "5"), ("/k\"l", "6"), ("/ ", "7"), ("/m~0n", "8"),
  ])
  func `The examples of RFC 6901 lead where it says`(pointer: String, text: String) throws {
    #expect(try JSON(reading: Self.document).at(pointer)?.text == text)
  }

  @Test func `The empty pointer is the whole value`() throws {
    let document = try JSON(reading: Self.document)
    #expect(document.at("") == document)
  }

  @Test(arguments: [
    "foo", "/nope", "/foo/2", "/foo/-", "/foo/-1", "/foo/+1", "/foo/01", "/foo/-0", "/foo/ 1",
    "/foo/0/x", "//", "/foo/99999999999999999999",
  ])
  func `What is not there is nil, and an index has one way to be written`(pointer: String) throws {
    #expect(try JSON(reading: Self.document).at(pointer) == nil)
  }

  @Test(arguments: ["/~", "/~2", "/a~", "/~~0", "/~é", "/a/~x/b"])
  func `A tilde that escapes nothing is no pointer`(pointer: String) {
    let value: JSON = ["~": 1, "2": 1, "~2": 1, "": 1, "a": ["x": ["b": 1]], "a~": 1, "é": 1]
    #expect(value.at(pointer) == nil)
    #expect(!Shape.pointer.problems(in: .string(pointer)).isEmpty)
    var found = plan("", keys: ["/2"])
    found.keep = [pointer]
    #expect(page("[\(value.text)]", found).keptText == "[[null]]")
  }

  @Test(arguments: ["/\":", "/\":\"", "/a\":", "/a\":1,\"b"])
  func `A name is not found in what follows another`(pointer: String) throws {
    let text = #"{"id":"1","x":{"":"","a":1,"b":2}}"#
    #expect(try JSON(reading: text).at("/x" + pointer) == nil)
    var found = plan("", keys: ["/id"])
    found.keep = ["/x" + pointer]
    #expect(page("[\(text)]", found).keptText == "[[null]]")
  }

  @Test(arguments: ["", "/", "/~0", "/~1/a~01", "/é"])
  func `What RFC 6901 allows is a pointer`(pointer: String) {
    #expect(Shape.pointer.problems(in: .string(pointer)).isEmpty)
  }

  @Test func `Escapes hold before combining marks too`() {
    let name = "/\u{301}~\u{301}"
    let value: JSON = .object(JSONObject([.init(name, 1)]))
    #expect(value.at("/~1\u{301}~0\u{301}") == 1)
  }

  @Test(arguments: seeds)
  func `Every member is found by its escaped name`(seed: UInt64) {
    var draw = Draw(seed)
    for _ in 0..<200 {
      let name = draw.text()
      let token = name.unicodeScalars.map { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }
        .joined()
      let value: JSON = .object(JSONObject([.init("x", [.object(JSONObject([.init(name, 7)]))])]))
      #expect(value.at("/x/0/\(token)") == 7, "seed \(seed): \(name.debugDescription)")
    }
  }
}
