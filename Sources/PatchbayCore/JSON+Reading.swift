internal import CSimdJSON
public import PatchbayJSON

/// Why a text is not usable JSON, and where.
public struct JSONError: Error, Equatable, CustomStringConvertible {
  public enum Reason: Int32, Sendable {
    case syntax = 1
    case encoding, depth, missing, type, size
    /// A text that no database holds: U+0000, or half a character.
    case text
    /// A member that is read stands twice, with different values.
    case twice
    /// Null stands where a list should be.
    case nullList
    case duplicate = 100
  }

  public let reason: Reason
  /// The byte at which reading stopped.
  public let offset: Int
  public var name: String

  public init(reason: Reason, offset: Int, name: String = "") {
    self.reason = reason
    self.offset = offset
    self.name = name
  }

  public var description: String {
    switch reason {
    case .syntax: "not JSON at byte \(offset)"
    case .encoding: "not UTF-8"
    case .depth: "nested too deep at byte \(offset)"
    case .missing: "a value is missing"
    case .type: "a value is of another type"
    case .size: "too large"
    case .text: "a text holds U+0000 or half a character"
    case .twice: "a member stands twice, with different values"
    case .nullList: "null stands where a list should be"
    case .duplicate: "member “\(name)” stands twice"
    }
  }
}

extension JSON {
  /// The nesting that a reader takes by default.
  public static let depthLimit: UInt32 = 500

  /// Reads one JSON document strictly (RFC 8259; no duplicate names), up to ``depthLimit`` levels.
  public init(reading bytes: some Collection<UInt8>) throws(JSONError) {
    var box = EventBox()
    var offset: UInt64 = 0
    let code = unsafe withUnsafeMutablePointer(to: &box) { box in
      unsafe Self.contiguous(bytes) { buffer in
        unsafe psj_walk(
          buffer.baseAddress, UInt64(buffer.count), Self.depthLimit, receiveEvent, box, &offset)
      }
    }
    guard code == 0, let value = box.builder.finish() else {
      throw JSONError(reason: JSONError.Reason(rawValue: code) ?? .syntax, offset: Int(offset))
    }
    if let name = box.builder.duplicateName {
      throw JSONError(reason: .duplicate, offset: 0, name: name)
    }
    self = value
  }

  public init(reading text: String) throws(JSONError) { try self.init(reading: Array(text.utf8)) }

  // Unsafe: the buffer is borrowed for the call only.
  private static func contiguous<R>(
    _ bytes: some Collection<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> R
  ) -> R {
    if let result = bytes.withContiguousStorageIfAvailable({ unsafe body($0) }) { return result }
    return unsafe Array(bytes).withUnsafeBufferPointer { unsafe body($0) }
  }
}

private struct EventBox { var builder = JSONBuilder() }

// Unsafe: simdjson's text is borrowed for the event; it is copied into a String at once.
private let receiveEvent: psj_visit_or_null = { context, event, text, size in
  guard let box = unsafe context?.assumingMemoryBound(to: EventBox.self),
    let event = JSONBuilder.Event(rawValue: event)
  else { return }
  unsafe box.pointee.builder.receive(event, borrowedText(text, size))
}

private func borrowedText(_ text: UnsafePointer<CChar>?, _ size: UInt64) -> String {
  guard let text = unsafe text else { return "" }
  return unsafe String(
    decoding: UnsafeRawBufferPointer(start: text, count: Int(size)).bindMemory(to: UInt8.self),
    as: UTF8.self)
}
