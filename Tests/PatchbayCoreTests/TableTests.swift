import PatchbayCore
import PatchbayJSON
import Seeded
import Testing

/// Records from CSV and TSV.
@Suite struct TableTests {
  private func table(_ text: String, _ format: ExtractPlan.Format, keys: [String] = ["/id"])
    -> CutPage
  {
    var plan = plan("", keys: keys)
    plan.format = format
    plan.cursor = "/at"
    return page(text, plan)
  }

  @Test func `A row becomes an object of texts, named after the header`() {
    let cut = table("id,name,at\r\n1,\"a \"\"b\"\", c\",2026\r\n\"2\",\"x\ny\",2027\r\n", .csv)
    #expect(cut.fault == nil)
    #expect(
      cut.rows == [
        Cut(raw: #"{"id":"1","name":"a \"b\", c","at":"2026"}"#, key: "1", cursor: "2026"),
        Cut(raw: #"{"id":"2","name":"x\u000ay","at":"2027"}"#, key: "2", cursor: "2027"),
      ])
    #expect(cut.maxCursor == "2027")
    #expect(cut.residue.isEmpty)
  }

  @Test func `In TSV a quote is a letter like any other`() {
    let cut = table("\u{FEFF}id\tname\n7\t\"half\n\n8\t\\", .tsv)
    #expect(
      cut.rows.map(\.raw) == [#"{"id":"7","name":"\"half"}"#, #"{"id":"8","name":"\\"}"#])
  }

  @Test func `A row with more or fewer values than columns dies alone, and is kept`() {
    let cut = table("id,at\n1,2\n3\n4,5,6\n7,8\n", .csv)
    #expect(cut.keys == ["1", "7"])
    #expect(cut.rows.filter { $0.dead != nil }.map(\.raw) == [#""3""#, #""4,5,6""#])
  }

  @Test(arguments: [
    ("", JSONError.Reason.missing), ("\n\n", .missing), ("<html>\n<p>x", .missing),
    ("name,at\n1,2", .missing), ("id,id\n1,2", .type), ("id,name\n1,\"cut of", .syntax),
  ])
  func `What is no whole table with the key's columns is a fault`(
    text: String, reason: JSONError.Reason
  ) {
    let cut = table(text, .csv)
    #expect(cut.fault?.reason == reason)
    #expect(cut.count == 0)
  }

  @Test func `A short table does not swell without end`() {
    let name = String(repeating: "n", count: 1 << 20)
    let swelling = "id,\(name)\n" + String(repeating: "1,2\n", count: 300)
    #expect(table(swelling, .csv).fault?.reason == .size)
    let wide = "id" + String(repeating: "\t", count: 10_000)
    #expect(table(wide, .tsv).fault?.reason == .size)
  }

  @Test func `Columns with slashes, tildes and composite keys are found`() {
    let cut = table("a/b,c~d\n1,2\n", .csv, keys: ["/a~1b", "/c~0d"])
    #expect(cut.keys == ["1\u{1f}2"])
  }

  @Test func `Only the named text marks a deletion`() {
    var plan = plan("")
    plan.format = .csv
    plan.deleted = "/IsDeleted"
    plan.deletedText = "true"
    let cut = page("id,IsDeleted\n1,false\n2,true\n3,\n", plan)
    #expect(cut.rows.map(\.isDeleted) == [false, true, false])
    #expect(cut.keys == ["1", "2", "3"])
  }

  @Test(arguments: seeds)
  func `Any values come back from CSV as they were written`(seed: UInt64) throws {
    var draw = Draw(seed)
    for round in 0..<100 {
      let rows = (0..<draw.below(6)).map { index in
        ["k\(index)"] + (0..<3).map { _ in draw.text() + draw.pick(["", ",", "\"", "\r\n", "\t"]) }
      }
      func quoted(_ text: String) -> String {
        "\"" + text.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
      }
      let lines = [["id", "a", "b", "c"]] + rows
      let text = lines.map { $0.map(quoted).joined(separator: ",") }.joined(separator: "\r\n")
      let cut = table(text, .csv)
      #expect(cut.fault == nil, "seed \(seed), round \(round)")
      for (row, made) in zip(cut.rows, rows) {
        let json = try JSON(reading: row.raw)
        #expect(
          ["id", "a", "b", "c"].map { json[$0]?.string } == made, "seed \(seed), round \(round)")
      }
      #expect(cut.count == rows.count, "seed \(seed), round \(round): \(text)")
    }
  }
}
