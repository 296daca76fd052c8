import PatchbayCore
import PatchbayJSON

extension FuzzTarget {
  /// A pointer (the first line) leads to the same place in a record for the code that cuts pages
  /// and for the code that reads messages.
  static let pointer = FuzzTarget(
    name: "pointer",
    seeds: {
      [
        "/a\n{\"a\":1}", "/a/0/b\n{\"a\":[{\"b\":\"c\"}]}", "/a~1b\n{\"a/b\":1}",
        "/~0\n{\"~\":[1]}", "/\n{\"\":0}", "/a/01\n{\"a\":[1,2]}", "/a/-\n{\"a\":[1,2]}",
        "/a/b\n{\"a\":\"b\"}", "/~2\n{\"~2\":1}", "/a/99999999999999999999\n{\"a\":[1]}",
      ].map { Array($0.utf8) }
    },
    words: ["~0", "~1", "/0", "/-", "/01", "//", "\":", "[{", "}]"], run: checkPointer)
}

private func checkPointer(_ bytes: [UInt8]) {
  guard let end = bytes.firstIndex(of: 0x0A),
    let pointer = String(validating: bytes[..<end], as: UTF8.self),
    Shape.pointer.problems(in: .string(pointer)).isEmpty
  else { return }
  let text = Array(bytes[(end + 1)...])
  // Names are compared as they are written: one with an escape in it is another name.
  guard !text.contains(UInt8(ascii: "\\")), let json = try? JSON(reading: text),
    text.count < 400
  else { return }
  var plan = ExtractPlan(records: "", keys: ["/id"])
  plan.keep = ["/x" + pointer]
  let page: JSON = [["id": "1", "x": json]]
  let cut = CutPage(ByteBuffer(page.bytes), plan: plan)
  expect(cut.fault == nil && cut.count == 1, "a page with one record gave \(cut.count)")
  expect(cut.deadCount == 0, "the record is dead: \(cut.records)")
  let (found, wanted) = ((try? JSON(reading: cut.kept))?.at("/0/0"), json.at(pointer) ?? .null)
  expect(found == wanted, "“\(pointer)” leads to \(found?.text ?? "?"), not to \(wanted.text)")
}
