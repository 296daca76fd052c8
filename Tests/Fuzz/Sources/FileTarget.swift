import PatchbayCore
import PatchbayJSON

@testable import PatchbayHost
@testable import PatchbaySources

extension FuzzTarget {
  /// The settings of a stream of files (the first line), what was known of them (the second), and
  /// a file: its rows are cut as often as they are counted.
  static let file = FuzzTarget(
    name: "file",
    seeds: {
      [
        #"{"files":"*.csv","format":"csv","key":"/id"}"#
          + "\n{}\nid,v\n1,\"a \"\"b\"\"\r\nc\"\r\n2",
        #"{"files":["a","**/b"],"format":"tsv","columns":{"n":{"at":"/n","type":"number"}}}"#
          + "\n" + #"{"files":{"a":[1,2,3,4],"b":[0,0,0,0]}}"# + "\nn\tm\n1\t2\n",
        #"{"files":"a","format":"ndjson","deleted":"/gone"}"# + "\nnull\n{\"x\":1}\n\n{}\n",
        #"{"files":"a","format":"csv","separator":";","encoding":"latin1"}"# + "\n{}\na;b\n1;2\n",
      ].map { Array($0.utf8) }
    },
    words: [
      "\"files\":\"*\"", "\"format\":\"csv\"", "\"format\":\"ndjson\"", "\"key\":\"/a\"",
      "\"separator\":\";\"", "\"columns\":{", "\"type\":\"time\"", "\"deleted\":\"/a\"",
      "\"a\":[1,2,3,4]", "\n\n", "\r\n", "\"\"",
    ], run: checkFile)
}

private func checkFile(_ bytes: [UInt8]) {
  let parts = bytes.split(separator: 0x0A, maxSplits: 2, omittingEmptySubsequences: false)
  guard parts.count == 3, let settings = try? JSON(reading: Array(parts[0])) else { return }
  let known = KnownFiles(try? JSON(reading: Array(parts[1])))
  expect(known.rows >= 0, "\(known.rows) rows are known")
  let again = KnownFiles(known.json)
  expect(again.json == known.json && again.rows == known.rows, "files are known as others")
  let plan: FilePlan
  do throws(Failure) { plan = try FilePlan("rows", settings, folder: "/nowhere") } catch {
    return expect(!error.message.isEmpty && !error.mend.isEmpty, "settings are refused: \(error)")
  }
  for path in known.paths.prefix(2) {
    let name = String(decoding: path, as: UTF8.self)
    let rows = known.rows(of: name)
    if rows > 0 { _ = try? Tombstones(plan, name, rows: max(1, rows - 5)...rows).next() }
  }
  guard plan.format.isTable else {
    return check(CutPage(ByteBuffer(Array(parts[2])), plan: plan.extract), parts[2])
  }
  var table = DelimitedText(
    plan.format == .tsv ? .tsv : .csv, keys: plan.extract.keys, separator: plan.separator)
  let body = Array(parts[2])
  // Unsafe: the bytes are lent for the call.
  let taken = unsafe body.withUnsafeBufferPointer { unsafe try? table.read($0, isLast: true) }
  guard let taken else { return }
  expect(taken <= body.count, "\(taken) bytes are read of \(body.count)")
  check(CutPage(ByteBuffer(table.takeLines()), plan: plan.extract), body[...])
}

private func check(_ page: CutPage, _ body: ArraySlice<UInt8>) {
  if page.fault != nil { return }
  expect(page.count <= body.count + 1, "\(page.count) records of \(body.count) bytes")
  expect(page.deadCount <= page.count, "more are dead than there are")
}
