package import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayJSON
internal import PatchbayStore

/// Programs that read the books.
package enum ExportFormat: String, Sendable, CaseIterable {
  case hledger, ledger, beancount
}

extension Journal {
  /// The books as text for another program, part by part: strictly, with every account and currency
  /// declared, and what each account must hold at the end.
  package func export(_ format: ExportFormat, _ write: (String) throws(Failure) -> Void)
    throws(Failure)
  {
    let accounts = try allAccounts().filter { !$0.isMemo }
    let currencies = Set(accounts.map(\.currency)).sorted()
    let names = Set(accounts.map { Self.name($0.name) }).sorted()
    var first = "1970-01-01"
    var last = first
    try forEachRaw { (entry) throws(Failure) in
      let day = String(Time.format(entry.atMS).prefix(10))
      if first == "1970-01-01" || day < first { first = day }
      last = max(last, day)
    }
    let known = Dictionary(
      accounts.map { ($0.name, Self.name($0.name)) }, uniquingKeysWith: { one, _ in one })
    try write(Self.head(format, currencies, names, first))
    try forEachRaw { (entry) throws(Failure) in
      guard entry.isMovement, entry.value != 0, !entry.debit.isMemo,
        let debit = known[entry.debit.name], let credit = known[entry.credit.name]
      else { return }
      try write(Self.text(entry, debit, credit, format))
    }
    for account in accounts {
      let balance = try balance(account)
      try write(Self.assertion(account, -balance, format, after: last))
    }
  }

  private static func head(
    _ format: ExportFormat, _ currencies: [Currency], _ names: [String], _ day: String
  ) -> String {
    switch format {
    case .hledger:
      // hledger does not look at what lies beyond the digits that it is told of.
      return currencies.map { "commodity 1000.000000 \($0)\n" }.joined()
        + names.map { "account \($0)\n" }.joined() + "\n"
    case .ledger:
      return currencies.map { "commodity \($0)\n  format 1000.000000 \($0)\n" }.joined()
        + names.map { "account \($0)\n" }.joined() + "\n"
    case .beancount:
      return "option \"inferred_tolerance_default\" \"*:0\"\n"
        + currencies.map { "\(day) commodity \($0)\n" }.joined()
        + names.map { "\(day) open \($0)\n" }.joined() + "\n"
    }
  }

  private static func text(
    _ entry: RawEntry, _ debit: String, _ credit: String, _ format: ExportFormat
  ) -> String {
    let day = Time.format(entry.atMS).prefix(10)
    let amount = "\(entry.value.decimalText) \(entry.debit.currency)"
    var key = String.UnicodeScalarView()
    for letter in entry.key.unicodeScalars {
      let isSign = letter.value < 0x20 || "\"\\;|".unicodeScalars.contains(letter)
      key.append(isSign ? "_" : letter)
    }
    switch format {
    case .hledger, .ledger:
      return """
        \(day) * (\(entry.number)) \(String(key))
          \(debit)  \(amount)
          \(credit)  -\(amount)


        """
    case .beancount:
      return """
        \(day) * "\(String(key))" ^e\(entry.number)
          \(debit)  \(amount)
          \(credit)  -\(amount)


        """
    }
  }

  /// What an account holds at the end, as debits less credits.
  private static func assertion(
    _ account: Account, _ balance: Micros, _ format: ExportFormat, after day: String
  ) -> String {
    let amount = "\(balance.decimalText) \(account.currency)"
    let name = name(account.name)
    switch format {
    case .hledger, .ledger:
      return "\(day) * balance\n  \(name)  0.000000 \(account.currency) = \(amount)\n\n"
    case .beancount:
      // It holds at the beginning of a day.
      let next = Time.format((Time.parse(day + "T00:00:00Z") ?? 0) + 86_400_000).prefix(10)
      return "\(next) balance \(name)  \(amount)\n"
    }
  }

  /// The account's name, as a program wants it, under the five kinds that they all know.
  private static func name(_ name: String) -> String {
    let parts = name.split(separator: ":").map(String.init)
    let kind =
      switch parts.first {
      case "customer", "bank", "liquidity": "Assets"
      case "platform", "fees": "Income"
      case "expense": "Expenses"
      default: "Liabilities"
      }
    return ([kind] + parts.map(part)).joined(separator: ":")
  }

  /// Letters, digits and dashes, a capital or digit first: what beancount takes. Others are written
  /// by their numbers, so that two names stay two.
  private static func part(_ text: String) -> String {
    var safe = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        safe.append(Character(Unicode.Scalar(byte)))
      default: safe += "-\(Hex.encode([byte]))"
      }
    }
    return "X" + safe
  }
}
