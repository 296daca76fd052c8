internal import PatchbayCore
internal import PatchbayJSON
internal import Synchronization

extension Sandbox {
  func properties(_ type: ObjectType, _ faults: [Fault]) -> Reply {
    var page = ResultPage()
    page.records = Schema.of(type).properties.map { $0.json(of: type).bytes }
    for fault in faults { fault.bend(&page, after: nil) }
    return page.reply()
  }

  func owners(_ request: Request, _ faults: [Fault]) throws(APIError) -> Reply {
    let size = try pageSize(request["limit"], standard: 100, limit: 500)
    let isArchived = try flag("archived", request)
    let chosen = (0..<Owner.count).filter { ($0 >= Owner.archivedFrom) == isArchived }
    var start = 0
    if let after = request["after"], !after.isEmpty {
      guard let number = Int(after), number >= 0 else {
        throw APIError(400, "after is not a cursor of this list: \(after)")
      }
      start = min(number, chosen.count)
    }
    if faults.contains(where: { $0.kind == .missingPage }) {
      start = min(start + size, chosen.count)
    }
    let end = min(start + size, chosen.count)
    var page = ResultPage()
    page.records = chosen[start..<end].map { Owner.json($0).bytes }
    page.next = end < chosen.count ? String(end) : nil
    page.link = link(request)
    for fault in faults { fault.bend(&page, after: request["after"]) }
    let stream = isArchived ? "owners?archived=true" : "owners"
    state.withLock { $0.stats.countPage(stream, after: request["after"] ?? "") }
    return page.reply()
  }
}

extension Property {
  /// The property as `/crm/v3/properties` describes it.
  func json(of type: ObjectType) -> JSON {
    let stamp = JSON.string("2021-03-01T08:00:00.000Z")
    return [
      "updatedAt": stamp, "createdAt": stamp, "name": .string(name), "label": .string(label),
      "type": .string(kind.rawValue), "fieldType": .string(fieldType), "description": "",
      "groupName": .string(type.singular.filter { $0 != "_" } + "information"),
      "options": .array(options), "displayOrder": -1, "calculated": false,
      "externalOptions": .bool(name == "hubspot_owner_id"),
      "hasUniqueValue": .bool(name == "hs_object_id"), "hidden": false,
      "hubspotDefined": .bool(!name.hasPrefix("sandbox_")),
      "modificationMetadata": [
        "archivable": .bool(name.hasPrefix("sandbox_")), "readOnlyDefinition": true,
        "readOnlyValue": .bool(isReadOnly),
      ],
      "formField": .bool(!isReadOnly), "dataSensitivity": "non_sensitive",
    ]
  }

  private var options: [JSON] {
    let values: [String] =
      switch (kind, source) {
      case (.bool, _): ["true", "false"]
      case (.enumeration, .choice(let choices)): choices
      case (.enumeration, .always(let choice)): [choice]
      default: []
      }
    return values.enumerated().map { order, value in
      [
        "label": .string(value.lowercased()), "value": .string(value),
        "displayOrder": .integer(Int64(order)), "hidden": false,
      ]
    }
  }
}
