public import CSimdJSON
internal import PatchbayJSON

/// A page with its records cut out. Rows point into the page's bytes, which it keeps alive.
@safe public final class CutPage: @unchecked Sendable {
  // @unchecked: written by `init` alone; simdjson's result is only read afterwards.
  // Unsafe: owns the C result (freed in deinit) and lends its slices while it lives.
  public let body: ByteBuffer
  public let plan: ExtractPlan
  private let page: OpaquePointer

  /// Bytes that may be made of one page.
  package static let madeLimit = Int(PSJ_MAX_MADE)

  /// Why the page as a whole cannot be used; `nil` where it can.
  public let fault: JSONError?
  public let count: Int
  public let deadCount: Int
  /// What the vendor sent: elements of the list, before a plan made several records of one. `nil`
  /// where a program mapped the page and nobody said where the list is.
  public let elements: Int?
  /// Records that have something where the plan looks for the cursor, and for the mark of a
  /// deletion.
  public let cursorCount: Int
  public let markCount: Int

  /// `elements` is for a page that was mapped: what stood in it before.
  public init(_ page: ByteBuffer, plan: ExtractPlan, elements: Int?? = nil) {
    var tableFault: JSONError?
    body = Self.readable(page, plan, &tableFault)
    self.plan = plan
    body.sealPadding()
    let native = unsafe Self.native(plan)
    defer { unsafe psj_plan_free(native) }
    unsafe self.page = body.withBytes {
      unsafe psj_cut($0.baseAddress.unsafelyUnwrapped, UInt64($0.count), native)
    }
    var offset: UInt64 = 0
    let code = unsafe psj_page_error(self.page, &offset)
    fault =
      tableFault
      ?? (code == 0
        ? nil : JSONError(reason: .init(rawValue: code) ?? .syntax, offset: Int(offset)))
    var rows: UnsafePointer<psj_row>?
    count = unsafe Int(psj_page_rows(self.page, &rows))
    var dead = 0
    for index in 0..<count
    where unsafe rows.unsafelyUnwrapped[index].flags & UInt32(PSJ_ROW_DEAD) != 0 { dead += 1 }
    deadCount = dead
    self.elements = unsafe elements ?? Int(psj_page_elements(self.page))
    cursorCount = unsafe Int(psj_page_matched(self.page, UInt32(PSJ_CURSOR)))
    markCount = unsafe Int(psj_page_matched(self.page, UInt32(PSJ_DELETED)))
  }

  deinit { unsafe psj_page_free(page) }

  /// A table becomes lines; everything else is cut as it stands.
  private static func readable(
    _ page: ByteBuffer, _ plan: ExtractPlan, _ fault: inout JSONError?
  ) -> ByteBuffer {
    guard plan.format.isTable else { return page }
    do throws(JSONError) {
      return try DelimitedText.lines(of: page, plan)
    } catch {
      fault = error
      return ByteBuffer()
    }
  }

  /// Borrows rows, page and arena for the call.
  public func withRows<R, E: Error>(
    _ body: (
      UnsafeBufferPointer<psj_row>, _ page: UnsafePointer<UInt8>, _ arena: UnsafePointer<CChar>
    ) throws(E) -> R
  ) throws(E) -> R {
    var rows: UnsafePointer<psj_row>?
    let count = unsafe Int(psj_page_rows(page, &rows))
    let arena = unsafe psj_page_arena(page)
    return unsafe try self.body.withBytes { (bytes) throws(E) -> R in
      unsafe try body(
        UnsafeBufferPointer(start: rows, count: count), bytes.baseAddress.unsafelyUnwrapped,
        arena.data.unsafelyUnwrapped)
    }
  }

  /// Whether the last record cannot be read.
  package var isLastDead: Bool {
    unsafe withRows { rows, _, _ in unsafe (rows.last?.flags ?? 0) & UInt32(PSJ_ROW_DEAD) != 0 }
  }

  /// Null stands in place of the list; it is set aside.
  public var isNullList: Bool {
    unsafe count == 1
      && withRows { rows, _, _ in unsafe rows[0].reason == UInt32(PSJ_NULL_LIST) }
  }

  /// The page without its records: small, and JSON (empty for NDJSON and tables).
  public var residue: [UInt8] { unsafe Self.copy(psj_page_residue(page)) }

  /// For each live record the values that `keep` named, as JSON text.
  public var kept: [UInt8] { unsafe Self.copy(psj_page_kept(page)) }

  /// The keys of the records in their order, for a digest of it.
  // Unsafe: the slices are copied within the call that lends them.
  package var keyBytes: [UInt8] {
    unsafe withRows { rows, _, arena in
      var bytes: [UInt8] = []
      for index in rows.indices {
        let row = unsafe rows[index]
        let key = unsafe UnsafeRawBufferPointer(
          start: arena + Int(row.key_offset), count: Int(row.key_size))
        unsafe bytes += key
        bytes.append(0)
      }
      return bytes
    }
  }

  /// Of the last record that can be read.
  public var lastKey: String? {
    let last = unsafe withRows { rows, _, _ in
      unsafe rows.lastIndex { $0.flags & UInt32(PSJ_ROW_DEAD) == 0 }
    }
    return last.map { index in text(of: index) { (Int($0.key_offset), Int($0.key_size)) } }
  }

  public var maxCursor: String? {
    let index = unsafe psj_page_max_cursor(page)
    guard index != UInt64.max else { return nil }
    return text(of: Int(index)) { (Int($0.cursor_offset), Int($0.cursor_size)) }
  }

  private func text(of index: Int, _ span: (psj_row) -> (Int, Int)) -> String {
    unsafe withRows { rows, _, arena in
      let (offset, size) = unsafe span(rows[index])
      return unsafe String(
        decoding: UnsafeRawBufferPointer(start: arena + offset, count: size), as: UTF8.self)
    }
  }

  private static func native(_ plan: ExtractPlan) -> OpaquePointer {
    let native = unsafe psj_plan_new(
      plan.cursorType.rawValue, JSON.depthLimit,
      UInt32(plan.format.isLines ? PSJ_FORM_LINES : plan.isMap ? PSJ_FORM_MAP : PSJ_FORM_ARRAY))
    func add(_ part: Int, _ text: String?) {
      guard let text else { return }
      unsafe psj_plan_add(native, UInt32(part), text, UInt64(text.utf8.count))
    }
    add(PSJ_RECORDS, plan.records)
    add(PSJ_ITEM, plan.item)
    add(PSJ_EACH, plan.each)
    add(PSJ_CURSOR, plan.cursor)
    add(PSJ_DELETED, plan.deleted)
    add(PSJ_DELETED_TEXT, plan.deletedText)
    add(PSJ_DELETED_NOT, plan.livingText)
    for key in plan.keys { add(PSJ_KEY, key) }
    for pointer in plan.keep { add(PSJ_KEEP, pointer) }
    for member in plan.inject {
      add(PSJ_INJECT_NAME, String(JSON.string(member.name).text.dropFirst().dropLast()))
      add(PSJ_INJECT_FROM, member.from)
    }
    for member in plan.constants {
      add(PSJ_CONSTANT, "\(JSON.string(member.name).text):\(member.value.text)")
    }
    return unsafe native
  }

  private static func copy(_ text: psj_text) -> [UInt8] {
    guard let data = unsafe text.data else { return [] }
    return unsafe Array(UnsafeRawBufferPointer(start: data, count: Int(text.size)))
  }
}
