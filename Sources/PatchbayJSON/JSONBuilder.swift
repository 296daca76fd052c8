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

  /// A container that is not closed yet. It is changed in place: a copy for each element would make
  /// long lists quadratic.
  private struct Frame {
    var elements: [JSON] = []
    /// `nil` in an array.
    var members: JSONObject?
    /// The names in a large object.
    var seen: Set<String>?
    /// The name of the member to come.
    var pending = ""
  }

  private var frames: [Frame] = []
  private var result: JSON?

  /// The first member that stood twice in one object: two readers could take different ones, so
  /// neither should.
  public private(set) var duplicateName: String?

  public init() {}

  public mutating func receive(_ event: Event, _ text: @autoclosure () -> String = "") {
    switch event {
    case .object: frames.append(Frame(members: JSONObject()))
    case .array: frames.append(Frame())
    case .name: setPending(text())
    case .objectEnd, .arrayEnd:
      if let frame = frames.popLast() {
        add(frame.members.map { .object($0) } ?? .array(frame.elements))
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
    guard let last = frames.indices.last, let count = frames[last].members?.count else { return }
    if count >= 16 && frames[last].seen == nil {
      frames[last].seen = Set(frames[last].members?.names ?? [])
    }
    let isKnown = frames[last].seen?.contains(name) ?? (frames[last].members?[name] != nil)
    if isKnown { duplicateName = duplicateName ?? name }
    frames[last].seen?.insert(name)
    frames[last].pending = name
  }

  private mutating func add(_ value: JSON) {
    guard let last = frames.indices.last else {
      result = value
      return
    }
    if frames[last].members == nil {
      frames[last].elements.append(value)
    } else {
      let name = frames[last].pending
      frames[last].members?.append(name, value)
    }
  }
}
