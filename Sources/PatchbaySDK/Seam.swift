/// Whether records moved while pages turned, for pages that are named by number or offset. Pure.
///
/// Such places are no snapshot: what is deleted on a page that was read moves the rest forward, and
/// the next page begins one record too late. Offsets therefore overlap by a record, which must be
/// the one that the page before ended with; where it is not, the pages before are read again.
/// Numbered pages cannot overlap: the host reads the pass a second time before it believes what is
/// missing.
struct Seam {
  enum Verdict {
    /// The same pages once more, from further back.
    case again
    /// Nothing new: go on at this offset.
    case from(Int64)
    /// The page goes on from the one before; the next begins at this offset.
    case new(Int64)
  }

  private enum Kind { case none, numbers, offsets }

  private var kind = Kind.none
  private(set) var keepsKeys = false
  /// Key of the last record so far.
  private var last: String?
  /// Keys of the last records so far, in order: the last one may be deleted before it is looked
  /// for.
  private var tail: [JSON] = []
  private var keptBefore = 0
  /// How far before the offset that was reached the next page begins.
  private var overlap: Int64 = 1
  /// The overlapping page brought nothing new: what is behind it is asked for by itself.
  private var isExact = false
  private var hasMoved = false
  private(set) var isLookingBack = false

  init() {}

  init(_ stream: RESTStream) {
    let isPlain = stream.extract.jq == nil && stream.extract.each == nil
    switch stream.pagination {
    case .page: kind = .numbers
    case .offset(_, let size):
      kind = .offsets
      keptBefore = stream.extract.keep.count
      // A page of one record cannot overlap and bring something new.
      keepsKeys = isPlain && size > 1 && stream.extract.keep.count + stream.extract.key.count <= 16
    default: kind = .none
    }
  }

  var isUsed: Bool { kind != .none }

  /// What the host must see twice before it believes it.
  var confirm: PassEnd.Confirm? {
    switch kind {
    case .none: hasMoved ? .always : nil
    case .numbers: .always
    case .offsets: keepsKeys && !hasMoved ? .deletions : .always
    }
  }

  mutating func resume(_ state: JSON, isInside: Bool) {
    last = state["last"]?.string
    tail = state["keys"]?.array ?? []
    hasMoved = state["moved"]?.bool ?? false
    isLookingBack = kind == .numbers && isInside
  }

  func save(_ state: inout JSONObject) {
    if kind == .none && !hasMoved { return }
    state["last"] = last.map { .string($0) }
    if !tail.isEmpty { state["keys"] = .array(tail) }
    if hasMoved { state["moved"] = true }
  }

  // MARK: Links

  /// Names of parameters that count pages or records.
  private static let counting: Set<String> = [
    "page", "p", "pg", "page_no", "pageno", "page_number", "pagenumber", "page[number]", "offset",
    "page[offset]", "skip", "$skip", "start", "startat", "start_at", "startindex", "from",
  ]

  /// A link that counts pages is no better than a number.
  mutating func note(link: String) {
    guard let query = link.split(separator: "?", maxSplits: 1).dropFirst().first else { return }
    for part in query.split(separator: "&") {
      let pair = part.split(separator: "=", maxSplits: 1)
      guard pair.count == 2, Int64(pair[1]) != nil else { continue }
      let name = pair[0].lowercased().replacing("%5b", with: "[").replacing("%5d", with: "]")
      if Self.counting.contains(name.replacing("%24", with: "$")) { hasMoved = true }
    }
  }

  // MARK: Numbers

  mutating func turn(last: String?) { self.last = last }

  mutating func matches(_ last: String?) -> Bool {
    isLookingBack = false
    return last != nil && last == self.last
  }

  // MARK: Offsets

  /// Keys that are remembered of a page.
  private static let tailLength = 20

  /// Whether a pass may go on from an offset that another run saved.
  var maySurvive: Bool { kind != .offsets || keepsKeys }

  /// The offset to ask for, to go on from the one that was reached.
  func offset(_ reached: Int64) -> Int64 {
    keepsKeys && !isExact && !tail.isEmpty ? max(0, reached - overlap) : reached
  }

  mutating func judge(_ response: Response, elements: Int, reached: Int64, size: Int) -> Verdict {
    let asked = offset(reached)
    let keys = response.page.kept.map { JSON.array(Array($0.dropFirst(keptBefore))) }
    if asked == reached {
      // Behind a page that overlapped and brought nothing new there should be nothing.
      if (isExact || !keepsKeys) && elements > 0 { hasMoved = true }
      goOn(keys)
      return .new(reached + Int64(elements))
    }
    let known = tail.last { keys.contains($0) }
    guard let known, let index = keys.lastIndex(of: known) else {
      // Something moved: look further back, from the beginning in the end.
      hasMoved = true
      if asked == 0 {
        goOn(keys)
        return .new(Int64(elements))
      }
      overlap = min(max(Int64(size), overlap * 2), reached)
      return .again
    }
    if known != tail.last || Int64(index) != reached - asked - 1 { hasMoved = true }
    let end = asked + Int64(elements)
    guard index == keys.count - 1 else {
      goOn(keys)
      return .new(end)
    }
    // Nothing new, which is no proof that there is nothing. A page that began further back may have
    // been full: one that begins with this record shows what follows. Where that has nothing
    // either, what is behind it is asked for by itself. Records that cannot be read have no keys.
    tail = Array(tail.prefix { $0 != known }) + [known]
    let least = Int64(elements - keys.count + 1)
    isExact = Int64(elements) <= least
    overlap = isExact ? 1 : least
    return .from(end)
  }

  private mutating func goOn(_ keys: [JSON]) {
    if !keys.isEmpty { tail = Array(keys.suffix(Self.tailLength)) }
    overlap = 1
    isExact = false
  }
}
