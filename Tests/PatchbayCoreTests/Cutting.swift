import PatchbayCore
import PatchbayJSON

/// One row of a cut page, copied out.
struct Cut: Equatable {
  var raw: String
  var key = ""
  var cursor = ""
  var isDeleted = false
  /// The reason, where the record is dead.
  var dead: JSONError.Reason?
}

func page(_ text: String, _ plan: ExtractPlan) -> CutPage {
  CutPage(ByteBuffer(text.utf8), plan: plan)
}

func plan(_ records: String = "/results", keys: [String] = ["/id"]) -> ExtractPlan {
  ExtractPlan(records: records, keys: keys)
}

func mapPlan(_ records: String) -> ExtractPlan {
  var plan = plan(records)
  plan.isMap = true
  return plan
}

extension CutPage {
  var rows: [Cut] {
    records.map {
      Cut(
        raw: $0.raw, key: $0.key, cursor: $0.cursor ?? "", isDeleted: $0.isDeleted, dead: $0.fault)
    }
  }

  var live: [Cut] { rows.filter { $0.dead == nil } }
  var keys: [String] { live.map(\.key) }
  var residueText: String { String(decoding: residue, as: UTF8.self) }
  var keptText: String { String(decoding: kept, as: UTF8.self) }
}
