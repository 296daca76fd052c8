package import PatchbayCore
internal import PatchbayStore

extension Journal {
  /// What charges, invoices and payouts are made from, beside the journal itself.
  package func makeBillingTables() throws(Failure) {
    if try hasForm() { return }
    try database.execute(
      """
      CREATE TABLE IF NOT EXISTS rated (key TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS quantities (
        customer TEXT NOT NULL, plugin TEXT NOT NULL, meter TEXT NOT NULL, month TEXT NOT NULL,
        price TEXT NOT NULL, quantity BLOB NOT NULL, charged BLOB NOT NULL, least BLOB NOT NULL,
        is_settled INTEGER NOT NULL, details TEXT NOT NULL,
        PRIMARY KEY (month, customer, plugin, meter, price)
      ) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS rating (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER,
        last_day TEXT NOT NULL, last_key TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS contracts (
        id TEXT PRIMARY KEY, gross BLOB NOT NULL, shared BLOB NOT NULL,
        platform_ppm INTEGER NOT NULL, parties TEXT NOT NULL, currency TEXT NOT NULL
      ) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS group_sums (
        name TEXT NOT NULL, currency TEXT NOT NULL, gross BLOB NOT NULL,
        PRIMARY KEY (name, currency)
      ) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS parties (
        name TEXT NOT NULL, currency TEXT NOT NULL, minimum_payout INTEGER NOT NULL,
        PRIMARY KEY (name, currency)
      ) WITHOUT ROWID;
      """)
    try database.execute(Self.documentTables + "PRAGMA user_version = \(Self.form);")
  }

  private static let documentTables = """
    CREATE TABLE IF NOT EXISTS policies (
      number INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, sha256 TEXT NOT NULL, json TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS documents (
      number TEXT PRIMARY KEY, kind TEXT NOT NULL, customer TEXT NOT NULL, currency TEXT NOT NULL,
      period TEXT NOT NULL, json TEXT NOT NULL, sha256 TEXT NOT NULL, paid BLOB NOT NULL,
      carry BLOB NOT NULL, refunded BLOB NOT NULL
    );
    CREATE INDEX IF NOT EXISTS documents_customer ON documents (customer, currency, period);
    CREATE TABLE IF NOT EXISTS seals (
      name TEXT NOT NULL, key TEXT NOT NULL, seal BLOB NOT NULL, PRIMARY KEY (name, key)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS lots (
      invoice TEXT NOT NULL, party TEXT NOT NULL, currency TEXT NOT NULL, amount BLOB NOT NULL,
      stage TEXT NOT NULL, since_ms INTEGER NOT NULL, moves INTEGER NOT NULL, payout TEXT,
      PRIMARY KEY (invoice, party)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS payouts (
      batch TEXT NOT NULL, item INTEGER NOT NULL, party TEXT NOT NULL, currency TEXT NOT NULL,
      gross BLOB NOT NULL, withheld BLOB NOT NULL, account TEXT NOT NULL, status TEXT NOT NULL,
      at_ms INTEGER NOT NULL, PRIMARY KEY (batch, item)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS proposals (
      number INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, by TEXT NOT NULL, debit TEXT NOT NULL,
      credit TEXT NOT NULL, currency TEXT NOT NULL, amount BLOB NOT NULL, reason TEXT NOT NULL,
      status TEXT NOT NULL, decided_by TEXT
    );
    CREATE TABLE IF NOT EXISTS admissions (
      usage TEXT NOT NULL, part INTEGER NOT NULL, budget TEXT NOT NULL, transfer BLOB NOT NULL,
      PRIMARY KEY (usage, part, budget)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS under_way (
      usage TEXT PRIMARY KEY, slot TEXT NOT NULL, quantity INTEGER NOT NULL,
      expires_ms INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS under_way_slot ON under_way (slot);
    CREATE TABLE IF NOT EXISTS slot_holds (
      slot TEXT NOT NULL, budget TEXT NOT NULL, transfer BLOB NOT NULL, PRIMARY KEY (slot, budget)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS alerts (
      budget TEXT NOT NULL, month TEXT NOT NULL, percent INTEGER NOT NULL, at_ms INTEGER NOT NULL,
      PRIMARY KEY (budget, month, percent)
    ) WITHOUT ROWID;
    """

  /// Whether the tables are there; those of another form are refused.
  private func hasForm() throws(Failure) -> Bool {
    let version = try database.prepare("PRAGMA user_version").bind().first { $0.integer(0) } ?? 0
    let hasEarlier =
      try database.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'rated'").bind()
      .first { $0.integer(0) } ?? 0
    if version != Self.form && (version != 0 || hasEarlier > 0) {
      throw Failure(
        .config, "ledger.form",
        "\(database.path) is of form \(version), and this version writes form \(Self.form)",
        mend: version < Self.form
          ? "use the version that wrote it; where nothing was invoiced or paid yet, the file can "
            + "be moved away: all that was used is charged anew from data.db"
          : "use the newer version that wrote it")
    }
    return version == Self.form
  }

  /// The form of the tables. Another one is refused, not guessed at.
  private static var form: Int64 { 3 }
}
