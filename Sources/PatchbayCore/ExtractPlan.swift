public import PatchbayJSON

/// How the records are to be cut out of a page. All pointers are JSON Pointers.
public struct ExtractPlan: Sendable, Equatable {
  public enum Format: String, Sendable {
    case json, ndjson, csv, tsv
    /// Becomes JSON before it is cut: ``asJSON``.
    case xml
    public var isTable: Bool { self == .csv || self == .tsv }
    var isLines: Bool { self == .ndjson || isTable }
  }
  public enum CursorType: UInt32, Sendable { case text, time, number }
  public struct FailIf: Sendable, Equatable {
    public let at: String
    /// Only this value is the error.
    public let equals: JSON?
    /// Every value but this one is the error, also where there is none.
    public let notEquals: JSON?
    public let kind: ErrorClass

    /// What the page says of an error; `nil` where it says that there is none. Nothing, false, zero
    /// and empty are no error, unless the rule names the value.
    package func error(in page: JSON) -> JSON? {
      let value = page.at(at) ?? .null
      let isError: Bool
      if let equals {
        isError = value == equals
      } else if let notEquals {
        isError = value != notEquals
      } else {
        isError = !value.saysNothing
      }
      guard isError else { return nil }
      return value
    }
  }
  /// What a vendor may answer for a list without records, if the plan says so.
  public enum EmptyAnswer: String, Sendable {
    case null, missing
    case noContent = "no_content"
  }
  public struct Injected: Sendable, Equatable {
    public let name: String
    public let from: String
  }
  /// A member that is the same in every record.
  public struct Constant: Sendable, Equatable {
    public let name: String
    public let value: JSON
  }

  public var format = Format.json
  /// The records are the members of an object instead of the elements of an array.
  public var isMap = false
  public var records: String
  /// Maps the page to objects, which are then the records. Without ``isCutBefore`` the page is left
  /// whole for the plugin; with it `records` must be there, and is left out.
  public var jq: String?
  public var isCutBefore = false
  public var item: String?
  public var each: String?
  public var keys: [String]
  public var cursor: String?
  public var cursorType = CursorType.text
  public var deleted: String?
  /// Only this text under `deleted` marks a deletion.
  public var deletedText: String?
  /// Every value but this text and null marks a deletion.
  public var livingText: String?
  /// Living records may all be without the mark.
  public var isMarkOptional = false
  public var keep: [String] = []
  public var inject: [Injected] = []
  public var constants: [Constant] = []
  public var total: String?
  public var totalIsOfRest = false
  public var failIf: [FailIf] = []
  public var emptyAnswers: Set<EmptyAnswer> = []

  public init(records: String, keys: [String]) {
    self.records = records
    self.keys = keys
  }

  /// Reads a plan that already fits its shape; says what this host cannot do with it.
  public init(head: JSON) throws(Failure) {
    func missing(_ what: String) -> Failure {
      Failure(
        .unsupported, "extract.unsupported", "this host cannot extract with \(what)",
        mend: "look at \"features\" in the open message before asking for it")
    }
    self.init(
      records: head["records"]?.string ?? "",
      keys: head["key"]?.string.map { [$0] } ?? head["key"]?.array?.compactMap(\.string) ?? [])
    let formatName = head["format"]?.string ?? "json"
    guard let format = Format(rawValue: formatName) else { throw missing("format \(formatName)") }
    jq = head["jq"]?.string
    isCutBefore = jq != nil && head["records"] != nil
    for member in head["inject"]?.object?.members ?? [] {
      if let value = member.value["value"] {
        constants.append(Constant(name: member.name, value: value))
      } else {
        inject.append(Injected(name: member.name, from: member.value.string ?? ""))
      }
    }
    if jq != nil,
      !(format == .json || format == .xml) || !inject.isEmpty
        || ["map", "item", "each"].contains(where: { head[$0] != nil })
    {
      throw missing("jq beside format, map, item, each or inject")
    }
    if head["match"] != nil || head["ids"] != nil { throw missing("match") }
    self.format = format
    isMap = head["map"]?.bool ?? false
    item = head["item"]?.string
    each = head["each"]?.string
    cursor = head["cursor"]?["at"]?.string
    switch head["cursor"]?["type"]?.string {
    case "time": cursorType = .time
    case "number": cursorType = .number
    default: cursorType = .text
    }
    deleted = head["deleted"]?.string ?? head["deleted"]?["at"]?.string
    deletedText = head["deleted"]?["equals"]?.plainText
    isMarkOptional = head["deleted"]?["optional"]?.bool ?? false
    livingText = head["deleted"]?["not_equals"]?.plainText
    if format.isTable, !records.isEmpty || isMap || item != nil || each != nil {
      throw missing("records, map, item or each in a table, whose rows are its records")
    }
    if format == .xml, isMap || records.isEmpty && jq == nil {
      throw missing("map or records \"\" in XML, whose outermost element is no list")
    }
    keep = head["keep"]?.array?.compactMap(\.string) ?? []
    if inject.count + constants.count > 8 { throw missing("more than 8 injected members") }
    total = head["total"]?.string
    totalIsOfRest = head["total_of"]?.string == "rest"
    if (head["fail_if"]?.array ?? []).contains(where: { $0["in"]?.string == "element" }) {
      throw missing("fail_if inside elements")
    }
    failIf = (head["fail_if"]?.array ?? []).map { Self.failIf($0, in: format) }
    emptyAnswers = Set(
      (head["no_records"]?.array ?? []).compactMap { $0.string.flatMap(EmptyAnswer.init) })
    if head["stream"] != nil { throw missing("records of another stream") }
    if jq == nil, head["records"] == nil {
      throw Failure(
        .bug, "plugin.contract",
        "a plan says neither where the records are nor how they are mapped",
        mend: "the plugin must give “records”, or “jq”")
    }
  }

