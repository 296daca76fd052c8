internal import PatchbayCore
package import PatchbayJSON

/// What whoever runs the hub decided about money: who pays which plan and tax, what the platform's
/// part is where it is not as signed, how partners are paid, and what may be spent.
package struct BillingPolicy: Sendable, Equatable {
  package let json: JSON
  package let overrides: [Override]
  package let groups: [Group]
  package let plans: [Plan]
  package let customers: [String: Customer]
  package let partners: [String: Partner]
  package let budgets: [Budget]
  /// Who may propose an entry by hand, and agree to one of somebody else.
  package let approvers: [String]

  /// Another part for the platform than the one that was signed, from a day on.
  package struct Override: Sendable, Equatable {
    /// PUBLISHER, or PUBLISHER/PLUGIN, which goes first.
    package let name: String
    package let from: String
    package let ppm: Int64
  }

  /// Publishers whose first charges are shared without the platform.
  package struct Group: Sendable, Equatable {
    package let name: String
    package let publishers: [String]
    package let currency: String
    /// The sum, over all time, that the platform takes nothing of.
    package let freeMicros: Micros
  }

  /// What is paid by the month, whatever is used.
  package struct Plan: Sendable, Equatable {
    package let name: String
    package let currency: String
    package let monthMicros: Int64
    /// Requests of a month that it allows; `nil` for any number.
    package let requests: Int64?
  }

  package struct Customer: Sendable, Equatable {
    package let name: String
    package let lines: [String]
    package let taxID: String
    package let taxName: String
    package let taxPPM: Int64
    /// Days in which invoices are to be paid; `nil` for the policy's own.
    package let paymentDays: Int64?
    /// By their days.
    package let plans: [Subscription]
  }

  package struct Subscription: Sendable, Equatable {
    package let plan: String
    package let from: String
    package let trialDays: Int64
  }

  package struct Partner: Sendable, Equatable {
    /// As it stands on statements.
    package let name: String
    package let lines: [String]
    package let taxID: String
    package let account: String
    package let holdDays: Int64
    package let minimumPayoutMicros: Micros?
    package let withholdingPPM: Int64

    static let usual = Partner(
      name: "", lines: [], taxID: "", account: "", holdDays: 14, minimumPayoutMicros: nil,
      withholdingPPM: 0)
  }

  /// What may be spent in a month by whoever it names.
  package struct Budget: Sendable, Equatable {
    package let name: String
    /// organisation, team, key, connection, plugin or model, each with the name that it must have.
    package let match: [String: String]
    package let currency: Currency
    package let limitMicros: Micros
    /// Whether what would pass the limit is refused.
    package let isHard: Bool
    /// In percent of the limit; each is told once a month.
    package let alerts: [Int64]

    package init(
      name: String, match: [String: String], currency: Currency, limitMicros: Micros, isHard: Bool,
      alerts: [Int64]
    ) {
      (self.name, self.match, self.currency) = (name, match, currency)
      (self.limitMicros, self.isHard, self.alerts) = (limitMicros, isHard, alerts)
    }
  }

  /// Nothing was decided: what was signed holds.
  package static let none: JSON = ["billing": 1]
}

extension BillingPolicy {
  /// Who issues the invoices.
  package var seller: [String] {
    [json["seller"]?["name"]?.string].compactMap { $0 } + Self.lines(json["seller"])
  }

  /// Where the end of the books is published when a month closes.
  package var anchorFile: String? { json["anchor"]?["file"]?.string }
  package var anchorURL: String? { json["anchor"]?["url"]?.string }

  package var sellerTaxID: String { json["seller"]?["tax_id"]?.string ?? "" }

  /// Days in which a customer is to pay.
  package func paymentDays(of customer: String) -> Int64 {
    customers[customer]?.paymentDays ?? json["payment_days"]?.integer ?? 30
  }

  package func customer(_ name: String) -> Customer {
    customers[name]
      ?? Customer(
        name: name, lines: [], taxID: "", taxName: "", taxPPM: 0, paymentDays: nil, plans: [])
  }

  package func partner(_ name: String) -> Partner { partners[name] ?? .usual }

  package func plan(_ name: String) -> Plan? { plans.first { $0.name == name } }

  /// The plan of a customer on a day, with the day on which it began.
  func subscription(of customer: String, on day: String) -> Subscription? {
    customers[customer]?.plans.last { $0.from <= day }
  }

  /// The platform's part of a charge. What was signed is the most: it can only be less.
  func platformPPM(_ terms: CommercialTerms, on day: String) -> Int64 {
    let publisher = String(terms.plugin.prefix { $0 != "/" })
    let own = overrides.last { $0.name == terms.plugin && $0.from <= day }
    let wide = overrides.last { $0.name == publisher && $0.from <= day }
    return min(terms.platformPPM, (own ?? wide)?.ppm ?? terms.platformPPM)
  }

  func group(ofPlugin plugin: String, _ currency: Currency) -> Group? {
    let publisher = String(plugin.prefix { $0 != "/" })
    return groups.first { $0.currency == currency.code && $0.publishers.contains(publisher) }
  }

  static func lines(_ json: JSON?) -> [String] {
    (json?["address"]?.array ?? []).compactMap(\.string)
  }
}
