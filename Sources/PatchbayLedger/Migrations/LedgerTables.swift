internal import PatchbayCore
internal import PatchbayStore

/// The tables of the books in their newest form, on any engine.
enum LedgerTables {
  static func make(in database: any SQLConnection) throws(Failure) {
    let words = database.dialect
    try database.execute(journal(words))
    try database.execute(rating(words))
    try database.execute(documents(words))
    try database.execute(budgets(words))
  }

  private static func journal(_ words: Dialect) -> String {
    let (text, bytes, integer) = (words.text, words.bytes, words.integer)
    return """
      CREATE TABLE IF NOT EXISTS accounts (
        id \(integer) PRIMARY KEY, name \(text) NOT NULL, currency \(text) NOT NULL,
        bound \(integer) NOT NULL DEFAULT 0, debits \(bytes) NOT NULL, credits \(bytes) NOT NULL,
        held_debits \(bytes) NOT NULL, held_credits \(bytes) NOT NULL, seal \(bytes),
        UNIQUE (name, currency)
      );
      CREATE TABLE IF NOT EXISTS transfers (
        number \(integer) PRIMARY KEY, id \(bytes) NOT NULL UNIQUE, at_ms \(integer) NOT NULL,
        period \(text) NOT NULL, kind \(integer) NOT NULL, debit \(integer) NOT NULL,
        credit \(integer) NOT NULL, amount \(bytes) NOT NULL, key \(text) NOT NULL UNIQUE,
        refers \(bytes), expires_ms \(integer), details \(text) NOT NULL, hash \(bytes) NOT NULL
      );
      CREATE TABLE IF NOT EXISTS held (
        id \(bytes) PRIMARY KEY, expires_ms \(integer), hash \(bytes), seal \(bytes)
      )\(words.keyed);
      CREATE TABLE IF NOT EXISTS marks (
        number \(integer) PRIMARY KEY, hash \(bytes) NOT NULL, seal \(bytes)
      );
      CREATE TABLE IF NOT EXISTS head (
        one \(integer) PRIMARY KEY CHECK (one = 1), number \(integer) NOT NULL,
        hash \(bytes) NOT NULL, last_ms \(integer) NOT NULL, last_tail \(integer) NOT NULL,
        seal \(bytes) NOT NULL, revision \(integer) NOT NULL DEFAULT 0, schema \(bytes),
        damage \(text), sums \(bytes)
      );
      CREATE TABLE IF NOT EXISTS periods (
        period \(text) PRIMARY KEY, count \(integer) NOT NULL, last_number \(integer) NOT NULL,
        root \(bytes) NOT NULL, closed_ms \(integer) NOT NULL, seal \(bytes)
      );
      CREATE TABLE IF NOT EXISTS closings (
        period \(text) NOT NULL, account \(integer) NOT NULL, balance \(bytes) NOT NULL,
        seal \(bytes), PRIMARY KEY (period, account)
      )\(words.keyed);
      CREATE INDEX IF NOT EXISTS transfers_period ON transfers (period, number);
      CREATE INDEX IF NOT EXISTS transfers_refers ON transfers (refers) WHERE refers IS NOT NULL;
      """
  }

  private static func rating(_ words: Dialect) -> String {
    let (text, bytes, integer) = (words.text, words.bytes, words.integer)
    return """
      CREATE TABLE IF NOT EXISTS rated (
        key \(text) PRIMARY KEY, body \(bytes) NOT NULL, seal \(bytes)
      )\(words.keyed);
      CREATE TABLE IF NOT EXISTS quantities (
        customer \(text) NOT NULL, plugin \(text) NOT NULL, meter \(text) NOT NULL,
        month \(text) NOT NULL, price \(text) NOT NULL, quantity \(bytes) NOT NULL,
        charged \(bytes) NOT NULL, least \(bytes) NOT NULL, is_settled \(integer) NOT NULL,
        free \(bytes) NOT NULL, lined_used \(bytes) NOT NULL, lined_cost \(bytes) NOT NULL,
        details \(text) NOT NULL, seal \(bytes),
        PRIMARY KEY (month, customer, plugin, meter, price)
      )\(words.keyed);
      CREATE TABLE IF NOT EXISTS rating (
        organisation \(text) PRIMARY KEY, number \(integer) NOT NULL, last_day \(text) NOT NULL,
        last_key \(text) NOT NULL, last_ms \(integer), seal \(bytes)
      );
      CREATE TABLE IF NOT EXISTS contracts (
        id \(text) PRIMARY KEY, gross \(bytes) NOT NULL, shared \(bytes) NOT NULL,
        platform_ppm \(integer) NOT NULL, parties \(text) NOT NULL, currency \(text) NOT NULL,
        refund_days \(integer), seal \(bytes)
      )\(words.keyed);
      CREATE TABLE IF NOT EXISTS group_sums (
        name \(text) NOT NULL, currency \(text) NOT NULL, gross \(bytes) NOT NULL, seal \(bytes),
        PRIMARY KEY (name, currency)
      )\(words.keyed);
      CREATE TABLE IF NOT EXISTS parties (
        name \(text) NOT NULL, currency \(text) NOT NULL, minimum_payout \(integer) NOT NULL,
        seal \(bytes), PRIMARY KEY (name, currency)
      )\(words.keyed);
      CREATE TABLE IF NOT EXISTS prices (
        rules \(text) PRIMARY KEY, json \(text) NOT NULL, seal \(bytes)
      )\(words.keyed);
      CREATE TABLE IF NOT EXISTS proven (
        terms \(text) PRIMARY KEY, seal \(bytes)
      )\(words.keyed);
      CREATE TABLE IF NOT EXISTS waiting (
        key \(text) PRIMARY KEY, at_ms \(integer) NOT NULL, reason \(text) NOT NULL,
        organisation \(text) NOT NULL, event \(text) NOT NULL, terms \(text) NOT NULL,
        status \(text) NOT NULL, seal \(bytes)
      )\(words.keyed);
      """
  }

