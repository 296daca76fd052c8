internal import PatchbayCore
internal import PatchbayCrypto
public import PatchbayJSON

/// An invoice, or a credit note, as it was issued. Never changed: a mistake is mended by a credit
/// note.
public struct BillingDocument: Sendable {
  public struct Line: Sendable, Equatable {
    public let text: String
    public let quantity: Int128
    public let amount: Micros
  }

  public let json: JSON
  public let paid: Micros

  public var number: String { json["number"]?.string ?? "" }
  public var isCreditNote: Bool { json["kind"]?.string == "credit_note" }
  public var customer: String { json["customer"]?.string ?? "" }
  public var period: String { json["period"]?.string ?? "" }
  public var currency: Currency? { Currency(json["currency"]?.string ?? "") }
  public var net: Micros { amount("net") }
  public var tax: Micros { amount("tax") }
  public var total: Micros { amount("total") }
  /// What is smaller than can be paid, and goes to the next invoice.
  public var carried: Micros { amount("carried") }
  public var taxPPM: Int64 { json["tax_ppm"]?.integer ?? 0 }
  /// The invoice that a credit note takes back from.
  public var refers: String { json["invoice"]?.string ?? "" }

  public var lines: [Line] {
    (json["lines"]?.array ?? []).map {
      Line(
        text: $0["text"]?.string ?? "",
        quantity: Int128($0["quantity"]?.integer ?? 0),
        amount: Micros(decimal: $0["amount"]?.string ?? "") ?? 0)
    }
  }

  /// SHA-256 of the document: its entry in the journal names it.
  public var sha256: String { Hex.encode(Digest.sha256(json.bytes)) }

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
