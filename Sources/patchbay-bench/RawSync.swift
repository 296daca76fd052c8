// Unsafe: libcurl and SQLite take pointers to what lives for the call.
internal import CCurl
internal import CSQLite
internal import CSimdJSON
internal import PatchbayCore
internal import PatchbayJSON

/// The least that a sync could do: fetch page after page, cut it, and insert its records.
enum RawSync {
  static func run(url: String, database path: String) throws(Failure) {
    var database: OpaquePointer?
    guard unsafe sqlite3_open(path, &database) == SQLITE_OK else { throw broken("open") }
    defer { unsafe sqlite3_close(database) }
    func execute(_ sql: String) throws(Failure) {
      if unsafe sqlite3_exec(database, sql, nil, nil, nil) != SQLITE_OK { throw broken(sql) }
    }
    try execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")
    try execute("CREATE TABLE records (key TEXT PRIMARY KEY, raw TEXT) WITHOUT ROWID")
    var insert: OpaquePointer?
    unsafe sqlite3_prepare_v2(
      database, "INSERT OR REPLACE INTO records VALUES (?, ?)", -1, &insert, nil)
    defer { unsafe sqlite3_finalize(insert) }
    guard let handle = unsafe curl_easy_init() else { throw broken("curl") }
    defer { unsafe curl_easy_cleanup(handle) }
    var after: String? = "0"
    while let place = after {
      let body = try unsafe fetch(handle, "\(url)/v1/books?limit=200&after=\(place)")
      let page = CutPage(body, plan: ExtractPlan(records: "/data", keys: ["/id"]))
      try execute("BEGIN")
      unsafe store(page, insert)
      try execute("COMMIT")
      after = (try? JSON(reading: page.residue))?["next"]?.string
    }
  }

  private static func broken(_ what: String) -> Failure {
    Failure(.bug, "bench.raw", "the raw sync failed: \(what)")
  }

  private static func fetch(_ handle: UnsafeMutableRawPointer, _ url: String) throws(Failure)
    -> ByteBuffer
  {
    let body = ByteBuffer(capacity: 256 << 10)
    unsafe curl_set_text(handle, CURLOPT_URL, url)
    unsafe curl_set_bytes_callback(handle, CURLOPT_WRITEFUNCTION) { data, size, count, context in
      guard let data = unsafe data, let context = unsafe context else { return 0 }
      let buffer = unsafe Unmanaged<ByteBuffer>.fromOpaque(context).takeUnretainedValue()
      unsafe buffer.append(UnsafeRawBufferPointer(start: data, count: size * count))
      return size * count
    }
    unsafe curl_set_pointer(
      handle, CURLOPT_WRITEDATA, Unmanaged.passUnretained(body).toOpaque())
    let code = withExtendedLifetime(body) { unsafe curl_easy_perform(handle) }
    if code != CURLE_OK { throw broken(unsafe String(cString: curl_easy_strerror(code))) }
    return body
  }

  private static func store(_ page: CutPage, _ insert: OpaquePointer?) {
    unsafe page.withRows { rows, bytes, arena in
      for index in rows.indices {
        let row = unsafe rows[index]
        let isOwn = row.flags & UInt32(PSJ_ROW_OWN) != 0
        let raw =
          unsafe (isOwn ? UnsafeRawPointer(arena) : UnsafeRawPointer(bytes))
          + Int(row.raw_offset)
        let key = unsafe UnsafeRawPointer(arena) + Int(row.key_offset)
        unsafe sqlite3_bind_text(
          insert, 1, key.assumingMemoryBound(to: CChar.self), Int32(row.key_size), nil)
        unsafe sqlite3_bind_text(
          insert, 2, raw.assumingMemoryBound(to: CChar.self), Int32(row.raw_size), nil)
        unsafe sqlite3_step(insert)
        unsafe sqlite3_reset(insert)
      }
    }
  }
}
