/// Arithmetic on numbers that come from elsewhere: from a file, an answer, a database, a command
/// line. Swift's own operators end the process where a result does not fit.
extension FixedWidthInteger {
  /// The sum, or the nearest number that there is.
  package func adding(clamped other: Self) -> Self {
    let (sum, isOver) = addingReportingOverflow(other)
    return isOver ? (other < 0 ? .min : .max) : sum
  }

  /// The difference, or the nearest number that there is.
  package func subtracting(clamped other: Self) -> Self {
    let (difference, isOver) = subtractingReportingOverflow(other)
    return isOver ? (other < 0 ? .max : .min) : difference
  }
}
