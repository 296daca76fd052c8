internal import PatchbayCore
internal import PatchbayJSON

extension PartnerStatement {
  private static let detailNames = [
    "plugin", "version", "library", "terms", "usage", "meter", "quantity", "charge",
  ]

  /// The first line of comma-separated values (RFC 4180).
  package static var csvHead: String {
    Self.row(
      ["entry", "at", "kind", "account", "amount", "currency", "invoice", "payout"] + detailNames)
  }

  /// A line as comma-separated values.
  package func csv(_ line: Line) -> String {
    var values = [
      String(line.number), Time.format(line.atMS), line.kind, line.account,
      line.amount.decimalText, currency.code, line.invoice ?? "", line.payout ?? "",
    ]
    for name in Self.detailNames { values.append(line.details[name]?.plainText ?? "") }
    return Self.row(values)
  }

  /// A row of comma-separated values, with its end.
  package static func row(_ values: [String]) -> String { CSVRow.text(values.map(safe)) }

  /// What begins like a formula is text for whoever opens it in a spreadsheet; amounts are not.
  private static func safe(_ text: String) -> String {
    let isFormula =
      switch text.utf8.first {
      case UInt8(ascii: "="), UInt8(ascii: "@"), UInt8(ascii: "+"), 0x09, 0x0D: true
      case UInt8(ascii: "-"): Micros(decimal: text) == nil
      default: false
      }
    return isFormula ? "'" + text : text
  }
}

/// Lines of a statement that say the same of different uses.
package struct StatementSum: Sendable {
  package let kind: String
  package let plugin: String
  package let meter: String
  package var entries = 0
  package var used: Int128 = 0
  package var charged: Micros = 0
  package var amount: Micros = 0
}

/// Sums up lines by their kind, plugin and meter.
package struct StatementSums: Sendable {
  private var order: [String] = []
  private var found: [String: StatementSum] = [:]

  package init() {}

  package mutating func add(_ line: PartnerStatement.Line) {
    func text(_ name: String) -> String { line.details[name]?.plainText ?? "" }
    let plugin = "\(text("plugin")) \(text("version"))"
    let key = [line.kind, plugin, text("meter")].joined(separator: "\n")
    if found[key] == nil { order.append(key) }
    var sum = found[key] ?? StatementSum(kind: line.kind, plugin: plugin, meter: text("meter"))
    sum.entries += 1
    sum.used += Int128(line.details["quantity"]?.integer ?? 0)
    sum.charged += Micros(decimal: text("charge")) ?? 0
    sum.amount += line.amount
    found[key] = sum
  }

  package var all: [StatementSum] { order.compactMap { found[$0] } }
}
