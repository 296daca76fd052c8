import CSimdJSON
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
  // Unsafe: the slices are copied within the call that lends them.
  var rows: [Cut] {
    unsafe withRows { rows, page, arena in
      unsafe rows.map { row in
        func text(_ base: UnsafeRawPointer, _ offset: UInt64, _ size: UInt64) -> String {
          unsafe String(
            decoding: UnsafeRawBufferPointer(start: base + Int(offset), count: Int(size)),
            as: UTF8.self)
        }
        let isOwn = row.flags & UInt32(PSJ_ROW_OWN) != 0
        let base = unsafe isOwn ? UnsafeRawPointer(arena) : UnsafeRawPointer(page)
        let isDead = row.flags & UInt32(PSJ_ROW_DEAD) != 0
        return unsafe Cut(
          raw: text(base, row.raw_offset, row.raw_size),
          key: text(arena, row.key_offset, row.key_size),
          cursor: text(arena, row.cursor_offset, row.cursor_size),
          isDeleted: row.flags & UInt32(PSJ_ROW_DELETED) != 0,
          dead: isDead ? JSONError.Reason(rawValue: Int32(row.reason)) : nil)
      }
    }
  }

  var live: [Cut] { rows.filter { $0.dead == nil } }
  var keys: [String] { live.map(\.key) }
  var residueText: String { String(decoding: residue, as: UTF8.self) }
  var keptText: String { String(decoding: kept, as: UTF8.self) }
}
