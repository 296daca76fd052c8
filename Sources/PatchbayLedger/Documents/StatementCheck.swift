package import PatchbayCore
internal import PatchbayCrypto
package import PatchbayJSON

/// A statement that somebody got, checked by nothing but itself and the root that was published.
package struct StatementCheck: Sendable {
  /// What is wrong, by line; empty where all is right.
  package let problems: [String]
  package let lines: Int
  /// What the statement says and nothing in it proves, in words.
  package let unchecked: [String]

  private static let members: Set<String> = [
    "statement", "partner", "period", "currency", "opening", "closing", "stages", "closed",
    "entries", "root", "books", "parties", "lines", "prices", "contracts",
  ]
  private static let lineMembers: Set<String> = [
    "entry", "at", "kind", "account", "amount", "details", "invoice", "payout", "bytes", "index",
    "proof",
  ]

  /// Checks that each line is an entry under the root, and that the sums are right.
  package init(_ json: JSON, root published: String?) throws(Failure) {
    guard let lines = json["lines"]?.array, let count = json["entries"]?.integer,
      let rootText = json["root"]?.string?.lowercased(), let root = Hex.decode(rootText),
      let partner = json["partner"]?.string, let currency = json["currency"]?.string,
      let period = json["period"]?.string,
      var sum = json["opening"]?.string.flatMap({ Micros(decimal: $0) })
    else {
      throw Failure(
        .config, "ledger.statement", "this is no statement",
        mend: "give the file that “patchbay ledger statement --json” wrote")
    }
    var problems = Self.unknown(json, Self.members, "the statement")
    var unchecked: Set<String> = [
      "the opening balance, which is the closing one of the statement before",
      "how the closing balance is divided into stages",
      "the end of the books: whoever has them compares it by patchbay ledger verify --anchor",
    ]
    let arithmetic = LineArithmetic(json)
    if let published, published.lowercased() != rootText {
      problems.append("its root is \(rootText), and \(published) was published")
    }
    var seen: Set<Int64> = []
    for line in lines {
      let name = "entry \(line["entry"]?.text ?? "?")"
      problems += Self.unknown(line, Self.lineMembers, name)
      guard let bytes = line["bytes"]?.string.flatMap({ Hex.decode($0) }),
        let amount = line["amount"]?.string.flatMap({ Micros(decimal: $0) }),
        let index = line["index"]?.integer
      else {
        problems.append("\(name) is incomplete")
        continue
      }
      if !Self.isUnder(root, line, bytes, at: index, of: count) {
        problems.append("\(name) is not under the root")
      }
      let entry = EntryText(bytes)
      if !entry.says(amount, line, of: partner) || entry.currency != currency
        || entry.period != period
      {
        problems.append("\(name) says other than what is in the books")
      }
      if !seen.insert(entry.number).inserted { problems.append("\(name) is there twice") }
      if let problem = Self.judge(line, amount, arithmetic, &unchecked) {
        problems.append("\(name) \(problem)")
      }
      let (next, isOver) = sum.addingReportingOverflow(amount)
      if isOver { problems.append("\(name) makes the sum too great") } else { sum = next }
    }
    if json["closing"]?.string != sum.decimalText {
      problems.append("the closing balance is not the sum: \(sum.decimalText)")
    }
    problems += Self.stageProblems(json, closing: sum)
    if json["closed"]?.bool == true && published == nil {
      unchecked.insert("that the month is closed: compare its root with the one that was published")
    }
    self.problems = problems
    self.lines = lines.count
    self.unchecked = unchecked.sorted()
  }

  private static func isUnder(
    _ root: [UInt8], _ line: JSON, _ bytes: [UInt8], at index: Int64, of count: Int64
  ) -> Bool {
    let proof = (line["proof"]?.array ?? []).compactMap { $0.string.flatMap { Hex.decode($0) } }
    return Merkle.holds(
      Merkle.leaf(bytes), at: Int(clamping: index), of: Int(clamping: count), proof, root: root)
  }

  /// What is wrong with a line beside its entry; notes what nothing proves.
  private static func judge(
    _ line: JSON, _ amount: Micros, _ arithmetic: LineArithmetic, _ unchecked: inout Set<String>
  ) -> String? {
    switch arithmetic.judge(line, amount) {
    case .right where line["details"]?["contract"] != nil:
      unchecked.insert("who shares in charges: compare it with the signed terms that lines name")
    case .right: break
    case .unknown: unchecked.insert("the arithmetic of lines that do not say all that it needs")
    case .wrong(let why): return "cannot be worked out: \(why)"
    }
    if line["invoice"]?.string != nil { unchecked.insert("the invoices that lines name") }
    guard let payout = line["payout"]?.string else { return nil }
    if line["kind"]?.string != "payout" {
      unchecked.insert("the payouts of charges")
    } else if payout != line["details"]?["payout"]?.string {
      return "is of another payout"
    }
    return nil
  }

  /// The stages must be the closing balance together.
  private static func stageProblems(_ json: JSON, closing: Micros) -> [String] {
    var sum: Micros = 0
    for stage in json["stages"]?.object?.members ?? [] {
      guard Account.Stage(rawValue: stage.name) != nil,
        let amount = stage.value.string.flatMap({ Micros(decimal: $0) })
      else { return ["“\(stage.name)” is no stage with an amount"] }
      let (next, isOver) = sum.addingReportingOverflow(amount)
      if isOver { return ["the stages are too great"] }
      sum = next
    }
    return sum == closing ? [] : ["the stages are \(sum.decimalText) together"]
  }

  private static func unknown(_ json: JSON, _ known: Set<String>, _ name: String) -> [String] {
    (json.object?.names ?? []).filter { !known.contains($0) }
      .map { "\(name) has a member “\($0)”, which is none of a statement" }
  }
}
