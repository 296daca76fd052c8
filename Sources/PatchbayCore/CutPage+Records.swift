internal import CSimdJSON

/// One record of a page, copied out: for tests and for showing, where pages are few.
public struct CutRecord: Sendable, Equatable {
  public let key: String
  /// The record's JSON as the vendor wrote it.
  public let raw: String
  /// As written; `nil` where the plan has no cursor or the record none.
  public let cursor: String?
  public let isDeleted: Bool
  /// Why it could not be read; `nil` for a live record.
  public let fault: JSONError.Reason?
}

extension CutPage {
  // Unsafe: the slices are copied within the call that lends them.
  public var records: [CutRecord] {
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
        return unsafe CutRecord(
          key: text(arena, row.key_offset, row.key_size),
          raw: text(base, row.raw_offset, row.raw_size),
          cursor: row.cursor_size == 0 ? nil : text(arena, row.cursor_offset, row.cursor_size),
          isDeleted: row.flags & UInt32(PSJ_ROW_DELETED) != 0,
          fault: isDead ? JSONError.Reason(rawValue: Int32(row.reason)) ?? .syntax : nil)
      }
    }
  }
}
