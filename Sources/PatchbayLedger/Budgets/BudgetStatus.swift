/// How a budget stands in a month.
public struct BudgetStatus: Sendable {
  public let budget: BillingPolicy.Budget
  public let month: String
  public let spent: Micros
  /// Set aside for what is under way.
  public let held: Micros
  /// Thresholds that were reached, in percent, and when.
  public let alerts: [(percent: Int64, atMS: Int64)]

  public var left: Micros { budget.limitMicros - spent - held }
}

/// What a month will have cost when it is over, as far as its days so far say.
///
/// Method: the mean of the whole days so far for each day that is left, on top of what was spent.
/// Error: the standard error of that sum, from how much the days differ (sample variance s², n days
/// so far, m days left): s·√(m + m²/n). Where days are alike and many it is small; two thirds of
/// months end within it, if days to come are like those before.
public struct Forecast: Sendable, Equatable {
  public let total: Micros
  /// `nil` with less than two whole days.
  public let error: Micros?
  public let days: Int

  public static let method = "mean of the whole days so far for each day left; ± one standard error"

  /// `spent` is what was spent on each whole day, `today` what was spent since midnight, and
  /// `left` how many days there are after the whole ones.
  public init(spent: [Micros], today: Micros, left: Int) {
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
