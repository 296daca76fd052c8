internal import Glibc

/// One event as the kernel writes it: four numbers, then a name that is filled up with zeros.
struct InotifyEvent: Equatable {
  /// Which watch it is of; -1 where events were lost.
  let watch: Int32
  let mask: UInt32
  /// What it happened to, in the folder that is watched; empty for the folder itself.
  let name: String

  private static let headBytes = 16

  /// Saves, by whatever an editor does: writing in place, renaming over, linking, removing.
  static let wanted = UInt32(
    IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_DELETE_SELF
      | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK)

  func has(_ flags: Int...) -> Bool { flags.contains { mask & UInt32($0) != 0 } }

  /// Whether the kernel had more to tell than it keeps.
  var isOverflow: Bool { has(Int(IN_Q_OVERFLOW)) }
  var isFolder: Bool { has(Int(IN_ISDIR)) }
  var isArrival: Bool { has(Int(IN_CREATE), Int(IN_MOVED_TO)) }
  var isDeparture: Bool { has(Int(IN_MOVED_FROM), Int(IN_DELETE)) }
  /// Whether the folder that is watched is gone, or is elsewhere.
  var isEnd: Bool { has(Int(IN_DELETE_SELF), Int(IN_MOVE_SELF), Int(IN_UNMOUNT)) }
  /// Whether the watch is no more.
  var isForgotten: Bool { has(Int(IN_IGNORED)) }

  /// All events of one read.
  static func read(_ bytes: ArraySlice<UInt8>) -> [InotifyEvent] {
    var events: [InotifyEvent] = []
    var rest = bytes
    while rest.count >= headBytes {
      let (watch, mask) = (number(rest, 0), number(rest, 4))
      let room = rest.dropFirst(headBytes).prefix(Int(number(rest, 12)))
      events.append(
        InotifyEvent(
          watch: Int32(bitPattern: watch), mask: mask,
          name: String(decoding: room.prefix { $0 != 0 }, as: UTF8.self)))
      rest = rest.dropFirst(headBytes + room.count)
    }
    return events
  }

  /// A number in the machine's own order of bytes: little-endian on all machines that are served.
  private static func number(_ bytes: ArraySlice<UInt8>, _ offset: Int) -> UInt32 {
    bytes.dropFirst(offset).prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}
