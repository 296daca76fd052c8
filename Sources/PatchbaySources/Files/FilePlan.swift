internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMessages

/// What the settings say of one stream of files.
struct FilePlan: Sendable {
  enum Format: String, Sendable {
    case csv, tsv, ndjson, json
    var isTable: Bool { self == .csv || self == .tsv }
  }

  let name: String
  let patterns: [FilePattern]
  let format: Format
  /// A byte between the fields of a table, if not the one that the format has.
  let separator: UInt8?
  /// The character set, if it is not UTF-8.
  let encoding: String?
  /// How records are cut out of lines, or of a document.
  let extract: ExtractPlan
  /// Without a key a record is known by its file and its row in it.
  let isByRow: Bool
  let hasColumns: Bool
  /// What a plugin's `catalog` would say of the stream.
  let head: JSONObject

  /// Members that a record without a key of its own gets.
  static let fileMember = "_file"
  static let rowMember = "_row"
  static let goneMember = "_deleted"

  static func all(_ streams: JSON, folder: String) throws(Failure) -> [FilePlan] {
    guard let members = streams.object?.members, !members.isEmpty else {
      throw .setting(
        "streams", "names no stream",
        mend: "write what to read, by name: {orders: {files: orders-*.csv, format: csv}}")
    }
    var plans: [FilePlan] = []
    for member in members {
      plans.append(try FilePlan(member.name, member.value, folder: folder))
    }
    return plans
  }

  private static let pointers = Shape.either([
    .pointer, .list(of: .pointer, count: 1...8),
  ])
  private static let pattern = Shape.text(
    .init(length: 1...1024, form: "a path below the folder, as in orders/*.csv") {
      FilePattern($0) != nil
    })

  private static let shape = Shape.object([
    .required("files", .either([pattern, .list(of: pattern, count: 1...50)])),
    .required("format", .choice("csv", "tsv", "ndjson", "json")),
    .optional("records", .pointer), .optional("key", pointers),
    .optional(
      "separator",
      .text(
        .init(length: 1...1, form: "one ASCII character, such as ;") {
          $0.utf8.allSatisfy { $0 != 0x22 && $0 != 0x0A && $0 != 0x0D && $0 < 0x80 }
        })),
    .optional("encoding", .text(.init(length: 1...40))),
    .optional(
      "columns",
      .map(
        of: .either([
          .pointer,
          .object([
            .required("at", .pointer),
            .optional("type", .choice("text", "number", "boolean", "time", "json")),
          ]),
        ]))),
    .optional("deleted", .pointer), .optional("volatile", pointers),
    .optional("about", .text(.init(length: 1...300))), .optional("default", .flag),
  ])

  init(_ name: String, _ json: JSON, folder: String) throws(Failure) {
    func wrong(_ place: String, _ what: String) -> Failure {
      .setting("streams.\(name)\(place)", what, mend: "change it and try again")
    }
    if let problem = Manifest.streamName.problems(in: .string(name)).first {
      throw .setting("streams", "has the name “\(name)”", mend: "write \(problem.wanted)")
    }
    if let problem = Self.shape.problems(in: json).first {
      let place = problem.at.replacing("/", with: ".")
      throw wrong(place, "takes \(problem.wanted); found \(problem.found)")
    }
    self.name = name
    patterns = Self.texts(json["files"]).compactMap(FilePattern.init)
    format = Format(rawValue: json["format"]?.string ?? "") ?? .json
    separator = json["separator"]?.string?.utf8.first
    encoding = json["encoding"]?.string?.lowercased()
    let keys = Self.texts(json["key"])
    isByRow = keys.isEmpty
    hasColumns = json["columns"] != nil
    if isByRow && format == .json { throw wrong("", "needs a key, as documents have no rows") }
    if json["records"] != nil && format != .json {
      throw wrong(".records", "is there; lines and tables have their records in no other place")
    }
    if separator != nil && format != .csv { throw wrong(".separator", "is for CSV alone") }
    let ascii = Array("a,\"\n".utf8)
    if let encoding, format == .json || PageText.utf8(ascii, from: encoding) != ascii {
      throw wrong(
        ".encoding",
        format == .json
          ? "is there; JSON is UTF-8"
          : "is no character set that is known here and grows from ASCII")
    }
    extract = Self.extract(json, format, keys)
    head = Self.head(name, json, folder)
  }

  private static func extract(_ json: JSON, _ format: Format, _ keys: [String]) -> ExtractPlan {
    var plan = ExtractPlan(
      records: json["records"]?.string ?? "",
      keys: keys.isEmpty ? ["/\(fileMember)", "/\(rowMember)"] : keys)
    plan.format = format == .json ? .json : .ndjson
    plan.deleted = json["deleted"]?.string
    if keys.isEmpty && plan.deleted == nil { plan.deleted = "/\(goneMember)" }
    plan.isMarkOptional = true
    return plan
  }

  /// The stream as a plugin would tell of it. What decides which records there are stands in the
  /// fingerprint.
  private static func head(_ name: String, _ json: JSON, _ folder: String) -> JSONObject {
    var head = JSONObject([
      .init("stream", .string(name)), .init("incremental", true),
      .init("default", json["default"] ?? true),
    ])
    head["about"] = json["about"]
    head["columns"] = .array(
      (json["columns"]?.object?.members ?? []).map { member in
        [
          "name": .string(member.name), "at": member.value["at"] ?? member.value,
          "type": member.value["type"] ?? "text",
        ]
      })
    let volatile = texts(json["volatile"])
    if !volatile.isEmpty { head["volatile"] = .array(volatile.map { .string($0) }) }
    let meaning = ["files", "format", "records", "key", "separator", "encoding", "deleted"]
      .map { "\($0)=\(json[$0]?.text ?? "")" }
    let digest = Digest.sha256((meaning + [folder]).joined(separator: "\n"))
    head["fingerprint"] = .string(Hex.encode(digest.prefix(16)))
    return head
  }

  private static func texts(_ json: JSON?) -> [String] {
    json?.string.map { [$0] } ?? json?.array?.compactMap(\.string) ?? []
  }

  /// To a member of an object, whatever is in its name.
  static func pointer(to name: String) -> String {
    "/" + Shape.escaped(name)
  }
}
