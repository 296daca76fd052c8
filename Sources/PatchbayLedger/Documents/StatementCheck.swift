package import PatchbayCore
internal import PatchbayCrypto
package import PatchbayJSON

/// A statement that somebody got, checked by nothing but itself and the root that was published.
package struct StatementCheck: Sendable {
  /// What is wrong, by line; empty where all is right.
  package let problems: [String]
  package let lines: Int

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
    var problems: [String] = []
    if let published, published.lowercased() != rootText {
      problems.append("its root is \(rootText), and \(published) was published")
    }
    var seen: Set<Int64> = []
    for line in lines {
      let name = "entry \(line["entry"]?.text ?? "?")"
      guard let bytes = line["bytes"]?.string.flatMap({ Hex.decode($0) }),
        let amount = line["amount"]?.string.flatMap({ Micros(decimal: $0) }),
        let index = line["index"]?.integer
      else {
        problems.append("\(name) is incomplete")
        continue
      }
      let proof = (line["proof"]?.array ?? []).compactMap {
        $0.string.flatMap { Hex.decode($0) }
      }
      if !Merkle.holds(
        Merkle.leaf(bytes), at: Int(index), of: Int(count), proof, root: root)
      {
        problems.append("\(name) is not under the root")
      }
      let entry = EntryText(bytes)
      if !entry.says(amount, line, of: partner) || entry.currency != currency
        || entry.period != period
      {
        problems.append("\(name) says other than what is in the books")
      }
      if !seen.insert(entry.number).inserted { problems.append("\(name) is there twice") }
      sum += amount
    }
    if json["closing"]?.string != sum.decimalText {
      problems.append("the closing balance is not the sum: \(sum.decimalText)")
    }
    self.problems = problems
    self.lines = lines.count
  }
}
