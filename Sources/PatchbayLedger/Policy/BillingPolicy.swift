internal import PatchbayCore
public import PatchbayJSON

/// What whoever runs the hub decided about money: who pays which plan and tax, what the platform's
/// part is where it is not as signed, how partners are paid, and what may be spent.
public struct BillingPolicy: Sendable, Equatable {
  public let json: JSON
  public let overrides: [Override]
  public let groups: [Group]
  public let plans: [Plan]
  public let customers: [String: Customer]
  public let partners: [String: Partner]
  public let budgets: [Budget]
  /// Who may propose an entry by hand, and agree to one of somebody else.
  public let approvers: [String]

  /// Another part for the platform than the one that was signed, from a day on.
  public struct Override: Sendable, Equatable {
    /// PUBLISHER, or PUBLISHER/PLUGIN, which goes first.
    public let name: String
    public let from: String
    public let ppm: Int64
  }

  /// Publishers whose first charges are shared without the platform.
  public struct Group: Sendable, Equatable {
    public let name: String
    public let publishers: [String]
    public let currency: String
    /// The sum, over all time, that the platform takes nothing of.
    public let freeMicros: Micros
  }

  /// What is paid by the month, whatever is used.
  public struct Plan: Sendable, Equatable {
    public let name: String
    public let currency: String
    public let monthMicros: Int64
    /// Requests of a month that it allows; `nil` for any number.
    public let requests: Int64?
  }

  public struct Customer: Sendable, Equatable {
    public let name: String
    public let lines: [String]
    public let taxID: String
    public let taxName: String
    public let taxPPM: Int64
    /// By their days.
    public let plans: [Subscription]
  }

  public struct Subscription: Sendable, Equatable {
    public let plan: String
    public let from: String
    public let trialDays: Int64
  }

  public struct Partner: Sendable, Equatable {
    public let account: String
    public let holdDays: Int64
    public let minimumPayoutMicros: Micros?
    public let withholdingPPM: Int64

    static let usual = Partner(
      account: "", holdDays: 14, minimumPayoutMicros: nil, withholdingPPM: 0)
  }

  /// What may be spent in a month by whoever it names.
  public struct Budget: Sendable, Equatable {
    public let name: String
    /// organisation, team, key, connection, plugin or model, each with the name that it must have.
    public let match: [String: String]
    public let currency: Currency
    public let limitMicros: Micros
    /// Whether what would pass the limit is refused.
    public let isHard: Bool
    /// In percent of the limit; each is told once a month.
    public let alerts: [Int64]

    public init(
      name: String, match: [String: String], currency: Currency, limitMicros: Micros, isHard: Bool,
      alerts: [Int64]
    ) {
      (self.name, self.match, self.currency) = (name, match, currency)
      (self.limitMicros, self.isHard, self.alerts) = (limitMicros, isHard, alerts)
    }
  }

  /// Nothing was decided: what was signed holds.
  public static let none: JSON = ["billing": 1]
}

extension BillingPolicy {
  /// Who issues the invoices.
  public var seller: [String] {
    [json["seller"]?["name"]?.string].compactMap { $0 } + Self.lines(json["seller"])
  }

  public func customer(_ name: String) -> Customer {
    customers[name]
      ?? Customer(name: name, lines: [], taxID: "", taxName: "", taxPPM: 0, plans: [])
  }

  public func partner(_ name: String) -> Partner { partners[name] ?? .usual }

  public func plan(_ name: String) -> Plan? { plans.first { $0.name == name } }

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
