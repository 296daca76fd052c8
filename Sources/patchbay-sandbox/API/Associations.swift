internal import PatchbayJSON

/// Who belongs to whom, by arithmetic: three records on one side share one on the other, and two
/// thirds of the records also belong to one hub, whose list is too long for a page. It reads the
/// same from both sides.
extension Records {
  static let share = 3
  static let hub = 3
  /// The types that others belong to come first.
  private static let seniority: [ObjectType] = [
    .companies, .contacts, .deals, .tickets, .products, .lineItems, .notes, .tasks,
  ]

  /// Up to `count` live records of `target` that belong to a record, with ids greater than `after`.
  func associated(
    _ type: ObjectType, _ index: Int, to target: ObjectType, after: Int64 = 0, count: Int
  ) -> (ids: [Int64], hasMore: Bool) {
    guard type != target else { return ([], false) }
    let start = self.index(target, after: after)
    let candidates: Range<Int>
    let isSenior = Self.isSenior(type, over: target)
    if isSenior {
      candidates =
        index == Self.hub
        ? 0..<self.count(target) : index * Self.share..<(index + 1) * Self.share
    } else {
      let own = index / Self.share
      candidates = min(own, Self.hub)..<max(own, Self.hub) + 1
    }
    var ids: [Int64] = []
    for other in candidates.clamped(to: start..<max(start, self.count(target))) {
      let isLinked = isSenior ? Self.links(other, to: index) : Self.links(index, to: other)
      guard isLinked, isArchived(target, other) == false else { continue }
      if ids.count == count { return (ids, true) }
      ids.append(id(target, other))
    }
    return (ids, false)
  }

  private static func links(_ junior: Int, to senior: Int) -> Bool {
    junior / share == senior || (senior == hub && junior % share != 0)
  }

  static func isSenior(_ type: ObjectType, over other: ObjectType) -> Bool {
    (seniority.firstIndex(of: type) ?? 0) < (seniority.firstIndex(of: other) ?? 0)
  }

  /// The `associations` member of a record, with a comma in front.
  func associations(of record: Record, to targets: [ObjectType], _ host: String) -> [UInt8] {
    var object = JSONObject()
    for target in targets {
      let (ids, hasMore) = associated(record.type, record.index, to: target, count: 100)
      guard let last = ids.last else { continue }
      let kind = JSON.string("\(record.type.singular)_to_\(target.singular)")
      var list = JSONObject([
        .init("results", .array(ids.map { ["id": .string(String($0)), "type": kind] }))
      ])
      if hasMore {
        let path = "/crm/v4/objects/\(record.type.rawValue)/\(record.id)/associations"
        list["paging"] = [
          "next": [
            "after": .string(String(last)),
            "link": .string("http://\(host)\(path)/\(target.rawValue)?after=\(last)"),
          ]
        ]
      }
      object[target.rawValue] = .object(list)
    }
    return object.isEmpty ? [] : Array(",\"associations\":".utf8) + JSON.object(object).bytes
  }
}

extension Sandbox {
  /// The most associations of one record in one answer.
  private static let pageSize = 500

  func associations(
    _ type: ObjectType, _ target: ObjectType, _ request: Request, _ faults: [Fault]
  ) throws(APIError) -> Reply {
    let inputs = try inputs(request, limit: 1000)
    let records = records
    let kinds = AssociationKind.all(from: type, to: target)
    var page = ResultPage()
    var errors: [JSON] = []
    for input in inputs {
      let after = Int64(input.after ?? "0") ?? 0
      let record = Int64(input.id).flatMap { records.record(type, id: $0) }
      let (ids, hasMore) =
        record.map { found in
          records.associated(type, found.index, to: target, after: after, count: Self.pageSize)
        } ?? ([], false)
      guard let last = ids.last else {
        errors.append(nothing(type, input.id, target))
        continue
      }
      let to = ids.map { id -> JSON in ["toObjectId": .integer(id), "associationTypes": kinds] }
      var result = JSONObject([
        .init("from", ["id": .string(input.id)]), .init("to", .array(to)),
      ])
      if hasMore {
        result["paging"] = [
          "next": ["after": .string(String(last)), "link": .string("?after=\(last)")]
        ]
      }
      page.records.append(JSON.object(result).bytes)
    }
    finish(&page, errors: errors)
    for fault in faults { fault.bend(&page, after: nil) }
    return page.reply()
  }

  /// The associations of one record, from the address that lists link to.
  func associations(
    of id: String, _ type: ObjectType, _ target: ObjectType, _ request: Request, _ faults: [Fault]
  ) throws(APIError) -> Reply {
    let size = try pageSize(request["limit"], standard: Self.pageSize, limit: Self.pageSize)
    let records = records
    guard let number = Int64(id), let record = records.record(type, id: number) else {
      throw APIError(404, "resource not found", "OBJECT_NOT_FOUND")
    }
    let after = request["after"].flatMap { Int64($0) } ?? 0
    let (ids, hasMore) = records.associated(
      type, record.index, to: target, after: after, count: size)
    let kinds = AssociationKind.all(from: type, to: target)
    var page = ResultPage()
    page.records = ids.map { id in
      JSON.object(
        JSONObject([.init("toObjectId", .integer(id)), .init("associationTypes", kinds)])
      ).bytes
    }
    page.next = hasMore ? ids.last.map { String($0) } : nil
    page.link = link(request)
    for fault in faults { fault.bend(&page, after: request["after"]) }
    return page.reply()
  }

  private func nothing(_ type: ObjectType, _ id: String, _ target: ObjectType) -> JSON {
    [
      "status": "error", "category": "OBJECT_NOT_FOUND",
      "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
      "message": .string("No \(target.singular) is associated with \(type.singular) \(id)."),
      "context": ["fromObjectId": [.string(id)]], "errors": [], "links": [:],
    ]
  }
}

/// HubSpot's numbers for the kinds of association.
enum AssociationKind {
  private static let known: [String: [Int64]] = [
    "contacts>companies": [1, 279], "companies>contacts": [2, 280], "deals>contacts": [3],
    "contacts>deals": [4], "deals>companies": [5, 341], "companies>deals": [6, 342],
    "contacts>tickets": [15], "tickets>contacts": [16], "companies>tickets": [25, 340],
    "tickets>companies": [26, 339], "deals>tickets": [27], "tickets>deals": [28],
    "deals>line_items": [19], "line_items>deals": [20], "companies>notes": [189],
    "notes>companies": [190], "companies>tasks": [191], "tasks>companies": [192],
    "contacts>notes": [201], "notes>contacts": [202], "contacts>tasks": [203],
    "tasks>contacts": [204], "deals>notes": [213], "notes>deals": [214], "deals>tasks": [215],
    "tasks>deals": [216], "tickets>notes": [227], "notes>tickets": [228], "tickets>tasks": [229],
    "tasks>tickets": [230],
  ]

  static func all(from type: ObjectType, to target: ObjectType) -> JSON {
    let ids =
      known["\(type.rawValue)>\(target.rawValue)"]
      ?? [Int64(1000 + type.ordinal * 10 + target.ordinal)]
    return .array(
      ids.enumerated().map { order, id in
        [
          "category": "HUBSPOT_DEFINED", "typeId": .integer(id),
          "label": ids.count > 1 && order == 0 ? .string("Primary") : .null,
        ]
      })
  }
}
