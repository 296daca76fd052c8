import PatchbayCore
import PatchbayTerminal

@testable import PatchbayEgress

extension FuzzTarget {
  /// A command line, its words apart by NUL, and the figures and times that a terminal shows.
  static let option = FuzzTarget(
    name: "option",
    seeds: {
      ["sync\0run\0crm\0--limit\05", "-qfs\0a\0--\0-x", "--data=x\0query\0-", "20/s", "110/10s"]
        .map { Array($0.utf8) }
    }, words: ["\0--", "\0-", "=", "sync\0run", "--limit", "--data", "--help", "/s", "/m"],
    run: checkOption)
}

private let tree = CommandTree(
  name: "patchbay", summary: "a",
  globalOptions: [
    Option("data", valueName: "DIR", about: "a"), Option("quiet", short: "q", about: "b"),
  ],
  commands: [
    Command(
      ["sync", "run"], summary: "a",
      options: [
        Option("stream", short: "s", valueName: "S", isRepeated: true, about: "a"),
        Option("full", short: "f", about: "b"), Option("limit", valueName: "N", about: "c"),
      ], arguments: [Argument("NAME", about: "a")]),
    Command(["query"], summary: "b", arguments: [Argument("SQL", about: "a", isRepeated: true)]),
  ], nouns: ["sync": "a"])

private func checkOption(_ bytes: [UInt8]) {
  let text = String(decoding: bytes, as: UTF8.self)
  let words = text.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
  _ = tree.parse(words, width: 10 + bytes.count % 90)
  if let rule = try? RateRule(text: words[0], burst: bytes.count) {
    var meter = RateMeter(rule)
    meter.take(now: Time.last)
    expect(meter.readyMS(now: Time.last) - Time.last <= 3_700_000_000, "a rate of no end")
  }
  for word in words.prefix(4) {
    if let number = Int64(word) {
      _ = formatCount(number) + formatBytes(number) + formatDuration(number)
      var board = ProgressBoard()
      board.update("a", done: 0, total: number, nowMS: 0)
      board.update("a", done: number, nowMS: 400)
      board.update("a", done: number / 3, nowMS: 20_000)
      _ = board.render(width: 10 + bytes.count % 90, nowMS: 30_000)
    }
    if let number = Double(word) { _ = formatRate(number) }
    expect(Month(word).days >= 1, "a month of no days")
    _ = Month.name(after: word)
  }
}
