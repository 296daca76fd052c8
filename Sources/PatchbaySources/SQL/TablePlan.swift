internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMessages
internal import PatchbayStore

/// One stream: a table, its key, and how what changed is told.
struct TablePlan: Sendable {
  /// What the settings say of it.
  struct Choice: Sendable {
    var name: String
    var json: JSON
  }

  let name: String
  let table: SQLTable
  let key: [SQLColumn]
  let cursor: SQLColumn?
  /// How far before the greatest cursor the next pass begins: seconds of a time, units of a number.
  let overlap: Int64
  let leftOut: Set<String>
  let extract: ExtractPlan
  /// What a plugin's `catalog` would say of the stream.
  let head: JSONObject

  private static let names = Shape.list(of: .text(.init(length: 1...200)), count: 1...8)

  private static let shape = Shape.object([
    .required("table", .text(.init(length: 1...300))), .optional("key", names),
    .optional("cursor", .text(.init(length: 1...200))),
    .optional("overlap", .integer(0...31_622_400)),
    .optional("leave_out", .list(of: .text(.init(length: 1...200)), count: 1...500)),
    .optional("about", .text(.init(length: 1...300))), .optional("default", .flag),
  ])

  /// A list of names, or an object of streams.
  static func choices(_ json: JSON) throws(Failure) -> [Choice] {
    var choices: [Choice] = []
    if let list = json.array {
      for element in list {
        guard let table = element.string else {
          throw .setting("tables", "holds \(element.text)", mend: "write names: [public.orders]")
        }
        choices.append(Choice(name: streamName(table), json: ["table": .string(table)]))
      }
    } else {
      for member in json.object?.members ?? [] {
        if let problem = shape.problems(in: member.value).first {
          let place = problem.at.replacing("/", with: ".")
          throw .setting(
            "tables.\(member.name)\(place)", "takes \(problem.wanted); found \(problem.found)",
            mend: "change it and try again")
        }
        choices.append(Choice(name: member.name, json: member.value))
      }
    }
    for choice in choices {
      if let problem = Manifest.streamName.problems(in: .string(choice.name)).first {
        throw .setting("tables", "has the name “\(choice.name)”", mend: "write \(problem.wanted)")
      }
    }
    if choices.isEmpty {
      throw .setting("tables", "names none", mend: "write names: [public.orders]")
    }
    return choices
  }

  /// All tables with a primary key: those of other schemas with the schema in their names.
  static func all(_ tables: [SQLTable], in place: String) -> [TablePlan] {
    var plans: [TablePlan] = []
    for table in tables where !table.key.isEmpty {
      let name = streamName(table.isNear ? table.name : table.fullName)
      let choice = Choice(name: name, json: ["table": .string(table.fullName)])
      // Two that differ only in upper and lower case would be one stream: these must be named.
      guard !plans.contains(where: { $0.name == name }),
        let plan = try? TablePlan(choice, among: [table], in: place)
      else { continue }
      plans.append(plan)
    }
    return plans
  }

  private static func streamName(_ table: String) -> String {
    let name = table.lowercased().map { letter -> Character in
      let isPlain = letter.isASCII && (letter.isLetter || letter.isNumber)
      return isPlain || "._-".contains(letter) ? letter : "_"
    }
    let text = String(name.prefix(100))
    return text.first.map { $0.isLetter } == true ? text : "t_\(text.prefix(98))"
  }

  /// `database`: which one it is, for the fingerprint.
  init(_ choice: Choice, among tables: [SQLTable], in database: String) throws(Failure) {
    let wanted = choice.json["table"]?.string ?? ""
    let place = "tables.\(choice.name)"
    let found = tables.filter {
      $0.fullName == wanted || ($0.isNear && $0.name == wanted)
    }
    guard let table = found.first else {
      let near = tables.map(\.fullName).sorted().prefix(20).joined(separator: ", ")
      throw .setting(
        "\(place).table", "is “\(wanted)”, which is not there, or not to be read by this user",
        mend: near.isEmpty ? "grant SELECT on it" : "there are: \(near)")
    }
    func column(_ name: String, _ member: String) throws(Failure) -> SQLColumn {
      if let column = table.columns.first(where: { $0.name == name }) { return column }
      throw .setting(
        "\(place).\(member)", "names the column “\(name)”, which \(wanted) does not have",
        mend: "it has: \(table.columns.map(\.name).joined(separator: ", "))")
    }
    name = choice.name
    self.table = table
    var key: [SQLColumn] = []
    for name in choice.json["key"]?.array?.compactMap(\.string) ?? [] {
      key.append(try column(name, "key"))
    }
    self.key = key.isEmpty ? table.key : key
    if self.key.isEmpty || self.key.count > 8 {
      throw .setting(
        place, "has no key: \(wanted) has no primary key of up to eight columns",
        mend: "name the columns that tell its rows apart: key: [id]")
    }
    cursor = try choice.json["cursor"]?.string.map { (name) throws(Failure) in
      try column(name, "cursor")
    }
    overlap = choice.json["overlap"]?.integer ?? (cursor?.kind == .time ? 60 : 1000)
    leftOut = Set(choice.json["leave_out"]?.array?.compactMap(\.string) ?? [])
    for name in leftOut.sorted() { _ = try column(name, "leave_out") }
    let leftOut = leftOut
    let needed = (self.key + [cursor].compactMap { $0 }).first { leftOut.contains($0.name) }
    if let needed {
      throw .setting(
        "\(place).leave_out", "names “\(needed.name)”, which is the key or the cursor",
        mend: "take it out")
    }
    extract = Self.extract(self.key, cursor)
    head = Self.head(choice, table, self.key, leftOut, database)
  }

  private static func extract(_ key: [SQLColumn], _ cursor: SQLColumn?) -> ExtractPlan {
    var plan = ExtractPlan(records: "", keys: key.map { FilePlan.pointer(to: $0.name) })
    plan.format = .ndjson
    plan.cursor = cursor.map { FilePlan.pointer(to: $0.name) }
    plan.cursorType = cursor?.kind == .time ? .time : cursor?.kind == .number ? .number : .text
    return plan
  }

  private static func head(
    _ choice: Choice, _ table: SQLTable, _ key: [SQLColumn], _ leftOut: Set<String>,
    _ database: String
  ) -> JSONObject {
    var head = JSONObject([
      .init("stream", .string(choice.name)),
      .init("incremental", .bool(choice.json["cursor"] != nil)),
      .init("default", choice.json["default"] ?? true),
    ])
    head["about"] = choice.json["about"]
    head["columns"] = .array(
      table.columns.filter { !leftOut.contains($0.name) }.map {
        [
          "name": .string($0.name), "at": .string(FilePlan.pointer(to: $0.name)),
          "type": .string($0.kind.rawValue),
        ]
      })
    let meaning =
      [database, table.fullName, choice.json["cursor"]?.text ?? ""] + key.map(\.name)
      + ["without"] + leftOut.sorted()
    let digest = Digest.sha256(meaning.joined(separator: "\n"))
    head["fingerprint"] = .string(Hex.encode(digest.prefix(16)))
    return head
  }
}
