package import PatchbayCore
package import PatchbayJSON

extension BillingPolicy {
  /// Reads what somebody wrote, and says what does not fit.
  package init(_ json: JSON) throws(Failure) {
    let problems = Self.shape.problems(in: json)
    if !problems.isEmpty {
      throw Self.refused(problems.prefix(5).map(\.description).joined(separator: "; "))
    }
    func list(_ name: String) -> [JSON] { json[name]?.array ?? [] }
    self.json = json
    overrides = list("platform_ppm").map {
      Override(
        name: $0["plugin"]?.string ?? $0["publisher"]?.string ?? "",
        from: $0["from"]?.string ?? "", ppm: $0["ppm"]?.integer ?? 0)
    }.sorted { $0.from < $1.from }
    groups = list("groups").map {
      Group(
        name: $0["name"]?.string ?? "",
        publishers: ($0["publishers"]?.array ?? []).compactMap(\.string),
        currency: $0["currency"]?.string ?? "", freeMicros: Micros($0["free_micros"]?.integer ?? 0))
    }
    plans = list("plans").map {
      Plan(
        name: $0["name"]?.string ?? "", currency: $0["currency"]?.string ?? "",
        monthMicros: $0["month_micros"]?.integer ?? 0, requests: $0["requests"]?.integer)
    }
    customers = Self.map(json["customers"], Self.customer)
    partners = Self.map(json["partners"]) { _, json in Self.partner(json) }
    budgets = list("budgets").compactMap(Self.budget)
    approvers = list("approvers").compactMap(\.string)
    if let problem = problem() { throw Self.refused(problem) }
  }

  private static func refused(_ text: String) -> Failure {
    Failure(
      .config, "billing.policy", "the billing policy cannot be used: \(text)",
      mend: "correct the file; nothing was changed")
  }

  private static func map<R>(_ json: JSON?, _ read: (String, JSON) -> R) -> [String: R] {
    Dictionary(
      (json?.object?.members ?? []).map { ($0.name, read($0.name, $0.value)) },
      uniquingKeysWith: { $1 })
  }

  private static func customer(_ name: String, _ json: JSON) -> Customer {
    Customer(
      name: json["name"]?.string ?? name, lines: lines(json), taxID: json["tax_id"]?.string ?? "",
      taxName: json["tax"]?["name"]?.string ?? "", taxPPM: json["tax"]?["ppm"]?.integer ?? 0,
      paymentDays: json["payment_days"]?.integer,
      plans: (json["plans"]?.array ?? []).map {
        Subscription(
          plan: $0["plan"]?.string ?? "", from: $0["from"]?.string ?? "",
          trialDays: $0["trial_days"]?.integer ?? 0)
      }.sorted { $0.from < $1.from })
  }

  private static func partner(_ json: JSON) -> Partner {
    Partner(
      name: json["name"]?.string ?? "", lines: lines(json), taxID: json["tax_id"]?.string ?? "",
      account: json["account"]?.string ?? "",
      holdDays: json["hold_days"]?.integer ?? Partner.usual.holdDays,
      minimumPayoutMicros: json["minimum_payout_micros"]?.integer.map { Micros($0) },
      withholdingPPM: json["withholding_ppm"]?.integer ?? 0)
  }

  private static func budget(_ json: JSON) -> Budget? {
    guard let currency = Currency(json["currency"]?.string ?? "") else { return nil }
    return Budget(
      name: json["name"]?.string ?? "",
      match: map(json["match"]) { _, value in value.string ?? "" }, currency: currency,
      limitMicros: Micros(json["limit_micros"]?.integer ?? 0),
      isHard: json["hard"] != .bool(false),
      alerts: (json["alerts_percent"]?.array ?? []).compactMap(\.integer).sorted())
  }

  /// What no shape can say.
  private func problem() -> String? {
    for (name, customer) in customers {
      if let unknown = customer.plans.first(where: { plan($0.plan) == nil }) {
        return "/customers/\(name)/plans names the plan “\(unknown.plan)”, which is not in /plans"
      }
      if Set(customer.plans.map(\.from)).count != customer.plans.count {
        return "/customers/\(name)/plans has two plans from one day on"
      }
      let currencies = Set(customer.plans.compactMap { plan($0.plan)?.currency })
      if currencies.count > 1 { return "/customers/\(name)/plans are in several currencies" }
    }
    for names in [plans.map(\.name), budgets.map(\.name), groups.map(\.name)]
    where Set(names).count != names.count {
      return "a name is there twice: \(names.sorted().joined(separator: ", "))"
    }
    if let name = budgets.map(\.name).first(where: { $0.hasPrefix("plan/") }) {
      return "/budgets: “\(name)”: names that begin with plan/ are those of plans"
    }
    let members = groups.flatMap { group in group.publishers.map { "\($0) \(group.currency)" } }
    if Set(members).count != members.count {
      return "/groups has a publisher twice for one currency"
    }
    if overrides.contains(where: { $0.name.isEmpty }) {
      return "/platform_ppm: each names a plugin or a publisher"
    }
    return nil
  }
}

