internal import Glibc
internal import PatchbayCore

/// The files of an embedded store: `hub.db` of the whole hub, with connections, sealed secrets,
/// runs and decisions, and an organisation's `data.db` with what is read from vendors. The name
/// `patchbay.db` leads to `data.db`: other programs read it, and an older Patchbay that opens it
/// finds a form that it refuses.
struct StoreFiles {
  let folder: String
  let organisation: Organisation

  init(folder: String, organisation: Organisation = .standard) {
    (self.folder, self.organisation) = (folder, organisation)
  }

  var hub: String { "\(folder)/hub.db" }
  var data: String { "\(organisation.folder(in: folder))/data.db" }
  private var old: String { "\(folder)/patchbay.db" }

  /// Opens both (or makes them) in the newest form.
  func open(hubForms: [Migration], dataForms: [Migration], nowMS: Int64) throws(Failure)
    -> (hub: SQLiteConnection, data: SQLiteConnection)
  {
    let hub = try openHub(hubForms, nowMS: nowMS)
    try OrganisationTable(database: hub).require(organisation)
    if !organisation.isStandard {
      for path in ["\(folder)/organisations", organisation.folder(in: folder)] {
        try FileBytes.makeFolder(path)
        try Rights.check(path, others: .mayRead)
      }
    }
    try Rights.check(data, others: .mayReadInGroup)
    let data = try Self.open(data, pageSize: 16_384, dataForms)
    try refuseForeign(data)
    // Unsafe: the texts are made for the call. Where it is there already, it stays.
    if organisation.isStandard { unsafe symlink("data.db", old) }
    return (hub, data)
  }

  /// Opens (or makes) the hub's own file in the newest form.
  func openHub(_ forms: [Migration] = Migration.hub, nowMS: Int64) throws(Failure)
    -> SQLiteConnection
  {
    try Rights.check(folder, others: .mayRead)
    if isUndivided {
      let lock = try FileLock.wait("\(folder)/division.lock")
      // Another process may have done it meanwhile.
      if isUndivided { try Division(folder: folder, nowMS: nowMS).perform() }
      lock.removeFile()
    }
    try Rights.check(hub, others: .mayNothing)
    let database = try Self.open(hub, pageSize: 8192, forms)
    try OrganisationFolders(hub: database, folder: folder).removeLeftovers()
    return database
  }

  private static func open(_ path: String, pageSize: Int, _ forms: [Migration]) throws(Failure)
    -> SQLiteConnection
  {
    let database = try SQLiteConnection(path: path, mode: .readWrite)
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

  /// A file that was copied here from another organisation is not this one's.
  private func refuseForeign(_ data: SQLiteConnection) throws(Failure) {
    func owner() throws(Failure) -> String? {
      try data.prepare("SELECT organisation FROM owner").bind().first { $0.text(0) }
    }
    if try owner() == nil {
      try data.prepare("INSERT INTO owner (one, organisation) VALUES (1, ?) ON CONFLICT DO NOTHING")
        .bind(.text(organisation.name)).run()
    }
    guard let owner = try owner(), owner != organisation.name else { return }
    throw Failure(
      .data, "store.organisation",
      "\(data.path) belongs to the organisation “\(owner)”, not to “\(organisation.name)”",
      mend: "put each organisation's own file back in its place")
  }

  /// Whether there is the one file of before, and nothing new. A copy of the folder that followed
  /// its links has a file of the old name, too, beside the new ones.
  private var isUndivided: Bool {
    var status = stat()
    // Unsafe: lstat fills in a local struct.
    let isFile = unsafe lstat(old, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    return isFile && !FileBytes.exists("\(folder)/data.db")
  }
}
