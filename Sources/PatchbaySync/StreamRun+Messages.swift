internal import PatchbayCore
internal import PatchbayEgress
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMessages
internal import PatchbayStore

extension StreamRun {
  /// Notes, progress and columns: nothing that the plugin waits for.
  func tellOf(_ message: Message) {
    switch message.kind {
    case .note:
      let text = message.head["text"]?.string ?? ""
      report.notes.append(text)
      tell(.note(stream: stream.name, text))
    case .progress:
      report.total = message.head["total"]?.integer
      tell(.progress(report))
    case .catalog:
      let columns = (message.head["columns"]?.array ?? []).map {
        Column(
          name: $0["name"]?.string ?? "", at: $0["at"]?.string ?? "",
          kind: $0["type"]?.string.flatMap(Column.Kind.init) ?? .text)
      }
      let description = StreamDescription(
        connection: connection.name, stream: message.head["stream"]?.string ?? stream.name,
        columns: stream.columns + columns, unified: stream.unified)
      let (store, tell, name) = (store, tell, stream.name)
      Task {
        do throws(Failure) {
          let prepared = try await store.prepare(description)
          if !prepared.addedColumns.isEmpty && prepared.record.completedMS != nil {
            let names = prepared.addedColumns.prefix(10).joined(separator: ", ")
            tell(.note(stream: name, "\(prepared.addedColumns.count) new columns: \(names)"))
          }
        } catch {
          tell(.note(stream: name, "the view was not updated: \(error)"))
        }
      }
    default: break
    }
  }
}

extension PageContract.Page {
  /// The head of the answer that the plugin gets.
  var head: JSON {
    var head = JSONObject([
      .init("status", .integer(Int64(status))),
      .init(
        "headers",
        .object(
          JSONObject(headers.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }))),
    ])
    if cuts.isEmpty { return .object(head) }
    let extracted = zip(cuts, totals).map { cut, total -> JSON in
      var entry = JSONObject([
        .init("count", .integer(Int64(cut.count))), .init("dead", .integer(Int64(cut.deadCount))),
      ])
      entry["last_key"] = cut.lastKey.map { .string($0) }
      entry["max_cursor"] = cut.maxCursor.map { .string($0) }
      entry["total"] = total.map { .integer($0) }
      if !cut.plan.keep.isEmpty { entry["kept"] = (try? JSON(reading: cut.kept)) ?? [] }
      return .object(entry)
    }
    head["extracted"] = .array(extracted)
    return .object(head)
  }
}

/// Whether the totals that a vendor states add up to what was read.
struct TotalCheck: Sendable {
  private var counted: Int64 = 0
  private var statedAll: Int64?
  private var lastRest: (count: Int64, total: Int64)?

  mutating func note(_ page: PageContract.Page) {
    for (cut, total) in zip(page.cuts, page.totals) where cut.plan.total != nil {
      let count = Int64(cut.count)
      if cut.plan.totalIsOfRest {
        lastRest = (count, total ?? count)
      } else {
        counted += count
        statedAll = total ?? statedAll
      }
    }
  }

  /// Why the end is not proven; `nil` where all adds up, or nothing was stated.
  var mismatch: String? {
    if let rest = lastRest, rest.total > rest.count {
      return "the vendor states \(rest.total) more records and gave \(rest.count)"
    }
    if let stated = statedAll, stated != counted {
      return "the vendor states \(stated) records and gave \(counted)"
    }
    return nil
  }
}
