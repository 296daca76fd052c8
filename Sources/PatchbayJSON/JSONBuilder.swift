/// Builds a ``JSON`` value from the events of a reader, in document order.
///
/// The reader is trusted to balance its events; what it cannot know (a member named twice) is
/// noticed here.
public struct JSONBuilder {
  /// The events, with the numbers that the C interfaces give them.
  public enum Event: UInt32, Sendable {
    case object = 1
    case objectEnd, array, arrayEnd, name, string, number, `true`, `false`, null
  }

  private enum Frame {
    case array([JSON])
    case object(JSONObject, seen: Set<String>?, pending: String)
  }

  private var frames: [Frame] = []
  private var result: JSON?

  /// The first member that stood twice in one object: two readers could take different ones, so
  /// neither should.
  public private(set) var duplicateName: String?

  public init() {}

  public mutating func receive(_ event: Event, _ text: @autoclosure () -> String = "") {
    switch event {
    case .object: frames.append(.object(JSONObject(), seen: nil, pending: ""))
    case .array: frames.append(.array([]))
    case .name: setPending(text())
    case .objectEnd, .arrayEnd:
      switch frames.popLast() {
      case .array(let elements): add(.array(elements))
      case .object(let members, _, _): add(.object(members))
      case nil: break
      }
    case .string: add(.string(text()))
    case .number:
      let digits = text()
      // An integer has no minus zero.
      add(digits == "-0" ? .number(digits) : Int64(digits).map { .integer($0) } ?? .number(digits))
    case .true: add(.bool(true))
    case .false: add(.bool(false))
    case .null: add(.null)
    }
  }

  /// The value, once every container is closed.
  public func finish() -> JSON? { frames.isEmpty ? result : nil }

  private mutating func setPending(_ name: String) {
    guard case .object(let members, var seen, _) = frames.last else { return }
    if members.count >= 16 && seen == nil { seen = Set(members.names) }
    if seen?.contains(name) ?? (members[name] != nil) { duplicateName = duplicateName ?? name }
    seen?.insert(name)
    frames[frames.count - 1] = .object(members, seen: seen, pending: name)
  }

  private mutating func add(_ value: JSON) {
    guard let top = frames.popLast() else {
      result = value
      return
    }
    switch top {
    case .array(var elements):
      elements.append(value)
      frames.append(.array(elements))
    case .object(var members, let seen, let pending):
      members.append(pending, value)
      frames.append(.object(members, seen: seen, pending: ""))
    }
  }
}
