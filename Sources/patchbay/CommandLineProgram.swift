internal import Glibc
internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayTerminal

/// A verb of the command line: how it is written, and what it does.
protocol Verb: SendableMetatype {
  static var command: Command { get }
  /// Whose things it is about.
  static var scope: VerbScope { get }
  /// Returns the exit code.
  static func run(_ context: Context) async throws(Failure) -> Int32
}

enum VerbScope {
  /// The organisation's own.
  case organisation
  /// Nothing that is stored.
  case program
  /// What the hub has once, for all organisations: the books, trust, what is installed, the master
  /// key. Whoever acts for another organisation than the hub's own is refused.
  case hub
}

extension Verb {
  static var scope: VerbScope { .organisation }
}

/// The whole command line.
enum CommandLineProgram {
  static let version = Product.version
  static let semantic = SemanticVersion(version) ?? SemanticVersion(major: 0, minor: 0, patch: 0)

  static let verbs: [any Verb.Type] = [
    ApplyVerb.self, PluginListVerb.self, PluginInfoVerb.self, PluginNewVerb.self,
    PluginDevVerb.self, PluginTestVerb.self, PluginPackVerb.self, PluginReplayVerb.self,
    PluginTrustVerb.self, MarketSearchVerb.self,
    MarketInfoVerb.self, MarketInstallVerb.self, MarketListVerb.self, MarketUpgradeVerb.self,
    MarketRollbackVerb.self, MarketPinVerb.self, MarketUnpinVerb.self, MarketRemoveVerb.self,
    MarketVerifyVerb.self, MarketLogVerb.self, MarketRefreshVerb.self, MarketUseVerb.self,
    MarketBundleVerb.self,
    MarketKeyVerb.self,
    MarketPublishVerb.self, MarketInitVerb.self, MarketAdmitVerb.self, MarketSignVerb.self,
    MarketRotateVerb.self, MarketRevokeVerb.self, LedgerStatementVerb.self,
    LedgerVerifyVerb.self, LedgerAnchorVerb.self, LedgerBeginVerb.self,
    LedgerHeldVerb.self, LedgerCheckVerb.self, LedgerExportVerb.self, LedgerCloseVerb.self,
    LedgerInvoiceVerb.self, LedgerReceiveVerb.self, LedgerRefundVerb.self, LedgerPayoutVerb.self,
    LedgerExchangeVerb.self, LedgerBudgetVerb.self, LedgerPolicyVerb.self, LedgerPostVerb.self,
    LedgerApproveVerb.self,
    OrgAddVerb.self, OrgListVerb.self, OrgRemoveVerb.self, ConnectionAddVerb.self,
    ConnectionCheckVerb.self, ConnectionAcceptVerb.self, ConnectionListVerb.self,
    ConnectionRemoveVerb.self,
    SyncRunVerb.self, SyncListVerb.self, SyncShowVerb.self, SyncCancelVerb.self,
    SyncWriteVerb.self, SyncWritesVerb.self, SyncConflictsVerb.self, WebhookReplayVerb.self,
    RecordsVerb.self, QueryVerb.self, SchemaVerb.self, SecretSetVerb.self, SecretListVerb.self,
    SecretRotateVerb.self, DoctorVerb.self, VersionVerb.self, CompletionVerb.self,
    CompleteVerb.self,
  ]

  static let tree = CommandTree(
    name: "patchbay",
    summary: "Integration hub: plugins in, every vendor's data in one place.",
    globalOptions: [
      Option(
        "data", valueName: "DIR", about: "data folder (default ./.patchbay, or $PATCHBAY_DATA)",
        completion: .directories),
      Option(
        "plugins", valueName: "DIR", isRepeated: true,
        about: "a folder with plugins that are not installed, besides $PATCHBAY_PLUGINS",
        completion: .directories),
      Option(
        "org", valueName: "NAME",
        about: "whose connections and data (default: default, or $PATCHBAY_ORG)",
        completion: .dynamic("organisations")),
      Option("json", about: "print JSON, for machines"),
      Option("quiet", short: "q", about: "print results and errors only"),
      Option("safe-mode", about: "run no plugin's code: to look, and to mend"),
    ],
    commands: verbs.map { $0.command },
    nouns: [
      "plugin": "what can be connected", "market": "where plugins come from",
      "ledger": "what the use of plugins costs, and who gets it",
      "org": "organisations that share the hub",
      "connection": "accounts at vendors",
      "sync": "runs that fetch and write records", "webhook": "what vendors deliver by themselves",
      "secret": "sealed credentials",
    ])

  static func run(_ arguments: [String]) async -> Int32 {
    let code = await answer(arguments)
    guard let failure = Output.failure else { return code }
    // Who reads no further (`| head`) knows it.
    if failure.code != "output.closed" { Output.error("patchbay: \(failure.message)") }
    return code == 0 ? 1 : code
  }

  private static func answer(_ arguments: [String]) async -> Int32 {
    let terminal = Terminal.current(descriptor: 1)
    switch tree.parse(arguments, width: terminal.width) {
    case .help(let text):
      Output.line(text)
      return 0
    case .usage(let error):
      if error.hasFlag("json") {
        let failure = Failure(
          .config, "usage.arguments", error.message, mend: error.hints.joined(separator: "; "))
        Output.line(failure.document.prettyText)
      }
      Output.error(error.text)
      return 2
    case .run(let invocation):
      guard let verb = verbs.first(where: { $0.command.path == invocation.path }) else { return 2 }
      let context = Context(invocation)
      do throws(Failure) {
        try context.check(verb.scope)
        return try await verb.run(context)
      } catch {
        return context.report(error)
      }
    }
  }
}

extension Failure {
  /// What --json prints in place of a result.
  var document: JSON { .object(JSONObject([.init("error", json)])) }
}
