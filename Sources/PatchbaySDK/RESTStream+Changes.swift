extension RESTStream {
  /// How to ask for what changed, by a member of the records that moves with every change.
  ///
  /// Where that is a time, the next pass asks from the latest time that was seen, but not from one
  /// after this pass began by the vendor's clock (the `Date` header of the first answer; the host's
  /// clock where there is none). What changes while a pass runs may lie on a page that was
  /// read before, and a record dated in the future must not hide what changes until then. From that
  /// the overlap is taken off, for records that appear later than their time says.
  ///
  /// A time without a zone is read as UTC, or in the zone that is named. Without one it is
  /// overlapped by a day, which no zone is further away.
  ///
  /// A number or a text is no clock. What changed while a pass ran is greater than what there was
  /// when it began: so the next pass asks from the greatest of the pass before this one, or of this
  /// pass's first page. A whole number is sent as one less, for vendors that want greater ones.
  public struct Changes: Sendable {
    /// What the member is.
    public enum CursorType: Sendable {
      /// A text: RFC 3339, or near to it. It is sent in the form in which it came; RFC 3339 in UTC,
      /// with milliseconds where the vendor writes fractions.
      case time
      /// A time as a number since 1970. It is sent in the same form.
      case epochSeconds, epochMilliseconds
      case number, text

      var isTime: Bool { self != .number && self != .text }

      var extracted: Extract.CursorType {
        switch self {
        case .time: .time
        case .epochSeconds, .epochMilliseconds, .number: .number
        case .text: .text
        }
      }
    }

    /// How a time is sent, if not in the form that the member has.
    public enum Format: String, Sendable, CaseIterable {
      case same, rfc3339, date, seconds, milliseconds
    }

    let parameter: String
    let cursor: String
    let type: CursorType
    let format: Format
    let overlapMS: Int64
    /// Minutes east of UTC, for times that name no zone.
    let zoneMinutes: Int?

    /// `parameter` is the name in the query, `cursor` a JSON Pointer into a record. The overlap is
    /// for times alone, from 0 seconds to a year.
    public init(
      parameter: String, cursor: String, type: CursorType = .time, format: Format = .same,
      overlapSeconds: Int = 60, zoneMinutes: Int? = nil
    ) {
      self.zoneMinutes = zoneMinutes.map { min(max($0, -1439), 1439) }
      self.format = format
      self.parameter = parameter
      self.cursor = cursor
      self.type = type
      overlapMS = Int64(min(max(0, overlapSeconds), 366 * 86_400)) * 1000
    }

    /// Whether a cursor lies behind another.
    func isGreater(_ cursor: String, than known: String) -> Bool {
      switch type {
      case .text: cursor > known
      case .time: (milliseconds(cursor) ?? .min) > (milliseconds(known) ?? .min)
      case .number, .epochSeconds, .epochMilliseconds:
        (Double(cursor) ?? -.infinity) > (Double(known) ?? -.infinity)
      }
    }

    /// Where the next pass begins, in the vendor's form; `nil` for the beginning of time.
    func next(
      since: String?, before: String?, greatest: String?, low: String?, startedMS: Int64
    ) -> String? {
      guard type.isTime else {
        return [since, before, low].compactMap { $0 }.reduce(nil as String?) { known, text in
          known.map { isGreater(text, than: $0) ? text : $0 } ?? text
        }
      }
      let like = greatest ?? since ?? ""
      let overlapMS = isNaive(like) ? max(self.overlapMS, 86_400_000) : self.overlapMS
      let sinceMS = since.flatMap(milliseconds)
      let seenMS = greatest.flatMap(milliseconds).map { $0 - overlapMS }
      guard let reachedMS = [sinceMS, seenMS].compactMap({ $0 }).max() else { return since }
      let nextMS = min(reachedMS, startedMS - overlapMS)
      return nextMS == sinceMS ? since : text(nextMS, like: like)
    }

    /// Whether a time says nothing of its zone, and nobody else does.
    func isNaive(_ cursor: String) -> Bool {
      type == .time && zoneMinutes == nil && TimeText(cursor, zoneMinutes: nil)?.isNaive == true
    }

    /// A beginning as JSON: a number where the cursor is one.
    func value(sent since: String) -> JSON {
      let text = sent(since)
      let isNumber =
        switch format {
        case .same: type != .time && type != .text
        case .seconds, .milliseconds: true
        case .rfc3339, .date: false
        }
      return isNumber && Double(text) != nil ? .number(text) : .string(text)
    }

    /// A beginning as the vendor wants it to be asked for.
    func sent(_ since: String) -> String {
      if type == .number, let number = Int64(since), number > .min { return String(number - 1) }
      guard type.isTime, format != .same, let timeMS = milliseconds(since) else { return since }
      return switch format {
      case .date: String(RFC3339.text(timeMS).prefix(10))
      case .seconds: String(Int64((Double(timeMS) / 1000).rounded(.down)))
      case .milliseconds: String(timeMS)
      case .rfc3339, .same: RFC3339.text(timeMS).prefix(19) + "Z"
      }
    }

    /// The time that a cursor names; far beyond any calendar the last one that counts.
    private func milliseconds(_ cursor: String) -> Int64? {
      if type == .time {
        return TimeText(cursor, zoneMinutes: zoneMinutes)?.milliseconds
      }
      guard let number = Double(cursor), number.isFinite else { return nil }
      let value = (type == .epochSeconds ? number * 1000 : number).rounded(.down)
      return Int64(min(max(value, -1e17), 1e17))
    }

    private func text(_ timeMS: Int64, like cursor: String) -> String {
      switch type {
      case .epochMilliseconds: return String(timeMS)
      case .epochSeconds:
        // Rounded down, so that nothing is passed over.
        let (seconds, rest) = timeMS.quotientAndRemainder(dividingBy: 1000)
        return String(rest < 0 ? seconds - 1 : seconds)
      default:
        // Not before the year 1, which a record without a date may have.
        let timeMS = max(timeMS, -62_135_596_800_000)
        return TimeText(cursor, zoneMinutes: zoneMinutes)?.text(timeMS) ?? RFC3339.text(timeMS)
      }
    }
  }
}
