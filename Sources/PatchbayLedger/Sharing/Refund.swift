package import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

extension Journal {
  /// Gives back a part of what was charged for a use, or all of it, within a batch: each posting of
  /// the charge is reversed in its part. Refunds of a charge add up: the last one leaves nothing.
  package func refund(
    usage: String, _ amount: Micros?, reason: String, key: String, atMS: Int64
  ) throws(Failure) -> Micros {
    let postings = try charge(of: usage)
    let total = postings.reduce(Micros(0)) { $0 + $1.transfer.amount }
    var back: [Micros] = []
    var isKnown = false
    for posting in postings {
      let earlier = try entries(referringTo: posting.id)
      isKnown = isKnown || earlier.contains { $0.transfer.key.hasPrefix("refund:\(key):") }
      back.append(earlier.reduce(Micros(0)) { $0 + $1.transfer.amount })
    }
    let before = back.reduce(0, +)
    let wanted = amount ?? (total - before)
    if isKnown { return wanted }
    guard wanted > 0, before + wanted <= total else {
      throw Failure(
        .conflict, "ledger.refund",
        "\(wanted.decimalText) cannot be given back of the charge “\(usage)”: it was "
          + "\(total.decimalText), and \(before.decimalText) were given back already",
        mend: "give back at most \((total - before).decimalText)")
    }
    var (left, weight) = (before + wanted, total)
    for (index, posting) in postings.enumerated() {
      let transfer = posting.transfer
      let sum = transfer.amount == weight ? left : left.times(transfer.amount, over: weight)
      left -= sum
      weight -= transfer.amount
      let part = sum - back[index]
      if part <= 0 { continue }
      try post(
        Transfer(
          debit: transfer.credit, credit: transfer.debit, amount: part,
          key: "refund:\(key):\(transfer.key)", refers: posting.id,
          details: JSONObject([
            .init("reason", .string(reason)), .init("usage", .string(usage)),
            .init("plugin", transfer.details["plugin"] ?? .null),
            .init("terms", transfer.details["terms"] ?? .null),
          ])), atMS: atMS)
    }
    return wanted
  }

  private func charge(of usage: String) throws(Failure) -> [Entry] {
    let prefix = "usage:\(usage):"
    let ids = try database.prepare(
      "SELECT id FROM transfers WHERE key >= ?1 AND key < ?2 ORDER BY number"
    ).bind(.text(prefix), .text("usage:\(usage);")).rows { TransferID(bytes: $0.bytes(0)) }
    var found: [Entry] = []
    for id in ids { if let entry = try entry(id: id) { found.append(entry) } }
    if found.isEmpty {
      throw Failure(
        .config, "ledger.unknown", "nothing was charged for the usage “\(usage)”",
        mend: "statements name each usage that was charged")
    }
    return found
  }
}