  private static func failIf(_ rule: JSON, in format: Format) -> FailIf {
    // In XML every value is a text, whatever it is compared with.
    func compared(_ value: JSON?) -> JSON? {
      format == .xml ? value.map { value in value.plainText.map { .string($0) } ?? value } : value
    }
    return FailIf(
      at: rule["at"]?.string ?? "", equals: compared(rule["equals"]),
      notEquals: compared(rule["not_equals"]),
      kind: rule["class"]?.string.flatMap(ErrorClass.init) ?? .data)
  }

  /// Bytes that a program may have.
  public static let programLimit = 65_536

  /// Cuts what stands around the records; with ``jq`` only.
  package var envelope: ExtractPlan {
    var plan = ExtractPlan(records: records, keys: [])
    plan.failIf = failIf
    plan.emptyAnswers = emptyAnswers
    return plan
  }

  /// For a page whose content type says that each line is a document: they are the records where
  /// the plan looks for them in the page as a whole.
  package var asLines: ExtractPlan {
    guard format == .json, records.isEmpty, jq == nil, !isMap else { return self }
    var plan = self
    plan.format = .ndjson
    return plan
  }

  /// For a page of XML that has become JSON.
  package var asJSON: ExtractPlan {
    guard format == .xml else { return self }
    var plan = self
    plan.format = .json
    return plan
  }

  /// Where a page of XML has lists: one element there is a list of one.
  package var xmlLists: [String] {
    guard format == .xml, !records.isEmpty else { return [] }
    return [records] + (each.map { [records + $0] } ?? [])
  }

  /// Cuts the lines that ``jq`` put out.
  package var mapped: ExtractPlan {
    var plan = self
    plan.format = .ndjson
    plan.records = ""
    return plan
  }

  /// What a record is known by once it was cut out, as a plan's head; `nil` where what was set
  /// aside may be an element that only holds a record.
  package var ofRecords: JSON? {
    if item != nil || each != nil { return nil }
    var head = JSONObject([
      .init("records", ""), .init("key", .array(keys.map { .string($0) })),
    ])
    if let cursor {
      head["cursor"] = ["at": .string(cursor), "type": .string("\(cursorType)")]
    }
    if let deleted {
      var mark = JSONObject([.init("at", .string(deleted))])
      mark["equals"] = deletedText.map { .string($0) }
      mark["not_equals"] = livingText.map { .string($0) }
      head["deleted"] = .object(mark)
    }
    return .object(head)
  }

  /// Names of what this host's extraction can do, for the open message.
  public static let features = [
    "extract.json", "extract.ndjson", "extract.csv", "extract.tsv", "extract.map",
    "extract.item", "extract.each", "extract.inject", "extract.keep", "extract.total",
    "extract.fail_if",
    "extract.deleted_text", "extract.jq", "extract.elements", "extract.not_equals",
    "extract.no_records", "extract.inject_value", "extract.xml",
  ]
}

extension JSON {
  /// Null, false, zero, or empty: what vendors write where there is nothing to say.
  var saysNothing: Bool {
    switch self {
    case .null: true
    case .string(let text): text.isEmpty
    case .array(let elements): elements.isEmpty
    case .object(let object): object.names.isEmpty
    default: self == false || double == 0
    }
  }
}
