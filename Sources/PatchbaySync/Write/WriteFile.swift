package import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayJSON
internal import PatchbayStore

/// Records to write, as a file of lines has them: one JSON object a line.
///
///     {"key":"501","record":{"properties":{"phone":"+49 30 1"}}}
///     {"action":"create","record":{"properties":{"email":"ada@example.org"}}}
///     {"action":"delete","key":"502"}
package struct WriteFile: Sendable {
  /// One line of it.
  struct Line: Sendable {
    let source: String
    let action: String
    let key: String?
    let record: JSON
    /// The members as they were when the change was made; `nil` for as they are stored.
    let base: JSON?
    let changedMS: Int64?
  }

  let lines: [Line]

  /// Bytes of a file, and of one line, at most.
  package static let limit = 256 << 20
  static let lineLimit = 1 << 20

  static let actions = ["create", "update", "upsert", "delete"]

  package static let shape = Shape.object([
    .optional("action", .text(.init(choices: actions)), "default update"),
    .optional(
      "key", .text(.init(length: 1...1000)),
      "under which the record is stored; needed but for create"),
    .optional("record", .object([], isOpen: true), "the members to write; needed but for delete"),
    .optional("base", .object([], isOpen: true), "what was seen of them; default stored"),
    .optional("changed_at", .text(), "when the change was made (RFC 3339); default now"),
  ])

  /// Reads all of it, or throws what is wrong with the first line that does not fit. `name` is
  /// named in errors. Lines of the same file are the same lines, whenever it is read.
  package init(reading bytes: [UInt8], from name: String) throws(Failure) {
    let digest = Hex.encode(Digest.sha256(bytes).prefix(16))
    var lines: [Line] = []
    for (index, text) in bytes.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    ).enumerated() where text.contains(where: { $0 > 0x20 }) {
      do throws(Failure) {
        lines.append(try Self.line(Array(text), source: "\(digest):\(index + 1)"))
      } catch {
        throw Failure(
          error.kind, "write.line", "line \(index + 1) of \(name): \(error.message)",
          mend: "nothing was written; correct the line and run it again")
      }
    }
    guard !lines.isEmpty else {
      throw Failure(.data, "write.empty", "\(name) has no records", mend: "one JSON object a line")
    }
    self.lines = lines
  }

  private static func line(_ bytes: [UInt8], source: String) throws(Failure) -> Line {
    func refuse(_ text: String) -> Failure { Failure(.data, "write.line", text) }
    guard bytes.count <= lineLimit else { throw refuse("it has more than \(lineLimit) bytes") }
    let json: JSON
    do { json = try JSON(reading: bytes) } catch { throw refuse("\(error)") }
    let problems = shape.problems(in: json)
    if !problems.isEmpty { throw refuse(problems.map(\.description).joined(separator: "; ")) }
    let (action, key) = (json["action"]?.string ?? "update", json["key"]?.string)
    if action == "create" && key != nil { throw refuse("a record that is created has no key yet") }
    if action != "create" && key == nil { throw refuse("“\(action)” needs a key") }
    if action == "delete" && json["record"] != nil { throw refuse("“delete” takes no record") }
    guard action == "delete" || json["record"]?.object?.isEmpty == false else {
      throw refuse("“\(action)” needs a record with the members to write")
    }
    var changedMS: Int64?
    if let text = json["changed_at"]?.string {
      guard let ms = Time.parse(text) else { throw refuse("/changed_at is no time") }
      changedMS = ms
    }
    return Line(
      source: source, action: action, key: key, record: json["record"] ?? .object(JSONObject()),
      base: json["base"], changedMS: changedMS)
  }
}
