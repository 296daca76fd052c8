package import PatchbayCore
internal import PatchbayCrypto
package import PatchbayJSON
internal import PatchbayStore

/// What shows outside of the books that they were not set back: an older copy of the whole file is
/// as it was written, and only what was published of a later one says that it is older.
extension Journal {
  /// The end of the books as it may be published: it gives nothing away of what is in them.
  package func anchor(nowMS: Int64) throws(Failure) -> JSON {
    let tables = SealedTable.allCases.map { table in
      let sum = sums[table] ?? TableSum()
      return JSONObject.Member(
        table.rawValue,
        [
          "rows": .integer(sum.rows), "root": .string(Hex.encode(seal.published(sum, table))),
        ])
    }
    var anchor = try statementAnchor()
    anchor["at"] = .string(Time.format(nowMS))
    anchor["tables"] = .object(JSONObject(tables))
    return .object(anchor)
  }

  /// What of it statements say: how many rows tables have is nothing for partners.
  func statementAnchor() throws(Failure) -> JSONObject {
    let closed = try closedPeriods().map {
      JSONObject.Member($0.period, .string(Hex.encode($0.root)))
    }
    return JSONObject([
      .init("anchor", 1), .init("entry", .integer(head.number)),
      .init("hash", .string(Hex.encode(head.hash))), .init("revision", .integer(revision)),
      .init("closed", .object(JSONObject(closed))),
    ])
  }

  /// Compares books that are sound with what was published of them before.
  package func compare(_ anchors: [JSON], _ check: BookCheck) throws(Failure) -> BookCheck {
    for anchor in anchors {
      if let problem = try problem(anchor) { return check.with(problem) }
    }
    return check
  }

  private func problem(_ anchor: JSON) throws(Failure) -> String? {
    guard anchor["anchor"]?.integer == 1, let number = anchor["entry"]?.integer,
      let hash = anchor["hash"]?.string, let then = anchor["revision"]?.integer,
      let closed = anchor["closed"]?.object
    else {
      throw Failure(
        .config, "ledger.anchor", "a line of the file is no anchor",
        mend: "give the file that “patchbay ledger anchor” wrote, or a statement")
    }
    let tables = anchor["tables"]?.object ?? JSONObject()
    let when = anchor["at"]?.string.map { "what was published on \($0)" } ?? "that statement"
    if head.number < number || revision < then {
      return "the books end before \(when): they are an older copy, or were begun anew"
    }
    let found = number == 0 ? Entry.noHash : try entry(number: number)?.hash
    if Hex.encode(found ?? []) != hash { return "entry \(number) is another one than in \(when)" }
    let roots = try closedPeriods().map { ($0.period, Hex.encode($0.root)) }
    for month in closed.members
    where !roots.contains(where: { $0.0 == month.name && $0.1 == month.value.string }) {
      return "the month \(month.name) has another root than in \(when)"
    }
    for table in SealedTable.allCases {
      guard let told = tables[table.rawValue] else { continue }
      let sum = sums[table] ?? TableSum()
      if table.onlyGrows && sum.rows < told["rows"]?.integer ?? 0 {
        return "\(table.rawValue) has less rows than in \(when)"
      }
      if revision == then, told["root"]?.string != Hex.encode(seal.published(sum, table)) {
        return "\(table.rawValue) has other rows than in \(when)"
      }
    }
    return nil
  }
}

extension SealedTable {
  /// Whether no row of it is ever removed.
  fileprivate var onlyGrows: Bool {
    ![.held, .admissions, .underWay].contains(self)
  }
}

extension BookCheck {
  /// The same books, with something that is wrong.
  package func with(_ problem: String) -> BookCheck {
    BookCheck(entries: entries, periods: periods, problem: (entries, problem))
  }
}
