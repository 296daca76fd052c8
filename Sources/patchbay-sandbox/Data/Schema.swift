/// The properties of one object type, by name.
struct Schema: Sendable {
  let type: ObjectType
  /// Sorted by name, as HubSpot serves them.
  let properties: [Property]
  let defaults: [Property]
  private let positions: [String: Int]

  private init(_ type: ObjectType) {
    self.type = type
    properties = (Self.own(type) + Self.shared(type)).sorted { $0.name < $1.name }
    defaults = properties.filter(\.isDefault)
    positions = Dictionary(
      properties.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  private static let all = ObjectType.allCases.map { Schema($0) }

  static func of(_ type: ObjectType) -> Schema { all[type.ordinal] }

  subscript(name: String) -> Property? { positions[name].map { properties[$0] } }

  /// What a request for `names` is answered with: those that exist, and three always.
  func selection(_ names: [String]) -> [Property] {
    guard !names.isEmpty else { return defaults }
    var wanted = Set(names)
    wanted.formUnion(["hs_object_id", type.createdProperty, type.modifiedProperty])
    return properties.filter { wanted.contains($0.name) }
  }

  private static func shared(_ type: ObjectType) -> [Property] {
    [
      Property("hs_object_id", .number, .id, isDefault: true),
      Property(type.createdProperty, .datetime, .created, isDefault: true),
      Property(type.modifiedProperty, .datetime, .modified, isDefault: true),
      Property("hubspot_owner_id", .enumeration, .owner),
      Property("hubspot_owner_assigneddate", .datetime, .instant(days: 60)),
      Property("hs_created_by_user_id", .number, .count(below: 9_000_000)),
      Property("hs_updated_by_user_id", .number, .count(below: 9_000_000)),
      Property("hs_object_source", .enumeration, .choice(["CRM_UI", "IMPORT", "INTEGRATION"])),
      Property("hs_object_source_id", .string, .hugeInteger),
      Property("hs_merged_object_ids", .enumeration, .nothing),
      Property("hs_read_only", .bool, .flag),
      Property("hs_unique_creation_key", .string, .nothing),
      Property("hs_was_imported", .bool, .flag),
      Property("sandbox_raw_payload", .string, .nestedJSON),
      Property("sandbox_ledger_total", .number, .longDecimal),
    ]
  }

  private static func own(_ type: ObjectType) -> [Property] {
    switch type {
    case .contacts: contacts
    case .companies: companies
    case .deals: deals
    case .tickets: tickets
    case .products: products
    case .lineItems: lineItems
    case .notes: notes
    case .tasks: tasks
    }
  }
}
