public import PatchbayCore
public import PatchbayJSON

/// What a partner earned in a month, line by line, and where it stands.
public struct PartnerStatement: Sendable {
  public struct Line: Sendable {
    public let number: Int64
    public let atMS: Int64
    /// charge, refund, payout or adjustment.
    public let kind: String
    public let account: String
    /// What it adds to what the partner has; negative where it takes away.
    public let amount: Micros
    public let details: JSONObject
    /// The entry's bytes, and the way from their hash to the period's root.
    public let bytes: [UInt8]
    public let proof: [[UInt8]]
    /// Where the entry stands in its period.
    public let index: Int
  }

  public let partner: String
  public let period: String
  public let currency: Currency
  public let opening: Micros
  public let closing: Micros
  public let lines: [Line]
  /// Entries of the period in all, and the root over them; of an open period as it is now.
  public let count: Int
  public let root: [UInt8]
  public let isClosed: Bool

  public var json: JSON {
    [
      "statement": 1, "partner": .string(partner), "period": .string(period),
      "currency": .string(currency.code), "opening": .string(opening.decimalText),
      "closing": .string(closing.decimalText), "closed": .bool(isClosed),
      "entries": .integer(Int64(count)), "root": .string(Digest.hex(root)),
      "lines": .array(
        lines.map { line in
          [
            "entry": .integer(line.number), "at": .string(Time.format(line.atMS)),
            "kind": .string(line.kind), "account": .string(line.account),
            "amount": .string(line.amount.decimalText), "details": .object(line.details),
            "bytes": .string(Digest.hex(line.bytes)), "index": .integer(Int64(line.index)),
            "proof": .array(line.proof.map { .string(Digest.hex($0)) }),
          ]
        }),
    ]
  }

  /// Comma-separated values (RFC 4180), one line for each entry.
  public var csv: String {
    let names = ["plugin", "version", "library", "terms", "usage", "meter", "quantity", "charge"]
    var rows = [["entry", "at", "kind", "account", "amount", "currency"] + names]
    for line in lines {
      rows.append(
        [
          String(line.number), Time.format(line.atMS), line.kind, line.account,
          line.amount.decimalText, currency.code,
        ] + names.map { line.details[$0]?.plainText ?? "" })
    }
    return rows.map { $0.map(Self.quoted).joined(separator: ",") + "\r\n" }.joined()
  }

  private static func quoted(_ text: String) -> String {
    // What begins like a formula is text for whoever opens it in a spreadsheet.
    let first = text.utf8.first ?? 0
    let isFormula = "=@\t\r".utf8.contains(first)
    let safe = isFormula ? "'" + text : text
    guard safe.contains(where: { $0 == "\"" || $0 == "," || $0.isNewline }) else { return safe }
    return "\""
      + safe.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}

extension Journal {
  /// The statements of a partner for a month, one for each currency.
  package func statements(of partner: String, _ period: String) throws(Failure)
    -> [PartnerStatement]
  {
    let prefix = "partner:\(partner):"
    let accounts = try allAccounts().filter { $0.name.hasPrefix(prefix) }
    let names = Set(accounts.map(\.name)).sorted()
    guard !names.isEmpty else {
      throw Failure(
        .config, "ledger.unknown", "the books have no partner “\(partner)”",
        mend: "partners are those of the terms of installed plugins, once something was charged")
    }
    let (numbers, leaves) = try leaves(of: period)
    let closed = try closedPeriods().first { $0.period == period }
    let tree = MerkleTree(leaves)
    var places: [Int64: Int] = [:]
    for (index, number) in numbers.enumerated() { places[number] = index }
    var opening: [Currency: Micros] = [:]
    var lines: [Currency: [PartnerStatement.Line]] = [:]
    try forEach(touching: names, in: "0000-00"...period) { (entry) throws(Failure) in
      let transfer = entry.transfer
      guard transfer.kind == .post || transfer.kind == .settle else { return }
      let (isIn, isOut) = (
        transfer.credit.name.hasPrefix(prefix), transfer.debit.name.hasPrefix(prefix)
      )
      // From one of the partner's accounts to another nothing is won.
      if isIn && isOut { return }
      let amount = isIn ? transfer.amount : -transfer.amount
      let currency = transfer.debit.currency
      guard entry.period == period, let index = places[entry.number] else {
        opening[currency, default: 0] += amount
        return
      }
      lines[currency, default: []].append(
        PartnerStatement.Line(
          number: entry.number, atMS: entry.atMS, kind: Self.kind(of: transfer),
          account: isIn ? transfer.credit.name : transfer.debit.name, amount: amount,
          details: transfer.details, bytes: entry.bytes, proof: tree.proof(index), index: index))
    }
    return Set(opening.keys).union(lines.keys).sorted().map { currency in
      let start = opening[currency] ?? 0
      let all = lines[currency] ?? []
      return PartnerStatement(
        partner: partner, period: period, currency: currency, opening: start,
        closing: all.reduce(start) { $0 + $1.amount }, lines: all, count: leaves.count,
        root: tree.root, isClosed: closed != nil)
    }
  }

  private static func kind(of transfer: Transfer) -> String {
    switch transfer.key.prefix(while: { $0 != ":" }) {
    case "usage": "charge"
    case "refund": "refund"
    case "payout": "payout"
    default: "adjustment"
    }
  }
}

/// A statement that somebody got, checked by nothing but itself and the root that was published.
public struct StatementCheck: Sendable {
  /// What is wrong, by line; empty where all is right.
  public let problems: [String]
  public let lines: Int

  /// Checks that each line is an entry under the root, and that the sums are right.
  public init(_ json: JSON, root published: String?) throws(Failure) {
    guard let lines = json["lines"]?.array, let count = json["entries"]?.integer,
      let rootText = json["root"]?.string, let root = Digest.bytes(hex: rootText),
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
    for line in lines {
      let name = "entry \(line["entry"]?.text ?? "?")"
      guard let bytes = line["bytes"]?.string.flatMap({ Digest.bytes(hex: $0) }),
        let amount = line["amount"]?.string.flatMap({ Micros(decimal: $0) }),
        let index = line["index"]?.integer
      else {
        problems.append("\(name) is incomplete")
        continue
      }
      let proof = (line["proof"]?.array ?? []).compactMap {
        $0.string.flatMap { Digest.bytes(hex: $0) }
      }
      if !Merkle.holds(
        Merkle.leaf(bytes), at: Int(index), of: Int(count), proof, root: root)
      {
        problems.append("\(name) is not under the root")
      }
      if !EntryText(bytes).says(amount, line) {
        problems.append("\(name) says other than what is in the books")
      }
      sum += amount
    }
    if json["closing"]?.string != sum.decimalText {
      problems.append("the closing balance is not the sum: \(sum.decimalText)")
    }
    self.problems = problems
    self.lines = lines.count
  }
}
