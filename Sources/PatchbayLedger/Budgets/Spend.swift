public import PatchbayCore

/// Whose money is spent, and on what: budgets are found by it.
public struct Spend: Sendable, Equatable {
  /// organisation, team, key, connection, plugin and model, as far as they are known.
  public let names: [String: String]

  public init(_ names: [String: String]) { self.names = names }

  /// What a use has a name for, so far.
  public static let known = ["connection", "plugin"]

  /// Of a use: there are no organisations yet, so that a connection is the customer.
  public init(_ event: UsageEvent) {
    self.init(["connection": event.customer, "plugin": event.plugin])
  }

  /// Whether a budget is about it.
  func isOf(_ budget: BillingPolicy.Budget) -> Bool {
    budget.match.allSatisfy { names[$0.key] == $0.value }
  }
}
