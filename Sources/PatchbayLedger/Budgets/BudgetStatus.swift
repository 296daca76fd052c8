/// How a budget stands in a month.
package struct BudgetStatus: Sendable {
  package let budget: BillingPolicy.Budget
  package let month: String
  package let spent: Micros
  /// Set aside for what is under way.
  package let held: Micros
  /// Thresholds that were reached, in percent, and when.
  package let alerts: [(percent: Int64, atMS: Int64)]

  package var left: Micros { budget.limitMicros - spent - held }
}

/// What a month will have cost when it is over, as far as its days so far say.
///
/// Method: the mean of the whole days so far for each day that is left, on top of what was spent.
/// Error: the standard error of that sum, from how much the days differ (sample variance s², n days
/// so far, m days left): s·√(m + m²/n). Where days are alike and many it is small; two thirds of
/// months end within it, if days to come are like those before.
package struct Forecast: Sendable, Equatable {
  package let total: Micros
  /// `nil` with less than two whole days.
  package let error: Micros?
  package let days: Int

  package static let method =
    "mean of the whole days so far for each day left; ± one standard error"

  /// `spent` is what was spent on each whole day, `today` what was spent since midnight, and
  /// `left` how many days there are after the whole ones.
  package init(spent: [Micros], today: Micros, left: Int) {
    days = spent.count
    let sum = spent.reduce(0, +)
    guard !spent.isEmpty else {
      (total, error) = (today, nil)
      return
    }
    let rest = sum * Micros(left) / Micros(spent.count)
    total = max(sum + rest, sum + today)
    guard spent.count > 1 else {
      error = nil
      return
    }
    let mean = Double(sum) / Double(spent.count)
    let squares = spent.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    let (count, rests) = (Double(spent.count), Double(left))
    let variance = squares / (count - 1)
    error = Micros((variance * (rests + rests * rests / count)).squareRoot().rounded())
  }
}
