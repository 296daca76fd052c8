package import PatchbayCore
package import PatchbayJSON
internal import PatchbayStore

/// An entry by hand that somebody proposed, and somebody else has to agree to.
package struct Proposal: Sendable {
  package let number: Int64
  package let by: String
  package let debit: Account
  package let credit: Account
  package let amount: Micros
  package let reason: String
  /// open, posted or refused.
  package let status: String
  package let decidedBy: String?

  package var json: JSON {
    [
      "proposal": .integer(number), "by": .string(by), "debit": .string(debit.name),
      "credit": .string(credit.name), "currency": .string(debit.currency.code),
      "amount": .string(amount.decimalText), "reason": .string(reason),
      "status": .string(status), "decided_by": decidedBy.map { .string($0) } ?? .null,
    ]
  }
}

extension Journal {
  /// Kinds of accounts that an entry by hand may move.
  package static let kinds = [
    "customer", "partner", "platform", "tax", "fees", "bank", "liquidity", "expense",
  ]

  /// Keeps a proposal, within a batch.
  package func propose(_ transfer: Transfer, by name: String, reason: String, nowMS: Int64)
    throws(Failure) -> Proposal
  {
    try checkApprover(name)
    for account in [transfer.debit, transfer.credit] { try Self.check(account) }
    if transfer.amount <= 0 || transfer.debit == transfer.credit || reason.isEmpty {
      throw Failure(
        .config, "ledger.post",
        "an entry moves more than nothing between two accounts, for a reason",
        mend: "give --amount, --debit, --credit and --reason")
    }
    let number = try nextNumber(.proposals)
    try insert(
      .proposals,
      [
        .integer(number), .integer(nowMS), .text(name), .text(transfer.debit.name),
        .text(transfer.credit.name), .text(transfer.debit.currency.code),
        .micros(transfer.amount), .text(reason), .text("open"), .null,
      ])
    return try proposal(number)
  }

  /// Posts what somebody else proposed, or refuses it, within a batch.
  package func decide(_ number: Int64, agrees: Bool, by name: String, nowMS: Int64) throws(Failure)
    -> Proposal
  {
    try checkApprover(name)
    let proposal = try proposal(number)
    if proposal.status != "open" {
      throw Failure(
        .conflict, "ledger.post", "proposal \(number) is \(proposal.status) already",
        mend: "propose anew what is still to be done")
    }
    if agrees && proposal.by == name {
      throw Failure(
        .permission, "ledger.post", "\(name) proposed it, and somebody else has to agree",
        mend: "ask another of the approvers")
    }
    if agrees {
      try post(
        Transfer(
          debit: proposal.debit, credit: proposal.credit, amount: proposal.amount,
          key: "post:\(number)",
          details: JSONObject([
            .init("reason", .string(proposal.reason)), .init("by", .string(proposal.by)),
            .init("agreed", .string(name)),
          ])), atMS: nowMS)
    }
    if let row = try row(.proposals, .integer(number)) {
      try update(
        row, ("status", .text(agrees ? "posted" : "refused")), ("decided_by", .text(name)))
    }
    return try self.proposal(number)
  }

  package func proposals() throws(Failure) -> [Proposal] {
    try rows(.proposals, "ORDER BY number").compactMap(Self.proposal)
  }

  private func proposal(_ number: Int64) throws(Failure) -> Proposal {
    let found = try row(.proposals, .integer(number)).flatMap(Self.proposal)
    if let found { return found }
    throw Failure(
      .config, "ledger.unknown", "there is no proposal \(number)",
      mend: "patchbay ledger post list shows them")
  }

  private static func proposal(_ row: SealedRow) -> Proposal? {
    Currency(row.text("currency")).map {
      Proposal(
        number: row.integer("number"), by: row.text("by"), debit: Account(row.text("debit"), $0),
        credit: Account(row.text("credit"), $0), amount: row.micros("amount"),
        reason: row.text("reason"), status: row.text("status"),
        decidedBy: row.optionalText("decided_by"))
    }
  }

  private func checkApprover(_ name: String) throws(Failure) {
    let names = try policy().approvers
    if names.contains(name) { return }
    throw Failure(
      .permission, "ledger.approver", "“\(name)” is none of the approvers",
      mend: names.isEmpty
        ? "name at least two under /approvers of the billing policy"
        : "they are: "
          + names.joined(separator: ", "))
  }

  private static func check(_ account: Account) throws(Failure) {
    let parts = account.name.split(separator: ":", omittingEmptySubsequences: false)
    let isPlain = parts.count <= 4 && parts.allSatisfy { !$0.isEmpty && $0.utf8.count <= 120 }
    let isASCII = account.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    if isPlain, isASCII, kinds.contains(String(parts.first ?? "")) { return }
    throw Failure(
      .config, "ledger.account", "“\(account.name)” is no account for an entry by hand",
      mend: "its name begins with one of: " + kinds.joined(separator: ", "))
  }
}
