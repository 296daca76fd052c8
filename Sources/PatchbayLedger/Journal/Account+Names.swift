internal import PatchbayCore

/// The accounts that the hub itself writes to. A name that somebody chose is one part of an
/// account's name, whatever is in it.
extension Account {
  /// What a customer used and was not yet asked to pay.
  static func usage(_ customer: String, _ currency: Currency) -> Account {
    Account("customer:\(part(customer)):usage", currency)
  }

  /// What a customer was asked to pay.
  static func due(_ customer: String, _ currency: Currency) -> Account {
    Account("customer:\(part(customer)):due", currency)
  }

  /// What passes from a credit note to an invoice: nothing stays here.
  static func credit(_ customer: String, _ currency: Currency) -> Account {
    Account("customer:\(part(customer)):credit", currency)
  }

  static func partner(_ party: String, _ stage: Stage, _ currency: Currency) -> Account {
    Account("partner:\(part(party)):\(stage.rawValue)", currency)
  }

  /// Tax that customers paid, by its rate.
  static func tax(_ ppm: Int64, _ currency: Currency) -> Account { Account("tax:\(ppm)", currency) }

  /// Tax kept back from payouts.
  static func withheld(_ currency: Currency) -> Account { Account("tax:withheld", currency) }

  static func bank(_ currency: Currency) -> Account { Account("bank", currency) }

  /// Fees of plans.
  static func plans(_ currency: Currency) -> Account { Account("platform:plans", currency) }

  /// Where money of one currency becomes that of another.
  static func liquidity(_ currency: Currency) -> Account { Account("liquidity", currency) }

  /// What a month's budget still has, and what was taken of it: beside the money, not part of it.
  static func budget(_ name: String, _ month: String, _ currency: Currency) -> Account {
    Account("budget:\(part(name)):\(month):left", currency)
  }

  static func spent(_ name: String, _ month: String, _ currency: Currency) -> Account {
    Account("budget:\(part(name)):\(month):spent", currency)
  }

  /// Where a month's budget comes from.
  static func granted(_ name: String, _ month: String, _ currency: Currency) -> Account {
    Account("budget:\(part(name)):\(month):granted", currency)
  }

  /// Whether it counts what may be spent, and no money.
  var isMemo: Bool { name.hasPrefix("budget:") }

  /// Where a partner's money stands.
  enum Stage: String, Sendable, CaseIterable {
    /// The customer has not paid.
    case earned
    /// Paid by the customer, and held for some days.
    case collected
    /// May be paid out.
    case payable
  }

  /// A name as a part of an account's name: colons and percent signs are written by their numbers.
  static func part(_ name: String) -> String {
    guard name.utf8.contains(where: { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "%") })
    else { return name }
    return name.map { $0 == ":" ? "%3A" : $0 == "%" ? "%25" : String($0) }.joined()
  }

  /// The name that a part stands for.
  static func name(ofPart part: String) -> String {
    part.replacing("%3A", with: ":").replacing("%25", with: "%")
  }

  /// The partner whose account it is, or `nil`.
  var partner: String? {
    let parts = name.split(separator: ":").map(String.init)
    return parts.count == 3 && parts[0] == "partner" ? Self.name(ofPart: parts[1]) : nil
  }

  /// The partner who waits in it for a customer's payment, or `nil`.
  var earner: String? {
    name.hasSuffix(":\(Stage.earned.rawValue)") ? partner : nil
  }

  /// The customer whose use it counts, or `nil`.
  var userOfUsage: String? {
    let parts = name.split(separator: ":").map(String.init)
    return parts.count == 3 && parts[0] == "customer" && parts[2] == "usage"
      ? Self.name(ofPart: parts[1]) : nil
  }
}
