package import PatchbayCore
internal import PatchbayJSON

/// Months, as 2026-01.
package enum Period {
  package static func of(_ atMS: Int64) -> String { Month.name(atMS: atMS) }

  /// The month after.
  static func after(_ period: String) -> String { Month.name(after: period) }

  /// The last millisecond of a month.
  static func lastMS(_ period: String) -> Int64 {
    // No month is behind 9999-12.
    (Time.parse(after(period) + "-01T00:00:00Z") ?? Time.last + 1) - 1
  }

  package static let shape = Shape.text(
    .init(length: 7...7, form: "a month as in 2026-01") {
      Time.parse($0 + "-01T00:00:00Z") != nil
    })

  /// Reads a month that somebody wrote.
  package static func parse(_ text: String) throws(Failure) -> String {
    if shape.problems(in: .string(text)).isEmpty { return text }
    throw Failure(
      .config, "usage.period", "“\(text)” is no month", mend: "write it as in 2026-01")
  }
}

/// Names of months, the last one kept: most entries are of the same month.
struct MonthNames {
  private var startMS: Int64 = 0
  private var endMS: Int64 = 0
  private var name = ""

  mutating func name(of atMS: Int64) -> String {
    if atMS >= startMS && atMS < endMS { return name }
    name = Period.of(atMS)
    startMS = Time.parse(name + "-01T00:00:00Z") ?? 0
    endMS = Time.parse(Period.after(name) + "-01T00:00:00Z") ?? startMS
    return name
  }
}
