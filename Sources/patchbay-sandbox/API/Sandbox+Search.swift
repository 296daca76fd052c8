internal import PatchbayJSON
internal import Synchronization

extension Sandbox {
  func search(
    _ type: ObjectType, _ request: Request, _ faults: [Fault]
  ) throws(APIError) -> Reply {
    let json = try body(request)
    let size = try pageSize(json["limit"]?.plainText, standard: 10, limit: 200)
    let after = json["after"]?.plainText.flatMap { $0.isEmpty ? nil : $0 }
    guard var start = Int(after ?? "0"), start >= 0 else {
      throw APIError(400, "after is not a cursor of this search: \(after ?? "")")
    }
    guard start <= SearchQuery.window - size else {
      throw APIError(
        400, "There was a problem with the request: a search ends at 10,000 results")
    }
    let query = try SearchQuery(type, json)
    let records = records
    let result = result(query, records)
    if faults.contains(where: { $0.kind == .missingPage }) { start += size }
    let end = min(start + size, result.indexes.count)
    let names = json["properties"]?.array?.compactMap(\.string) ?? []
    let selection = Schema.of(type).selection(names)
    var page = ResultPage()
    page.total = result.total
    page.records = result.indexes[min(start, end)..<end].compactMap { index in
      guard let record = records.record(type, index) else { return nil }
      var output: [UInt8] = []
      output.reserveCapacity(256 + selection.count * 32)
      record.write(selection, into: &output)
      return output
    }
    page.next = end < result.total && start < end ? String(end) : nil
    for fault in faults { fault.bend(&page, after: after) }
    let mark = String(Noise.hash(query.fingerprint), radix: 36)
    state.withLock { $0.stats.countPage("\(type.rawValue)/search", after: "\(mark):\(start)") }
    return page.reply()
  }

  private func result(_ query: SearchQuery, _ records: Records) -> SearchResult {
    if let kept = state.withLock({ $0.searches.result(query, version: records.version) }) {
      return kept
    }
    let result = query.run(records)
    state.withLock { $0.searches.keep(result, of: query, version: records.version) }
    return result
  }
}
