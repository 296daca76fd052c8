import PatchbayCore
import PatchbayJSON

extension FuzzTarget {
  /// The reader takes what RFC 8259 takes, and what it read can be written and read again.
  static let json = FuzzTarget(
    name: "json",
    seeds: {
      Repository.lines.map(\.bytes) + [499, 500, 501].map(nested)
        + [
          #"{"a":[1,-0,0.10,1e400,-1E+2,"\ud83d\ude42\u0000\/",true,false,null],"b":{"":{}}}"#,
          #"{"\u0061":1,"a":2}"#, "9223372036854775807", "-9223372036854775809", " \"é\" ",
        ].map { Array($0.utf8) }
    },
    words: [
      "\\ud83d", "\\ude42", "\\u0000", "null", "true", "false", "1e", "-0", "\":", "},{", "]]",
    ],
    run: checkJSON)

  private static func nested(_ depth: Int) -> [UInt8] {
    Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
  }
}

private func checkJSON(_ bytes: [UInt8]) {
  do throws(JSONError) {
    let json = try JSON(reading: bytes)
    expect(
      StrictJSON.accepts(bytes) || hasByteOrderMark(bytes), "a text was read that is not JSON")
    for text in [json.bytes, Array(json.prettyText.utf8)] {
      expect(StrictJSON.accepts(text), "what was read is written as no JSON")
      expect((try? JSON(reading: text)) == json, "what is written reads as something else")
    }
  } catch {
    expect(error.reason != .type && error.reason != .missing, "reading ends with \(error)")
    expect((0...bytes.count).contains(error.offset), "the error lies outside, at \(error.offset)")
    if error.reason != .duplicate && !hasByteOrderMark(bytes) {
      expect(!StrictJSON.accepts(bytes), "JSON was refused: \(error)")
    }
  }
}