  private static func documents(_ words: Dialect) -> String {
    let (text, bytes, integer) = (words.text, words.bytes, words.integer)
    return """
      CREATE TABLE IF NOT EXISTS policies (
        number \(integer) PRIMARY KEY, at_ms \(integer) NOT NULL, sha256 \(text) NOT NULL,
        json \(text) NOT NULL, seal \(bytes)
      );
      CREATE TABLE IF NOT EXISTS documents (
        number \(text) PRIMARY KEY, kind \(text) NOT NULL, customer \(text) NOT NULL,
        currency \(text) NOT NULL, period \(text) NOT NULL, json \(text) NOT NULL,
        sha256 \(text) NOT NULL, paid \(bytes) NOT NULL, carry \(bytes) NOT NULL,
        refunded \(bytes) NOT NULL, seal \(bytes)
      );
      CREATE INDEX IF NOT EXISTS documents_customer ON documents (customer, currency, period);
      CREATE TABLE IF NOT EXISTS lines (
        period \(text) NOT NULL, customer \(text) NOT NULL, plugin \(text) NOT NULL,
        meter \(text) NOT NULL, month \(text) NOT NULL, price \(text) NOT NULL,
        used \(bytes) NOT NULL, cost \(bytes) NOT NULL, free \(bytes) NOT NULL,
        least \(bytes) NOT NULL, used_before \(bytes) NOT NULL, cost_before \(bytes) NOT NULL,
        seal \(bytes), PRIMARY KEY (period, customer, plugin, meter, month, price)
      )\(words.keyed);
      CREATE TABLE IF NOT EXISTS lots (
        invoice \(text) NOT NULL, party \(text) NOT NULL, currency \(text) NOT NULL,
        amount \(bytes) NOT NULL, stage \(text) NOT NULL, since_ms \(integer) NOT NULL,
        moves \(integer) NOT NULL, payout \(text), seal \(bytes),
        PRIMARY KEY (invoice, party)
      )\(words.keyed);
      CREATE TABLE IF NOT EXISTS payouts (
        batch \(text) NOT NULL, item \(integer) NOT NULL, party \(text) NOT NULL,
        currency \(text) NOT NULL, gross \(bytes) NOT NULL, withheld \(bytes) NOT NULL,
        account \(text) NOT NULL, status \(text) NOT NULL, at_ms \(integer) NOT NULL,
        seal \(bytes), PRIMARY KEY (batch, item)
      )\(words.keyed);
      CREATE TABLE IF NOT EXISTS proposals (
        number \(integer) PRIMARY KEY, at_ms \(integer) NOT NULL, by \(text) NOT NULL,
        debit \(text) NOT NULL, credit \(text) NOT NULL, currency \(text) NOT NULL,
        amount \(bytes) NOT NULL, reason \(text) NOT NULL, status \(text) NOT NULL,
        decided_by \(text), seal \(bytes)
      );
      """
  }

  private static func budgets(_ words: Dialect) -> String {
    let (text, bytes, integer) = (words.text, words.bytes, words.integer)
    return """
      CREATE TABLE IF NOT EXISTS admissions (
        usage \(text) NOT NULL, part \(integer) NOT NULL, budget \(text) NOT NULL,
        transfer \(bytes) NOT NULL, seal \(bytes), PRIMARY KEY (usage, part, budget)
      )\(words.keyed);
      CREATE TABLE IF NOT EXISTS under_way (
        usage \(text) PRIMARY KEY, slot \(text) NOT NULL, quantity \(integer) NOT NULL,
        expires_ms \(integer) NOT NULL, seal \(bytes)
      )\(words.keyed);
      CREATE INDEX IF NOT EXISTS under_way_slot ON under_way (slot);
      CREATE TABLE IF NOT EXISTS slot_holds (
        slot \(text) NOT NULL, budget \(text) NOT NULL, transfer \(bytes) NOT NULL,
        seal \(bytes), PRIMARY KEY (slot, budget)
      )\(words.keyed);
      CREATE TABLE IF NOT EXISTS alerts (
        budget \(text) NOT NULL, month \(text) NOT NULL, percent \(integer) NOT NULL,
        at_ms \(integer) NOT NULL, seal \(bytes),
        PRIMARY KEY (budget, month, percent)
      )\(words.keyed);
      """
  }
}
