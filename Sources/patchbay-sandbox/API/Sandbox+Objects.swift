internal import PatchbayCore
internal import PatchbayJSON
internal import Synchronization

extension Sandbox {
  /// A page of a list, in the order of ids.
  func list(
    _ type: ObjectType, _ request: Request, _ faults: [Fault]
  ) throws(APIError) -> Reply {
    let size = try pageSize(request["limit"], standard: 10, limit: options.pageSizeLimit)
    let isArchived = try flag("archived", request)
    let after = request["after"].flatMap { $0.isEmpty ? nil : $0 }
    var start: Int64 = 0
    if let after {
      guard let id = Int64(after), id >= 0 else {
        throw APIError(400, "after is not a cursor of this list: \(after)")
      }
      start = id
    }
    let related = try request.list("associations").map { (name) throws(APIError) in
      guard let other = ObjectType(spelling: name) else {
        throw APIError(400, "Unable to infer object type from: \(name)")
      }
      return other
    }
    let records = records
    var window = records.window(type, after: start, count: size, isArchived: isArchived)
    if faults.contains(where: { $0.kind == .missingPage }), let next = window.next {
      window = records.window(type, after: next, count: size, isArchived: isArchived)
    }
    let selection = Schema.of(type).selection(request.list("properties"))
    var page = ResultPage()
    page.records = window.records.map { record in
      var output: [UInt8] = []
      output.reserveCapacity(256 + selection.count * 32)
      let extra = related.isEmpty ? [] : records.associations(of: record, to: related, request.host)
      record.write(selection, extra: extra, into: &output)
      return output
    }
    page.next = window.next.map { String($0) }
    page.link = link(request)
    for fault in faults { fault.bend(&page, after: after) }
    let stream = isArchived ? "\(type.rawValue)?archived=true" : type.rawValue
    state.withLock { $0.stats.countPage(stream, after: after ?? "") }
    return page.reply()
  }

  func read(_ type: ObjectType, _ id: String, _ request: Request) throws(APIError) -> Reply {
    let isArchived = try flag("archived", request)
    guard let number = Int64(id), let record = records.record(type, id: number),
      record.isArchived == isArchived
    else { throw APIError(404, "resource not found", "OBJECT_NOT_FOUND") }
    var output: [UInt8] = []
    record.write(Schema.of(type).selection(request.list("properties")), into: &output)
    return Reply(200, output)
  }

  /// Up to 100 records by id; those that are missing are named, and make the status 207.
  func batchRead(
    _ type: ObjectType, _ request: Request, _ faults: [Fault]
  ) throws(APIError) -> Reply {
    let ids = try inputs(request, limit: 100).map { $0.id }
    let names = try body(request)["properties"]?.array?.compactMap(\.string) ?? []
    let isArchived = try flag("archived", request)
    let records = records
    let selection = Schema.of(type).selection(names)
    var page = ResultPage()
    var missing: [JSON] = []
    for id in ids {
      guard let number = Int64(id), let record = records.record(type, id: number),
        record.isArchived == isArchived
      else {
        missing.append(.string(id))
        continue
      }
      var output: [UInt8] = []
      record.write(selection, into: &output)
      page.records.append(output)
    }
    finish(
      &page,
      errors: missing.isEmpty
        ? []
        : [
          [
            "status": "error", "category": "OBJECT_NOT_FOUND",
            "message": "Could not get some objects, they may be deleted or not exist.",
            "context": ["ids": .array(missing)], "errors": [], "links": [:],
          ]
        ])
    for fault in faults { fault.bend(&page, after: nil) }
    return page.reply()
  }

  /// The ids (and cursors) of a batch.
  func inputs(
    _ request: Request, limit: Int
  ) throws(APIError) -> [(id: String, after: String?)] {
    guard let inputs = try body(request)["inputs"]?.array else {
      throw APIError(400, "inputs is missing")
    }
    guard inputs.count <= limit else {
      throw APIError(400, "a batch holds up to \(limit) inputs, not \(inputs.count)")
    }
    return try inputs.map { (input) throws(APIError) in
      guard let id = input["id"]?.plainText else { throw APIError(400, "an input has no id") }
      return (id, input["after"]?.plainText)
    }
  }

  /// Adds what surrounds the results of a batch.
  func finish(_ page: inout ResultPage, errors: [JSON]) {
    let now = JSON.string(Time.format(nowMS))
    page.head = [.init("status", "COMPLETE")]
    page.tail = [.init("startedAt", now), .init("completedAt", now)]
    guard !errors.isEmpty else { return }
    page.status = 207
    page.tail += [
      .init("numErrors", .integer(Int64(errors.count))), .init("errors", .array(errors)),
    ]
  }
}

extension Records {
  /// Records behind an id, and the last of their ids if others follow.
  func window(
    _ type: ObjectType, after: Int64, count: Int, isArchived: Bool
  ) -> (records: [Record], next: Int64?) {
    var found: [Record] = []
    var index = index(type, after: after)
    let end = self.count(type)
    while index < end {
      if self.isArchived(type, index) == isArchived {
        if found.count == count { return (found, found.last?.id) }
        if let record = record(type, index) { found.append(record) }
      }
      index += 1
    }
    return (found, nil)
  }
}
