package import PatchbayCore
package import PatchbayJSON
internal import PatchbayStore

/// What a run was charged, by meter.
package struct RunCost: Sendable {
  package let meter: String
  /// Units that were charged: without those that were free.
  package let quantity: Int64
  package let amount: Micros
  package let currency: Currency

  package var json: JSON {
    [
      "meter": .string(meter), "quantity": .integer(quantity),
      "charged": .string(amount.decimalText), "currency": .string(currency.code),
    ]
  }
}

extension Journal {
  /// What was charged for the uses of a run so far; nothing where nothing was.
  package func costs(ofRun run: String) throws(Failure) -> [RunCost] {
    // Behind a run's name there is a slash, and behind that in the order of bytes a zero.
    let ids = try database.statement(
      "SELECT id FROM transfers WHERE key >= ?1 AND key < ?2 ORDER BY number"
    ).bind(.text("usage:\(run)/"), .text("usage:\(run)0")).rows {
      TransferID(bytes: $0.bytes(0))
    }
    var (order, seen): ([String], Set<String>) = ([], [])
    var sums: [String: (meter: String, quantity: Int64, amount: Micros, currency: Currency)] = [:]
    for id in ids {
      guard let transfer = try entry(id: id)?.transfer else { continue }
      let (meter, currency) = (transfer.details["meter"]?.string ?? "", transfer.debit.currency)
      let name = "\(meter) \(currency)"
      if sums[name] == nil { order.append(name) }
      var sum = sums[name] ?? (meter, 0, 0, currency)
      if seen.insert(transfer.details["usage"]?.string ?? "").inserted {
        sum.quantity += Self.chargedUnits(transfer.details)
      }
      sum.amount += transfer.debit.userOfUsage == nil ? -transfer.amount : transfer.amount
      sums[name] = sum
    }
    return order.compactMap { name in
      sums[name].map {
        RunCost(meter: $0.meter, quantity: $0.quantity, amount: $0.amount, currency: $0.currency)
      }
    }
  }

  /// What of a use was not free. Charges of before that was written down say their use.
  private static func chargedUnits(_ details: JSONObject) -> Int64 {
    func units(_ name: String) -> Int128 { Int128(max(0, details[name]?.integer ?? 0)) }
    let (before, used) = (units("before"), units("quantity"))
    return Int64(clamping: max(0, before + used - max(before, units("free"))))
  }
}
