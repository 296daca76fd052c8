/// One property of an object: how HubSpot describes it, and where its values come from.
struct Property: Sendable {
  enum Kind: String, Sendable {
    case string, number, datetime, date, enumeration, bool

    var isNumeric: Bool { self == .number || self == .datetime || self == .date }
  }

  enum Source: Sendable {
    case id, created, modified
    case firstName, lastName, email, phone, company, domain, owner, title, prose, nestedJSON
    case choice([String])
    case flag
    case count(below: Int)
    case money, hugeInteger, longDecimal
    /// Days after the record's creation, at most.
    case date(days: Int)
    case instant(days: Int)
    case always(String)
    case nothing
  }

  let name: String
  let kind: Kind
  let fieldType: String
  let source: Source
  let isDefault: Bool
  let salt: UInt64
  /// The name as it stands in an object: quoted, with its colon. No name needs an escape.
  let key: [UInt8]

  init(_ name: String, _ kind: Kind, _ source: Source, isDefault: Bool = false) {
    self.name = name
    self.kind = kind
    self.source = source
    self.isDefault = isDefault
    salt = Noise.hash(name)
    key = Array("\"\(name)\":".utf8)
    fieldType =
      switch (kind, source) {
      case (_, .prose), (_, .nestedJSON): "textarea"
      case (.string, .phone): "phonenumber"
      case (.string, _): "text"
      case (.number, _): "number"
      case (.datetime, _), (.date, _): "date"
      case (.enumeration, _): "select"
      case (.bool, _): "booleancheckbox"
      }
  }

  /// `hs_object_id` as people read it: “Hs object id”.
  var label: String {
    let spaced = name.split(separator: "_").joined(separator: " ")
    return spaced.prefix(1).uppercased() + spaced.dropFirst()
  }

  var isReadOnly: Bool {
    switch source {
    case .id, .created, .modified: true
    default: false
    }
  }
}
