public import PatchbaySDK

/// HubSpot's CRM: objects by list (everything) or search (what changed), owners, associations.
public struct HubSpot: Connector {
  public init() {}

  public func check(_ settings: Settings) -> Request {
    .get("/crm/v3/objects/contacts", query: [("limit", "1")])
  }

  public func reader(of stream: String, _ task: ReadTask) -> (any Reader)? {
    if stream == "owners" { return OwnersReader(task) }
    if let type = ObjectType(rawValue: stream) { return ObjectReader(type, task) }
    let ends = stream.split(separator: "_").map(String.init)
    if ends.count == 2, let from = ObjectType(rawValue: ends[0]),
      let to = ObjectType(rawValue: ends[1])
    {
      return AssociationReader(from: from, to: to, task)
    }
    return nil
  }
}

extension HubSpot {
  public func writer(of stream: String, _ task: WriteTask) -> (any Writer)? {
    ObjectType(rawValue: stream).map { ObjectWriter($0, task.settings) }
  }
}

/// The kinds of objects that are listed and searched alike.
enum ObjectType: String {
  case contacts, companies, deals, tickets, products
  case lineItems = "line_items"
  case notes, tasks

  var path: String { "/crm/v3/objects/\(rawValue)" }

  /// The property that moves with every change; contacts have an older name for it.
  var modified: String { self == .contacts ? "lastmodifieddate" : "hs_lastmodifieddate" }
}
