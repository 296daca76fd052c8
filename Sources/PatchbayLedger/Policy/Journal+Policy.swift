package import PatchbayCore
internal import PatchbayCrypto
package import PatchbayJSON
internal import PatchbayStore

extension Journal {
  /// The billing policy that holds.
  package func policy() throws(Failure) -> BillingPolicy {
    // The sealed end says how many there were: without its row the one before does not hold again.
    let number = sums[.policies]?.rows ?? 0
    if let known = knownPolicy, known.number == number { return known.policy }
    let text = try row(.policies, .integer(number))?.text("json")
    if text == nil && number > 0 { throw Self.damaged("the billing policy \(number) is gone") }
    let policy = try BillingPolicy(try Self.stored(text ?? BillingPolicy.none.text))
    knownPolicy = (number, policy)
    return policy
  }

  /// Lets another policy hold, within a batch. What was charged already stays as it was: so the
  /// platform's part of days that were charged must not change.
  package func setPolicy(_ json: JSON, nowMS: Int64) throws(Failure) {
    let (old, new) = (try policy(), try BillingPolicy(json))
    if old.json == new.json { return }
    let last = try lastRatedDay()
    func past(_ policy: BillingPolicy) -> [BillingPolicy.Override] {
      policy.overrides.filter { $0.from <= last }.sorted { ($0.from, $0.name) < ($1.from, $1.name) }
    }
    if past(old) != past(new) {
      throw Failure(
        .conflict, "billing.past",
        "/platform_ppm differs for days up to \(last), of which use was charged already",
        mend: "keep what held then, and let the change begin after \(last)")
    }
    let sha256 = Hex.encode(Digest.sha256(json.bytes))
    try insert(
      .policies,
      [.integer(try nextNumber(.policies)), .integer(nowMS), .text(sha256), .text(json.text)])
    try recount(new.budgets.filter { !old.budgets.contains($0) }, nowMS: nowMS)
  }
}
