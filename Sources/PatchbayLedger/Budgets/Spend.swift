package import PatchbayCore

/// Whose money is spent, and on what: budgets are found by it.
package struct Spend: Sendable, Equatable {
  /// organisation, team, key, connection, plugin and model, as far as they are known.
  package let names: [String: String]

  package init(_ names: [String: String]) { self.names = names }

  /// What a use has a name for, so far.
  package static let known = ["organisation", "connection", "plugin"]

  /// Of a use. A connection is named as the hub knows it: `acme/crm`, and `crm` of the standard
  /// organisation.
  package init(_ event: UsageEvent) { self.init(customer: event.customer, plugin: event.plugin) }

  /// Of what a connection pays for, and for which plugin if it is for one.
  init(customer: String, plugin: String? = nil) {
    let parts = customer.split(separator: "/", maxSplits: 1)
    let organisation = parts.count == 2 ? String(parts[0]) : Organisation.standard.name
    var names = ["organisation": organisation, "connection": customer]
    names["plugin"] = plugin
    self.init(names)
  }

  /// Whether a budget is about it.
  func isOf(_ budget: BillingPolicy.Budget) -> Bool {
    budget.match.allSatisfy { names[$0.key] == $0.value }
  }
}
