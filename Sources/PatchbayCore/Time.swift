internal import CSimdJSON
package import Glibc

/// Points in time as milliseconds since 1970-01-01T00:00:00Z.
public enum Time {
  /// The years 1 to 9999, which a time may name.
  package static let first: Int64 = -62_135_596_800_000
  package static let last: Int64 = 253_402_300_799_999

  /// The wall clock, wherever it is set within the years 1 to 9999: days may be added to it, and
  /// any other such time taken from it.
  public static func nowMS() -> Int64 { milliseconds(of: read(CLOCK_REALTIME)) }

  /// Nanoseconds of a clock that never goes back; only differences mean anything.
  public static func monotonicNS() -> Int64 {
    min(max(nanoseconds(of: read(CLOCK_MONOTONIC)), 0), Int64.max / 2)
  }

  public static func monotonicMS() -> Int64 { monotonicNS() / 1_000_000 }

  // Unsafe: the kernel fills in a local struct.
  private static func read(_ clock: clockid_t) -> timespec {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return time
  }

  /// A time that somebody else wrote down, as the nearest within the years 1 to 9999: no sum or
  /// difference of two of these is more than a number holds.
  package static func clamped(_ ms: Int64) -> Int64 { min(max(ms, first), last) }

  static func milliseconds(of time: timespec) -> Int64 {
    let seconds = min(max(Int64(time.tv_sec), first / 1000), last / 1000)
    return clamped(seconds * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// Nanoseconds since 1970 of a clock or a file, which may have any time; 64 bits have those of
  /// the years 1678 to 2261, and what lies beyond is the least or the greatest.
  package static func nanoseconds(of time: timespec) -> Int64 {
    let (whole, isOver) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
    if isOver { return time.tv_sec < 0 ? .min : .max }
    return whole.adding(clamped: Int64(time.tv_nsec))
  }

  /// Milliseconds of an RFC 3339 date-time, or `nil`.
  public static func parse(_ text: String) -> Int64? {
    let ms = unsafe Array(text.utf8).withUnsafeBytes { bytes in
      unsafe psj_time_ms(
        bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt64(bytes.count))
    }
    return ms == Int64.min ? nil : ms
  }

  /// Milliseconds of a time in one of the forms that typed columns take, a day alone among them.
  /// One that names no zone is read as UTC. `nil` for what is no time.
  package static func milliseconds(anyForm text: String) -> Int64? {
    var time = psj_time()
    let isTime = unsafe Array(text.utf8).withUnsafeBytes { bytes in
      unsafe psj_time_read(
        bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt64(bytes.count), &time) != 0
    }
    return isTime ? time.milliseconds : nil
  }

  /// `2026-01-31T09:30:00.000Z`. What lies before the year 1 or behind 9999 is written as the first
  /// or last time that has a name.
  public static func format(_ time: Int64) -> String {
    let ms = clamped(time)
    let days = floorDivide(ms, 86_400_000)
    let rest = ms - days * 86_400_000
    let (year, month, day) = civil(days)
    var text: [UInt8] = []
    text.reserveCapacity(24)
    func add(_ value: Int64, _ width: Int, _ end: Unicode.Scalar) {
      var power = width == 4 ? Int64(1000) : width == 3 ? 100 : 10
      while power > 0 {
        text.append(UInt8(ascii: "0") + UInt8(value / power % 10))
        power /= 10
      }
      text.append(UInt8(ascii: end))
    }
    add(year, 4, "-")
    add(month, 2, "-")
    add(day, 2, "T")
    add(rest / 3_600_000, 2, ":")
    add(rest / 60_000 % 60, 2, ":")
    add(rest / 1000 % 60, 2, ".")
    add(rest % 1000, 3, "Z")
    return String(decoding: text, as: UTF8.self)
  }

  private static func floorDivide(_ value: Int64, _ by: Int64) -> Int64 {
    value >= 0 ? value / by : -((-value + by - 1) / by)
  }

  /// Year, month and day of a day number (Howard Hinnant's calendar arithmetic).
  private static func civil(_ dayNumber: Int64) -> (Int64, Int64, Int64) {
    let shifted = dayNumber + 719_468
    let era = floorDivide(shifted, 146_097)
    let ofEra = shifted - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * ofYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, ofYear - (153 * shiftedMonth + 2) / 5 + 1)
  }
}
