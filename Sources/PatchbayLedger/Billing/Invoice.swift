internal import PatchbayCore
internal import PatchbayCrypto
package import PatchbayJSON

/// An invoice, or a credit note, as it was issued. Never changed: a mistake is mended by a credit
/// note.
package struct BillingDocument: Sendable {
  package struct Line: Sendable, Equatable {
    /// All that the document says of it.
    package let json: JSON

    package var text: String { json["text"]?.string ?? "" }
    package var amount: Micros { Micros(decimal: json["amount"]?.string ?? "") ?? 0 }
    /// Units that were used, what of them was free, and what of them is charged; `nil` where the
    /// line is not about use.
    package var used: Int64? { json["used"]?.integer ?? json["quantity"]?.integer }
    package var free: Int64? { json["free"]?.integer }
    package var charged: Int64? { json["charged"]?.integer }
    /// What a unit costs, in words; empty where the line is not about use.
    package func unitPrice(_ currency: String) -> String { UnitPrice(json["price"]).text(currency) }

    init(json: JSON) { self.json = json }

    /// One that is not about use.
    init(_ kind: String, _ text: String, _ amount: Micros) {
      json = [
        "kind": .string(kind), "text": .string(text), "amount": .string(amount.decimalText),
      ]
    }
  }

  /// The document as it is issued, and printed.
  package let json: JSON
  package let paid: Micros

  package var number: String { json["number"]?.string ?? "" }
  package var isCreditNote: Bool { json["kind"]?.string == "credit_note" }
  package var customer: String { json["customer"]?.string ?? "" }
  package var period: String { json["period"]?.string ?? "" }
  package var currency: Currency? { Currency(json["currency"]?.string ?? "") }
  package var net: Micros { amount("net") }
  package var tax: Micros { amount("tax") }
  package var total: Micros { amount("total") }
  /// What is smaller than can be paid, and goes to the next invoice.
  package var carried: Micros { amount("carried") }
  package var taxPPM: Int64 { json["tax_ppm"]?.integer ?? 0 }
  /// The invoice that a credit note takes back from.
  package var refers: String { json["invoice"]?.string ?? "" }

  package var lines: [Line] { (json["lines"]?.array ?? []).map(Line.init) }
  /// The day up to which it is to be paid, as 2026-01-31; empty on documents that say none.
  package var due: String { json["due"]?.string ?? "" }
  /// Whether it only shows what would be issued.
  package var isPreview: Bool { json["kind"]?.string == "preview" }

  /// SHA-256 of the document: its entry in the journal names it.
  package var sha256: String { Hex.encode(Digest.sha256(json.bytes)) }

  func amount(_ name: String) -> Micros { json[name]?.string.flatMap { Micros(decimal: $0) } ?? 0 }
}

extension Micros {
  /// Rounded down to what can be paid.
  func payable(in currency: Currency) -> Micros {
    let part = self % currency.minorMicros
    return part < 0 ? self - part - currency.minorMicros : self - part
  }

  /// A rate of it, to the nearest that can be paid; what lies between goes away from zero.
  func tax(_ ppm: Int64, in currency: Currency) -> Micros {
    let exact = magnitude.multipliedFullWidth(by: Int128(ppm).magnitude)
    let unit = UInt128(1_000_000) * currency.minorMicros.magnitude
    let (count, rest) = unit.dividingFullWidth(exact)
    let rounded = Micros(rest * 2 >= unit ? count + 1 : count) * currency.minorMicros
    return self < 0 ? -rounded : rounded
  }
}
