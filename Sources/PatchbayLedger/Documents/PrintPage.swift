internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayJSON

/// A page to be printed, or kept as PDF by any browser: no scripts, nothing from elsewhere.
package enum PrintPage {
  /// All up to the first table.
  static func head(_ title: String, _ lines: [String]) -> String {
    """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8"><title>\(escaped(title))</title>
    <meta http-equiv="Content-Security-Policy"
      content="default-src 'none'; style-src 'unsafe-inline'">
    <style>
    @page { size: A4; margin: 18mm }
    body { font: 9pt/1.35 sans-serif; color: #111; max-width: 190mm; margin: auto }
    h1 { font-size: 15pt } p { margin: 0 0 2mm }
    table { border-collapse: collapse; width: 100%; margin: 4mm 0 }
    thead { display: table-header-group } tr { break-inside: avoid }
    th, td { padding: .6mm 1.5mm; text-align: left; border-bottom: .2mm solid #ccc }
    td { overflow-wrap: anywhere; vertical-align: top }
    .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
    .h { font: 7pt monospace }
    </style></head><body><h1>\(escaped(title))</h1>

    """ + lines.map { "<p>\(escaped($0))</p>\n" }.joined()
  }

  static let end = "</body></html>\n"

  /// A row; names of columns that hold figures begin with “#”, those of hashes with “%”.
  static func row(_ values: [String], _ columns: [String], isHead: Bool = false) -> String {
    let cells = zip(values, columns).map { value, column in
      let kind = column.hasPrefix("#") ? " class=n" : column.hasPrefix("%") ? " class=h" : ""
      return isHead ? "<th\(kind)>\(escaped(value))</th>" : "<td\(kind)>\(escaped(value))</td>"
    }
    return "<tr>\(cells.joined())</tr>\n"
  }

  static func tableHead(_ columns: [String]) -> String {
    let names = columns.map { $0.hasPrefix("#") || $0.hasPrefix("%") ? String($0.dropFirst()) : $0 }
    return "<table><thead>\(row(names, columns, isHead: true))</thead><tbody>\n"
  }

  static let tableEnd = "</tbody></table>\n"

  /// Text, as it is safe anywhere in a page.
  static func escaped(_ text: String) -> String {
    var safe = ""
    for letter in text.unicodeScalars {
      switch letter {
      case "<": safe += "&lt;"
      case ">": safe += "&gt;"
      case "&": safe += "&amp;"
      case "\"": safe += "&quot;"
      case "'": safe += "&#39;"
      default: safe.unicodeScalars.append(letter.value < 0x20 ? " " : letter)
      }
    }
    return safe
  }
}

extension PartnerStatement {
  private static let pageColumns = [
    "#entry", "time (UTC)", "kind", "plugin", "meter", "#used", "#charged", "#amount", "usage",
    "invoice", "payout", "%plugin’s file", "%terms",
  ]

  /// The page up to its lines.
  package var pageHead: String {
    PrintPage.head(
      "Statement of \(partner), \(period), \(currency)",
      [
        "Opening balance \(opening.decimalText) \(currency), closing balance "
          + "\(closing.decimalText) \(currency).",
        "Of the closing balance: "
          + stages.map { "\($0.name) \($0.amount.decimalText)" }.joined(separator: ", ") + ".",
        "\(count) entries in the books of the month\(isClosed ? "" : ", which is still open"); "
          + "their root: \(Hex.encode(root))",
      ]) + PrintPage.tableHead(Self.pageColumns)
  }

  package func pageRow(_ line: Line) -> String {
    func text(_ name: String) -> String { line.details[name]?.plainText ?? "" }
    return PrintPage.row(
      [
        String(line.number), String(Time.format(line.atMS).prefix(19)), line.kind,
        "\(text("plugin")) \(text("version"))", text("meter"), text("quantity"), text("charge"),
        line.amount.decimalText, text("usage"), line.invoice ?? "", line.payout ?? "",
        text("library"), text("terms"),
      ], Self.pageColumns)
  }

  /// The page behind its lines.
  package static var pageEnd: String { PrintPage.tableEnd + PrintPage.end }
}

extension BillingDocument {
  /// The document, to be printed.
  package var page: String {
    func list(_ name: String) -> [String] { (json[name]?.array ?? []).compactMap(\.string) }
    let code = currency?.code ?? ""
    func withTaxID(_ name: String) -> String {
      let number = json["\(name)_tax_id"]?.string ?? ""
      return (list(name) + (number.isEmpty ? [] : ["tax ID \(number)"])).joined(separator: ", ")
    }
    let head = [
      "From: " + withTaxID("seller"), "To: " + withTaxID("buyer"),
      "Day: \(json["day"]?.string ?? ""); use up to: \(period)"
        + (due.isEmpty ? "" : "; to be paid by \(due)"),
    ]
    let columns = ["", "#used", "#free", "#charged", "unit price", "#\(code)"]
    func text(_ number: Int64?) -> String { number.map { String($0) } ?? "" }
    let rows = lines.map { line in
      PrintPage.row(
        [
          line.text, text(line.used), text(line.free), text(line.charged), line.unitPrice(code),
          line.amount.decimalText,
        ], columns)
    }
    let sums = sums.map { PrintPage.row([$0.name, "", "", "", "", $0.amount], columns) }
    let title = isPreview ? "Preview of an invoice" : isCreditNote ? "Credit note" : "Invoice"
    return PrintPage.head(isPreview ? title : "\(title) \(number)", head)
      + PrintPage.tableHead(columns) + rows.joined() + sums.joined() + PrintPage.tableEnd
      + PrintPage.end
  }

  /// What stands below the lines.
  package var sums: [(name: String, amount: String)] {
    var rows: [(name: String, amount: String)] = []
    if let over = json["carried_over"]?.string, over != Micros(0).decimalText {
      rows.append(("carried over from before", over))
    }
    if carried != 0 { rows.append(("carried to the next invoice", (-carried).decimalText)) }
    let tax = json["tax_name"]?.string ?? ""
    rows.append(("net", net.decimalText))
    rows.append((tax.isEmpty ? "no tax" : tax, self.tax.decimalText))
    rows.append(("total", total.decimalText))
    return rows
  }
}
