import CSimdJSON
import PatchbayCore
import PatchbayHost
import PatchbayJSON

extension FuzzTarget {
  /// A plan (the first line) and a page, both from strangers. A new format gets a case in
  /// `checkPage` and seeds; the rest holds for all.
  static let extract = FuzzTarget(
    name: "extract", seeds: extractSeeds,
    words: [
      "\"format\":\"ndjson\"", "\"format\":\"csv\"", "\"format\":\"tsv\"",
      "\"format\":\"xml\"", "\"\"", "\r\n",
      "\"records\":\"\"", "\"item\":\"/a\"", "\"each\":\"/a\"",
      "\"key\":[\"/a\",\"/b\"]", "\"cursor\":{\"at\":\"/c\",\"type\":\"time\"}", "\"map\":true",
      "\"deleted\":\"/d\"", "\"keep\":[\"/a\"]", "\"inject\":{\"x\":\"/a\"}", "\"total\":\"/t\"",
      "\"fail_if\":[{\"at\":\"/e\",\"class\":\"data\"}]", "{\"a\":", "},{", "\\u0061", "\n{", "]}",
      "2026-01-31T09:30:00Z", "\"type\":\"number\"", "1e400", "\"\\ud83d",
    ], run: checkExtraction)
}

@Sendable private func extractSeeds() -> [[UInt8]] {
  var seeds: [[UInt8]] = []
  // What the transcripts ask for, with the pages that came.
  var plans: [Int64: JSON] = [:]
  for line in Repository.lines {
    guard let correlation = line["correlation"]?.integer else { continue }
    if let plan = line.at("/head/extract/0") { plans[correlation] = plan }
    if let plan = plans[correlation], let body = line["body"]?.string {
      seeds.append(plan.bytes + Array("\n".utf8) + Array(body.utf8))
    }
  }
  let small = [
    #"{"records":"/r","key":"/id","cursor":{"at":"/c","type":"number"},"keep":["/id","/x"]}"#:
      #"{"n":1,"r":[{"id":1,"c":1.5,"x":[]},{"id":"b","c":2e3},{"no":0}],"t":{}}"#,
    #"{"records":"","key":["/a","/b"],"item":"/node","inject":{"p\"":"/p"}}"#:
      #"[{"p":{"x":1},"node":{"a":"1","b":2}},{"p":[],"node":{}},{"node":{"a":1}}]"#,
    #"{"records":"/r","key":"/id","each":"/to","total":"/t","deleted":"/d"}"#:
      #"{"r":[{"id":1,"to":[{"id":"x","d":true},{"id":"y"}],"z":0},{"to":3}],"t":"2"}"#,
    #"{"records":"/m","key":"/id","map":true,"keep":["/é"]}"#:
      #"{"m":{"a":{"id":"1","é":"é"},"b\"":{"id":"2"}},"e":null}"#,
    #"{"format":"ndjson","records":"","key":"/id","cursor":{"at":"/c","type":"time"}}"#:
      "{\"id\":1,\"c\":\"2026-01-31T09:30:00Z\"}\n\nnope\r\n{\"id\":\"\\u0062\"}",
    #"{"format":"csv","records":"","key":["/a~1b","/c"],"cursor":{"at":"/c","type":"number"}}"#:
      "a/b,c,\"d\"\"\"\r\n1,2.5,\"x, \"\"y\"\"\nz\"\r\n3,4\n,,\n",
    #"{"format":"tsv","records":"","key":"/id","keep":["/n"],"deleted":{"at":"/n","equals":"x"}}"#:
      "\u{FEFF}id\tn\n1\t\"\n2\tx\n\n3\ty\tz",
    #"{"format":"xml","records":"/r/o","key":"/@id","each":"/to","total":"/r/n","keep":["/x"]}"#:
      "<r><o><to id='1'><x>2</x></to></o><o/><n>1</n></r>",
  ]
  for (plan, page) in small.sorted(by: { $0.key < $1.key }) {
    seeds.append(Array((plan + "\n" + page).utf8))
  }
  return seeds
}

private func checkExtraction(_ bytes: [UInt8]) {
  guard let end = bytes.firstIndex(of: 0x0A), let head = try? JSON(reading: bytes[..<end]),
    Heads.extract.problems(in: head).isEmpty, let plan = try? ExtractPlan(head: head)
  else { return }
  let page = Array(bytes[(end + 1)...])
  let isXML = plan.format == .xml
  let made = try? CutPage(records: page, plan: plan)
  if let made { checkPage(made, isXML ? made.body.bytes : page) }
  expect(isXML || made != nil, "a page that is no XML is refused")
  guard let contract = try? PageContract(["extract": [head]]) else {
    return expect(false, "a plan is good, and not in a request")
  }
  let judged = try? contract.judge(
    status: 200, headers: ["content-type": isXML ? "text/xml" : "application/json"],
    body: ByteBuffer(page))
  if let judged {
    expect(made != nil && made?.fault == nil, "a page with a fault counts")
    expect(StrictJSON.accepts(judged.head.bytes), "the plugin is given a head that is no JSON")
  }
}

