/// The CRM objects that are served.
enum ObjectType: String, CaseIterable, Sendable {
  case contacts, companies, deals, tickets, products
  case lineItems = "line_items"
  case notes, tasks

  /// Reads a path's spelling: the plural name, the singular one, or HubSpot's numeric type id.
  init?(spelling: String) {
    if let type = ObjectType(rawValue: spelling) {
      self = type
      return
    }
    guard
      let type = Self.allCases.first(where: { $0.singular == spelling || $0.typeID == spelling })
    else { return nil }
    self = type
  }

  var singular: String {
    switch self {
    case .companies: "company"
    default: String(rawValue.dropLast())
    }
  }

  var typeID: String {
    switch self {
    case .contacts: "0-1"
    case .companies: "0-2"
    case .deals: "0-3"
    case .tickets: "0-5"
    case .products: "0-7"
    case .lineItems: "0-8"
    case .notes: "0-46"
    case .tasks: "0-27"
    }
  }

  /// Contacts are older than the other objects, and keep the old name.
  var modifiedProperty: String { self == .contacts ? "lastmodifieddate" : "hs_lastmodifieddate" }

  var createdProperty: String { self == .notes || self == .tasks ? "hs_createdate" : "createdate" }

  var ordinal: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// The first id of the type; the others follow with gaps.
  var firstID: Int64 { self == .contacts ? 151 : 1_000_000_000 * Int64(ordinal * ordinal + 4) + 7 }
}
