internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayMessages
internal import Synchronization

/// What a plugin had the host take out of answers, for the rest of its session: secrets, which it
/// only names (an upload's URL), and others, which stand in URLs as settings do (`{instance_url}`).
final class CapturedValues: Sendable {
  private struct Value {
    let text: String
    let isSecret: Bool
    let expiresMS: Int64?
  }

  private static let limit = 64
  private static let byteLimit = 16_384
  private let values = Mutex<[String: Value]>([:])

  /// A URL of a request: a handle's, or a text that may begin with what was captured.
  func url(_ json: JSON) throws(Failure) -> String {
    if let name = json["handle"]?.string {
      let value = try value(name)
      return value.text
    }
    guard let text = json.string, text.hasPrefix("{"), let end = text.firstIndex(of: "}") else {
      return json.string ?? ""
    }
    let name = String(text[text.index(after: text.startIndex)..<end])
    // Settings that the line knows, and what stands for a credential, are not ours.
    guard let value = values.withLock({ $0[name] }), !value.isSecret else { return text }
    return value.text + text[text.index(after: end)...]
  }

  private func value(_ name: String) throws(Failure) -> Value {
    guard let value = values.withLock({ $0[name] }) else {
      throw Failure(
        .bug, "capture.unknown",
        "the plugin asks for the URL “\(name.beginning(bytes: 60))”, which was not captured",
        mend: "report it to the plugin's publisher")
    }
    guard value.expiresMS.map({ $0 > Time.nowMS() }) ?? true else {
      throw Failure(
        .transient, "capture.expired",
        "the URL “\(name.beginning(bytes: 60))” is not valid any more",
        mend: "what it was for begins again")
    }
    return value
  }

  /// Takes what a request names out of its answer. Returns the names that were filled; the secrets
  /// are not in head and body any more.
  func take(_ wanted: [JSON], _ headers: inout [String: String], _ body: inout [UInt8])
    throws(Failure) -> [String]
  {
    var names: [String] = []
    var json = (try? JSON(reading: body)) ?? .null
    var isChanged = false
    for entry in wanted {
      let isSecret = entry["secret"]?.bool ?? true
      let name = entry["as"]?.string ?? ""
      var found: String?
      if let header = entry["at"]?["header"]?.string?.lowercased() {
        found = headers[header]
        if isSecret { headers[header] = nil }
      } else if let pointer = entry["at"]?.string {
        found = json.at(pointer)?.plainText
        if isSecret && found != nil {
          json = json.replacing(pointer, with: .null)
          isChanged = true
        }
      }
      guard let found, !found.isEmpty else { continue }
      let seconds = entry["expires_at"]?.string.flatMap { json.at($0)?.integer }
      let lifeMS = seconds.map { max(0, min($0, 31_536_000)) * 1000 }
      try keep(
        found, as: name, isSecret: isSecret, expiresMS: lifeMS.map { Time.nowMS() + $0 })
      names.append(name)
    }
    if isChanged { body = json.bytes }
    return names
  }

  /// The secrets among them, to be hidden.
  var secrets: [String] {
    values.withLock { $0.values.filter(\.isSecret).map(\.text) }
  }

  private func keep(_ text: String, as name: String, isSecret: Bool, expiresMS: Int64?)
    throws(Failure)
  {
    let isKept = values.withLock { values in
      guard text.utf8.count <= Self.byteLimit, values[name] != nil || values.count < Self.limit
      else { return false }
      values[name] = Value(text: text, isSecret: isSecret, expiresMS: expiresMS)
      return true
    }
    if isKept { return }
    throw Failure(
      .data, "capture.limit",
      "more than \(Self.limit) values were captured, or one of more than \(Self.byteLimit) bytes")
  }
}

extension JSON {
  /// The value with another one under a JSON Pointer; itself where there is nothing.
  fileprivate func replacing(_ pointer: String, with value: JSON) -> JSON {
    let parts = pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    return replacing(
      parts.map { String($0).replacing("~1", with: "/").replacing("~0", with: "~") }[...],
      with: value)
  }

  private func replacing(_ parts: ArraySlice<String>, with value: JSON) -> JSON {
    guard let first = parts.first else { return value }
    if var object = object, let inner = object[first] {
      object[first] = inner.replacing(parts.dropFirst(), with: value)
      return .object(object)
    }
    if var list = array, let index = Int(first), list.indices.contains(index) {
      list[index] = list[index].replacing(parts.dropFirst(), with: value)
      return .array(list)
    }
    return self
  }
}