extension BillingPolicy {
  private static let name = Terms.partyName
  private static let account = Shape.text(
    .init(length: 1...100, form: "letters, digits, spaces, points, slashes and dashes") {
      ($0.utf8.first ?? 0) > 0x2F
        && $0.utf8.allSatisfy {
          ($0 >= 0x30 && $0 <= 0x39) || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A)
            || " ./-".utf8.contains($0)
        }
    })
  private static let micros = Shape.integer(0...1_000_000_000_000_000_000)
  private static let ppm = Shape.integer(0...1_000_000)
  private static let address = Shape.list(of: .text(.init(length: 1...200)), count: 0...10)

  /// What a budget can be about.
  package static let dimensions = ["organisation", "team", "key", "connection", "plugin", "model"]

  private static let taxID = Shape.text(.init(length: 1...50))
  private static let paymentDays = Shape.integer(0...366)

  private static let customerShape = Shape.object([
    .optional("name", .text(.init(length: 1...200)), "as it stands on invoices"),
    .optional("address", address), .optional("tax_id", taxID),
    .optional("payment_days", paymentDays, "in place of the policy's own"),
    .optional(
      "tax", .object([.required("name", name), .required("ppm", ppm)]),
      "what invoices add, such as VAT 19 %"),
    .optional(
      "plans",
      .list(
        of: .object([
          .required("plan", name), .required("from", Terms.day),
          .optional("trial_days", .integer(0...366), "days from then on that cost nothing"),
        ]), count: 0...1000)),
  ])

  private static let partnerShape = Shape.object([
    .optional("name", .text(.init(length: 1...200)), "as it stands on statements"),
    .optional("address", address), .optional("tax_id", taxID),
    .optional("account", account, "where payouts go, such as an IBAN"),
    .optional("hold_days", .integer(0...366), "from the customer's payment on; default 14"),
    .optional("minimum_payout_micros", micros, "less is carried over"),
    .optional("withholding_ppm", ppm, "tax kept back"),
  ])

  private static let budgetShape = Shape.object([
    .required("name", name),
    .required(
      "match", .object(dimensions.map { .optional($0, name) }), "whose use counts: all of them"),
    .required("currency", Terms.currency), .required("limit_micros", micros, "of each month"),
    .optional("hard", .flag, "whether more is refused; default true"),
    .optional("alerts_percent", .list(of: .integer(1...1000), count: 0...20)),
  ])

  /// What a billing policy must look like.
  package static let shape = Shape.object([
    .optional("$schema", .text(.init(length: 1...2000))), .required("billing", .integer(1...1)),
    .optional(
      "seller",
      .object([
        .required("name", name), .optional("address", address), .optional("tax_id", taxID),
      ])),
    .optional("payment_days", paymentDays, "in which invoices are to be paid; default 30"),
    .optional(
      "platform_ppm",
      .list(
        of: .object([
          .optional("plugin", name, "PUBLISHER/ID"), .optional("publisher", name),
          .required("from", Terms.day), .required("ppm", ppm),
        ])), "less than what was signed"),
    .optional(
      "groups",
      .list(
        of: .object([
          .required("name", name), .required("publishers", .list(of: name)),
          .required("currency", Terms.currency),
          .required("free_micros", micros, "of all time, that the platform takes nothing of"),
        ]))),
    .optional(
      "plans",
      .list(
        of: .object([
          .required("name", name), .required("currency", Terms.currency),
          .required("month_micros", micros),
          .optional("requests", .integer(0...1_000_000_000_000), "of a month; none: any number"),
        ]))),
    .optional("customers", .map(of: customerShape), "by connection"),
    .optional("partners", .map(of: partnerShape), "by party"),
    .optional("budgets", .list(of: budgetShape)),
    .optional(
      "anchor",
      .object([
        .optional("file", .text(.init(length: 1...1000)), "it is appended to"),
        .optional("url", .text(.init(length: 1...2000)), "it is sent to by POST"),
      ]), "where the end of the books is published when a month closes"),
    .optional("approvers", .list(of: name), "who may propose and approve entries by hand"),
  ])
}
