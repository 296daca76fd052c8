import PatchbaySDK

/// A page of a list that is read for its ids; what belongs to them comes by requests of their own.
///
/// It is asked for with an extract, so that the host judges it as it does every page. What is cut
/// out of it is then dropped.
struct IDPage {
  let ids: [(id: String, isArchived: Bool?)]
  /// Where the next page begins; `nil` on the last.
  let next: String?

  static var extract: Extract {
    var extract = Extract(records: "/results", key: "/id")
    extract.keep = ["/id", "/archived"]
    return extract
  }

  init(_ response: Response) throws(Problem) {
    let page = response.page
    ids = page.kept.compactMap { kept in
      kept.first?.plainText.map { ($0, kept.last?.bool) }
    }
    guard ids.count == page.count else {
      throw Problem(
        .data, "hubspot.ids", "\(page.count - ids.count) records of a page have no readable id",
        isRetryable: true)
    }
    next = try response.json.nextPage()
  }
}

/// The batches that bring the records of a page of ids, one after the other.
struct IDBatches {
  let next: String?
  private(set) var batches: [(ids: [String], isArchived: Bool)]
  /// Answers that are covered together, once all are there.
  private(set) var answered: [UInt64] = []

  /// A record that was archived or restored meanwhile is asked for as what it is now.
  init(_ page: IDPage, areArchived: Bool) {
    next = page.next
    batches = [false, true].compactMap { flag in
      let ids = page.ids.filter { ($0.isArchived ?? areArchived) == flag }.map(\.id)
      return ids.isEmpty ? nil : (ids, flag)
    }
  }

  /// Takes the answer to the first batch off; returns what that asked for.
  mutating func answered(_ correlation: UInt64) -> [String] {
    answered.append(correlation)
    return batches.removeFirst().ids
  }
}

extension Extract {
  /// Records of any type. What is archived lies in HubSpot's recycling bin: it is deleted. A list
  /// of live records may leave the mark out; where archived ones are asked for, it must be there.
  static func objects(areArchived: Bool) -> Extract {
    var extract = Extract(records: "/results", key: "/id")
    extract.cursor = "/updatedAt"
    extract.cursorType = .time
    extract.deleted = "/archived"
    extract.isDeletedOptional = !areArchived
    return extract
  }
}

extension JSON {
  /// Where the page after this one begins; `nil` where it is the last.
  func nextPage() throws(Problem) -> String? {
    guard let next = at("/paging/next"), !next.isNull else { return nil }
    if let after = next["after"]?.plainText, !after.isEmpty { return after }
    throw Problem(
      .data, "hubspot.cursor", "a page has a next one, but does not say where it begins",
      isRetryable: true)
  }

  /// Why the answer to a batch may not be all of it; `nil` where every id is accounted for.
  ///
  /// HubSpot answers 207 where it could not do a part. Records that are gone, and records without
  /// associations, it names in errors of the category OBJECT_NOT_FOUND; they are nothing to doubt.
  func doubt(asked: Set<String>, given: Set<String>) -> String? {
    var gone: Set<String> = []
    let errors = self["errors"]?.array ?? []
    for error in errors {
      let category = error["category"]?.string ?? "no category"
      guard category == "OBJECT_NOT_FOUND" else {
        let words = error["message"]?.string ?? "no reason given"
        return "HubSpot left out a part of a batch (\(category): \(words.prefix(200)))"
      }
      for member in error["context"]?.object?.members ?? [] {
        gone.formUnion(member.value.array?.compactMap(\.plainText) ?? [])
      }
    }
    if errors.isEmpty, let count = self["numErrors"], count != 0, !count.isNull {
      return "HubSpot left out a part of a batch, and does not say why"
    }
    let missing = asked.subtracting(given).subtracting(gone)
    if missing.isEmpty { return nil }
    return
      "HubSpot left \(missing.count) of \(asked.count) ids out of a batch, and does not say why"
  }
}