private func checkPage(_ cut: CutPage, _ page: [UInt8]) {
  if let fault = cut.fault {
    expect(cut.count == 0 && cut.maxCursor == nil, "a page with a fault has records")
    expect((0...page.count).contains(fault.offset), "the fault lies outside, at \(fault.offset)")
    return
  }
  expect(cut.records.count(where: { $0.fault != nil }) == cut.deadCount, "the dead are miscounted")
  checkSpans(cut, cut.body.count)
  for record in cut.records where record.fault == nil { checkRecord(record, cut.plan) }
  let kept = try? JSON(reading: cut.kept).array
  expect(StrictJSON.accepts(cut.kept), "what is kept is no JSON")
  if let kept, !cut.plan.keep.isEmpty {
    expect(kept.count == cut.count - cut.deadCount, "not every record has its kept values")
  }
  if hasByteOrderMark(page) { return }
  switch cut.plan.format {
  case .json:
    expect(StrictJSON.accepts(cut.residue), "the residue is no JSON")
    if !StrictJSON.accepts(page) {
      expect(cut.deadCount > 0, "a broken page counts, and nothing is said")
    }
  case .ndjson:
    expect(cut.residue.isEmpty, "lines leave a residue")
    let spaces: [UInt8] = [0x20, 0x09, 0x0D]
    let lines = page.split(separator: 0x0A).count { !$0.allSatisfy(spaces.contains) }
    expect(cut.plan.each != nil || cut.count == lines, "\(lines) lines gave \(cut.count) records")
  case .xml: expect(false, "a page is cut before it is JSON")
  case .csv, .tsv:
    expect(cut.residue.isEmpty, "a table leaves a residue")
    if cut.plan.inject.isEmpty { checkTable(cut) }
  }
}

/// The live rows of a table, written with all that may be quoted in quotes, are the same rows.
private func checkTable(_ cut: CutPage) {
  let live = cut.records.filter { $0.fault == nil }
  let rows = live.compactMap { (try? JSON(reading: $0.raw))?.object }
  expect(rows.count == live.count, "a row of a table is no object")
  guard let first = rows.first else { return }
  let values = rows.map { $0.members.compactMap(\.value.string) }
  let isWhole = values.allSatisfy { $0.count == first.count }
  expect(isWhole && rows.allSatisfy { $0.names == first.names }, "rows of one table differ")
  let text = ([first.names] + values).map { line in
    line.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",")
  }
  var plan = cut.plan
  plan.format = .csv
  let again = CutPage(ByteBuffer(text.joined(separator: "\r\n").utf8), plan: plan)
  expect(again.records == live, "a table is another when it is written: \(text)")
}

/// Every text of a row lies in the page or in the arena.
private func checkSpans(_ cut: CutPage, _ size: Int) {
  // Unsafe: only offsets are looked at.
  unsafe cut.withRows { rows, _, _ in
    for index in rows.indices {
      let row = unsafe rows[index]
      if row.flags & UInt32(PSJ_ROW_OWN) != 0 { continue }
      let isInside = row.raw_offset <= size && row.raw_size <= UInt64(size) - row.raw_offset
      expect(isInside, "a record lies outside the page: \(row.raw_offset), \(row.raw_size)")
    }
  }
}

private func checkRecord(_ record: CutRecord, _ plan: ExtractPlan) {
  let raw = Array(record.raw.utf8)
  expect(StrictJSON.accepts(raw), "a record is no JSON: \(record.raw)")
  expect(!record.key.isEmpty, "a record has no key: \(record.raw)")
  // Names with escapes are not found, and a member that stands twice is found once: either.
  guard !raw.contains(UInt8(ascii: "\\")), let json = try? JSON(reading: raw) else { return }
  let parts = plan.keys.map { json.at($0)?.plainText ?? "" }
  expect(
    parts.joined(separator: "\u{1F}") == record.key,
    "the key of \(record.raw) is \(record.key), not \(parts)")
  if let cursor = plan.cursor {
    expect(json.at(cursor)?.plainText ?? "" == record.cursor ?? "", "another cursor: \(record)")
  }
}
