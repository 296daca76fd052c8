internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayJSON
internal import PatchbayLedger
internal import PatchbayMarketplace
internal import PatchbayStore
internal import PatchbayTerminal

enum LedgerVerifyVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["ledger", "verify"], summary: "Compute the books anew; name the first entry that is wrong.",
    discussion: """
      Finds entries that were changed, removed, added or moved by other hands, and so rows of every
      other table, the form of the tables, and the roots of closed months. What it finds is written
      down under the seal: nothing is written to such books any more. An older copy of the whole
      file is as it was written: only what was published shows it. --anchor compares the books with
      what “patchbay ledger anchor” printed, or with a statement.

      Example:
        patchbay ledger anchor > anchor.json
        patchbay ledger verify --anchor anchor.json
      """,
    options: [
      Option(
        "anchor", valueName: "FILE", about: "what was published before", completion: .files)
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let books = try await context.books()
    var check = try await books.verify()
    if check.problem == nil, let path = context.invocation.value("anchor") {
      let anchors = try LedgerAnchorVerb.read(path)
      check = try await books.read { [check] (journal) throws(Failure) in
        try journal.compare(anchors, check)
      }
    }
    if check.problem == nil { check = try await terms(context, check) }
    if context.wantsJSON {
      var json = JSONObject([
        .init("entries", .integer(check.entries)), .init("ok", .bool(check.problem == nil)),
      ])
      if let problem = check.problem {
        json["entry"] = .integer(problem.entry)
        json["problem"] = .string(problem.what)
      }
      context.print(.object(json))
    }
    guard let problem = check.problem else {
      context.say("\(check.entries) entries are as they were written.")
      return 0
    }
    Output.error("patchbay: entry \(problem.entry): \(visible(problem.what))")
    Output.error("  → restore ledger.db from a backup, and compare the two from there on")
    return 1
  }
}

extension LedgerVerifyVerb {
  /// Terms that a database keeps for charges to come must be what was signed.
  private static func terms(_ context: Context, _ check: BookCheck) async throws(Failure)
    -> BookCheck
  {
    for organisation in try await context.wholeHub().organisations() {
      let store = try SQLiteStore(folder: context.folder, organisation: organisation)
      for terms in try await store.allTerms() {
        let verdict = MarketProof(context.folder).judge(terms.terms, named: terms.sha256)
        if case .wrong(let problem) = verdict {
          return check.with("data.db of \(organisation.name): \(problem)")
        }
      }
    }
    return check
  }
}

enum LedgerExportVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["ledger", "export"], summary: "Print the books for hledger, ledger or beancount.",
    discussion: "Example:\n  patchbay ledger export --format hledger | hledger -f - check -s",
    options: [
      Option(
        "format", valueName: "NAME", isRequired: true, about: "hledger, ledger or beancount",
        completion: .choices(ExportFormat.allCases.map(\.rawValue)))
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let name = context.invocation.value("format") ?? ""
    guard let format = ExportFormat(rawValue: name) else {
      throw Failure(
        .config, "usage.format", "“\(name)” is no format",
        mend: "it is one of hledger, ledger, beancount")
    }
    try await context.ledger().read { (journal) throws(Failure) in
      let output = OutputBuffer()
      try journal.export(format) { output.add($0) }
      output.flush()
    }
    return 0
  }
}

enum LedgerCloseVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["ledger", "close"], summary: "Close a month: nothing is added to it any more.",
    discussion: """
      Charges what a month costs besides its use (plans, and what is missing to the least of a
      price), then closes it. Prints the root of the month, which stands for all of its entries:
      publish it. What is used late goes to the next month that is open.
      """,
    arguments: [Argument("YYYY-MM", about: "a month that is over")])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let period = try Period.parse(context.argument(0))
    let closed = try await context.ledger(needsAll: true).writeVerified {
      (journal) throws(Failure) in
      try journal.closeMonth(period, nowMS: Time.nowMS())
    }
    let root = Hex.encode(closed.root)
    try await context.publishAnchor()
    context.say("\(closed.period) is closed, with \(closed.count) entries. Its root: \(root)")
    if context.wantsJSON {
      context.print([
        "period": .string(closed.period), "entries": .integer(Int64(closed.count)),
        "root": .string(root),
      ])
    }
    return 0
  }
}

enum LedgerPostVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["ledger", "post"], summary: "Propose an entry by hand, or list what was proposed.",
    discussion: """
      Nothing is posted before somebody else agrees: patchbay ledger approve. Both have to be
      /approvers of the billing policy. The hub does not know yet who sits at the terminal: names
      are taken as they are given, and stand in the entry.

      Example:
        patchbay ledger post --debit expense:goodwill --credit customer:demo:usage \\
          --amount 12.50 --currency EUR --reason "outage of 11 November" --by anna
        patchbay ledger approve 1 --by bert
      """,
    options: [
      Option("debit", valueName: "ACCOUNT", about: "where the amount goes"),
      Option("credit", valueName: "ACCOUNT", about: "where it comes from"),
      Option("amount", valueName: "N", about: "as in 12.50"),
      Option("currency", valueName: "CODE", about: "as in EUR"),
      Option("reason", valueName: "TEXT", about: "stands in the entry"),
      Option("by", valueName: "NAME", about: "who proposes it"),
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    if context.invocation.value("debit") == nil && context.invocation.value("credit") == nil {
      let all = try await context.books().read { (journal) throws(Failure) in
        try journal.proposals()
      }
      show(all, context)
      return 0
    }
    let currency = try context.currency("currency")
    let debit = Account(try context.needed("debit"), currency)
    let credit = Account(try context.needed("credit"), currency)
    let (by, reason) = (try context.needed("by"), try context.needed("reason"))
    let amount = try context.amount("amount") ?? 0
    let proposal = try await context.books().write { (journal) throws(Failure) in
      try journal.propose(
        Transfer(debit: debit, credit: credit, amount: amount, key: ""), by: by, reason: reason,
        nowMS: Time.nowMS())
    }
    show([proposal], context)
    context.say("Somebody else agrees with: patchbay ledger approve \(proposal.number) --by NAME")
    return 0
  }

  static func show(_ proposals: [Proposal], _ context: Context) {
    if context.wantsJSON { return context.print(.array(proposals.map(\.json))) }
    context.print(
      Table(
        [
          .init("number", alignment: .right), .init("status"), .init("debit"), .init("credit"),
          .init("amount", alignment: .right), .init("by"), .init("decided by"),
          .init("reason", mayShrink: true),
        ],
        rows: proposals.map {
          [
            String($0.number), $0.status, visible($0.debit.name), visible($0.credit.name),
            "\($0.amount.decimalText) \($0.debit.currency)", visible($0.by),
            visible($0.decidedBy ?? ""), visible($0.reason),
          ]
        }))
  }
}

enum LedgerApproveVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["ledger", "approve"], summary: "Agree to an entry that somebody else proposed, or refuse it.",
    options: [
      Option("by", valueName: "NAME", isRequired: true, about: "who agrees"),
      Option("refuse", about: "do not post it"),
    ], arguments: [Argument("NUMBER", about: "of the proposal")])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let text = context.argument(0)
    guard let number = Int64(text) else {
      throw Failure(
        .config, "usage.number", "“\(text)” is no number of a proposal",
        mend: "patchbay ledger post lists them")
    }
    let (agrees, by) = (!context.invocation.flag("refuse"), try context.needed("by"))
    let proposal = try await context.books().write { (journal) throws(Failure) in
      try journal.decide(number, agrees: agrees, by: by, nowMS: Time.nowMS())
    }
    LedgerPostVerb.show([proposal], context)
    return 0
  }
}
