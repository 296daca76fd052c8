import Foundation
import PatchbayCore
import PatchbayLedger
import Seeded
import Testing

/// The programs themselves take a year of the books, and none takes it with a millionth changed.
@Suite("The books in accounting programs") struct ExportTests {
  static let programs: [(ExportFormat, [String])] = [
    (.hledger, ["hledger", "-f", "FILE", "check", "-s"]),
    (.ledger, ["ledger", "-f", "FILE", "--pedantic", "--strict", "balance"]),
    (.beancount, ["bean-check", "FILE"]),
  ]

  static func isTaken(_ text: String, _ books: Books, _ program: [String]) throws -> Bool {
    let file = books.path + ".export"
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/\(program[0])")
    process.arguments = program.dropFirst().map { $0 == "FILE" ? file : $0 }
    process.environment = ["LANG": "C.UTF-8", "HOME": "/nonexistent"]
    (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  @Test func `a year in four currencies, with refunds and exchange`() throws {
    let books = try Books()
    defer { books.close() }
    var year = try Year(books, seed: 2026)
    try year.run(12)
    #expect(try books.journal.verify().problem == nil)
    for (format, program) in Self.programs {
      var text = ""
      try books.journal.export(format) { text += $0 }
      for word in Year.currencies + ["liquidity", "withheld", "bank"] {
        #expect(text.contains(word), "\(format): \(word)")
      }
      #expect(try Self.isTaken(text, books, program), "\(format)")
      // Any posting, changed by the least there is.
      var draw = Draw(7)
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      let postings = lines.indices.filter { lines[$0].hasPrefix("  ") && !lines[$0].contains("=") }
      for _ in 0..<3 {
        let index = draw.pick(postings)
        var changed = lines.map(String.init)
        changed[index] = try Self.more(changed[index])
        let isTaken = try Self.isTaken(changed.joined(separator: "\n"), books, program)
        #expect(!isTaken, "\(format) takes \(changed[index])")
      }
    }
  }

  /// A posting with one millionth more.
  private static func more(_ line: String) throws -> String {
    let words = line.split(separator: " ")
    let amount = try #require(words.dropFirst().first.flatMap { Micros(decimal: String($0)) })
    return "  \(words[0])  \((amount + 1).decimalText) \(words[2])"
  }
}
