import CSQLite
import Foundation
import PatchbayCore
import PatchbayCrypto
import PatchbayJSON
import PatchbayLedger
import PatchbayStore
import Seeded
import Testing

/// Books in a folder that is gone with the test.
struct Books {
  let path: String
  let journal: Journal
  private let euro: Currency

  /// `wrapped` may put something between the books and their database.
  init(_ wrapped: (SQLiteConnection) -> any SQLConnection = { $0 }) throws {
    euro = try #require(Currency("EUR"))
    let folder = NSTemporaryDirectory() + "patchbay-ledger-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    path = folder + "/ledger.db"
    journal = try Journal(
      wrapped(SQLiteConnection(atFullDurability: path)), key: Array("secret of the tests".utf8))
  }

  /// A connection of its own to the books of a hub.
  init(in folder: String, key: [UInt8]) throws {
    euro = try #require(Currency("EUR"))
    path = folder + "/ledger.db"
    journal = try Journal(path: path, key: key)
  }

  func close() {
    try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent)
  }

  /// What somebody does who has the file.
  func tamper(_ sql: String) throws { try Self.tamper(path, sql) }

  static func tamper(_ path: String, _ sql: String) throws {
    var handle: OpaquePointer?
    // Unsafe: opened, used and closed here.
    #expect(unsafe sqlite3_open(path, &handle) == SQLITE_OK)
    #expect(unsafe sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK, "\(sql)")
    unsafe sqlite3_close(handle)
  }

  static let monthMS = Time.parse("2026-03-15T10:00:00Z") ?? 0

  /// An account in euros.
  func account(_ name: String) -> Account { Account(name, euro) }

  func post(_ count: Int, seed: UInt64 = 1) throws {
    var draw = Draw(seed)
    let names = (0..<8).map { "customer:c\($0)" } + (0..<4).map { "partner:p\($0):earned" }
    try journal.batch { () throws(Failure) in
      for index in 0..<count {
        let from = draw.below(12)
        let to = (from + 1 + draw.below(11)) % 12
        try journal.post(
          Transfer(
            debit: account(names[from]), credit: account(names[to]),
            amount: Micros((1 + draw.below(1_000_000))), key: "t\(seed)-\(index)"),
          atMS: Self.monthMS + Int64(index))
      }
    }
  }

  /// A statement with its lines, as it is printed.
  func json(_ statement: PartnerStatement) throws(Failure) -> JSON {
    var (json, lines, names): (JSONObject, [JSON], StatementNames) = (
      statement.json, [], StatementNames()
    )
    try journal.forEachLine(of: statement) {
      lines.append(statement.json($0))
      names.add($0)
    }
    json["lines"] = .array(lines)
    for member in try journal.terms(of: names).members { json[member.name] = member.value }
    return .object(json)
  }

  /// What every account holds that holds anything, money or not.
  func balances() throws(Failure) -> [Account: Micros] {
    var found: [Account: Micros] = [:]
    for account in try journal.allAccounts() {
      let balance = try journal.balance(account)
      if balance != 0 { found[account] = balance }
    }
    return found
  }

  func setPolicy(_ text: String) throws {
    let json = try JSON(reading: text)
    try journal.batch { () throws(Failure) in try journal.setPolicy(json, nowMS: Self.monthMS) }
  }
}

extension Books {
  /// Every entry of a month that names a partner, as a line of its statement, true or not.
  func lines(of partner: String, _ period: String) throws -> [JSON] {
    var (all, found): ([Entry], [JSON]) = ([], [])
    try journal.forEach { (entry) throws(Failure) in
      if entry.period == period { all.append(entry) }
    }
    for (index, entry) in all.enumerated() {
      for (account, sign) in [(entry.transfer.credit, ""), (entry.transfer.debit, "-")]
      where account.name.hasPrefix("partner:\(partner):") {
        for kind in ["charge", "payout", "adjustment"] {
          found.append([
            "entry": .integer(entry.number), "at": .string(Time.format(entry.atMS)),
            "kind": .string(kind), "account": .string(account.name),
            "amount": .string(sign + entry.transfer.amount.decimalText),
            "details": .object(entry.transfer.details), "index": .integer(Int64(index)),
            "bytes": .string(Hex.encode(entry.hashed)), "proof": .array(try proof(period, index)),
          ])
        }
      }
    }
    return found
  }

  private func proof(_ period: String, _ index: Int) throws -> [JSON] {
    let statement = try #require(try journal.statements(of: "acme", period).first)
    return statement.proof(index).map { .string(Hex.encode($0)) }
  }
}

extension UsageEvent {
  /// Of a plugin with these terms.
  init(
    _ key: String, _ terms: CommercialTerms, _ quantity: Int64, at atMS: Int64,
    meter: Terms.Meter = .recordsRead, customer: String = "c0"
  ) {
    self.init(
      key: key, atMS: atMS, customer: customer, plugin: terms.plugin, version: terms.version,
      library: terms.library, terms: terms.terms.sha256, meter: meter, quantity: quantity)
  }
}

extension Books {
  /// Charges an event.
  func rate(_ event: UsageEvent, _ terms: CommercialTerms?) throws {
    try journal.batch { () throws(Failure) in
      var report = RatingReport()
      try journal.rate(event, terms, into: &report)
    }
  }
}
