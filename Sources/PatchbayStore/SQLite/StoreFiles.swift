internal import Glibc
internal import PatchbayCore

/// The files of an embedded store: `hub.db` with connections, sealed secrets, runs and decisions,
/// and `data.db` with what is read from vendors. The name `patchbay.db` leads to `data.db`: other
/// programs read it, and an older Patchbay that opens it finds a form that it refuses.
struct StoreFiles {
  let folder: String
  var hub: String { "\(folder)/hub.db" }
  var data: String { "\(folder)/data.db" }
  private var old: String { "\(folder)/patchbay.db" }

  /// Opens both (or makes them) in the newest form.
  func open(hubForms: [Migration], dataForms: [Migration], nowMS: Int64) throws(Failure)
    -> (hub: Database, data: Database)
  {
    if isUndivided {
      let lock = try FileLock.wait("\(folder)/division.lock")
      // Another process may have done it meanwhile.
      if isUndivided { try Division(folder: folder, nowMS: nowMS).perform() }
      lock.removeFile()
    }
    let hub = try Self.open(hub, pageSize: 8192, hubForms)
    let data = try Self.open(data, pageSize: 16_384, dataForms)
    // Unsafe: the texts are made for the call. Where it is there already, it stays.
    unsafe symlink("data.db", old)
    return (hub, data)
  }

  private static func open(_ path: String, pageSize: Int, _ forms: [Migration]) throws(Failure)
    -> Database
  {
    let database = try Database(path: path, mode: .readWrite)
    try database.execute(
      """
      PRAGMA page_size = \(pageSize);
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA foreign_keys = ON;
      PRAGMA cache_size = -8000;
      PRAGMA wal_autocheckpoint = 2000;
      PRAGMA temp_store = MEMORY;
      """)
    _ = try Migration.migrate(database, forms)
    return database
  }

  /// Whether there is the one file of before, and nothing new. A copy of the folder that followed
  /// its links has a file of the old name, too, beside the new ones.
  private var isUndivided: Bool {
    var status = stat()
    // Unsafe: lstat fills in a local struct.
    let isFile = unsafe lstat(old, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    return isFile && !FileBytes.exists(data)
  }
}
