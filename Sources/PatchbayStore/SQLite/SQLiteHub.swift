public import PatchbayCore
internal import PatchbayJSON

/// What the embedded store keeps for the hub as a whole: `hub.db`, across organisations.
public actor SQLiteHub: OrganisationStore {
  private let executor = SerialQueue("patchbay.hub")
  private let folder: String
  private let hub: SQLiteConnection
  /// Organisations whose folders are to go: what is left of those that were removed.
  private var removals: OutboxTable { OutboxTable(database: hub, owner: "") }
  private var table: OrganisationTable { OrganisationTable(database: hub) }

  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    // Unsafe: the executor lives as long as the actor.
    unsafe executor.asUnownedSerialExecutor()
  }

  /// Opens (or makes) `hub.db` of a data folder.
  public init(folder: String) throws(Failure) {
    self.folder = folder
    hub = try StoreFiles(folder: folder).openHub(nowMS: Time.nowMS())
    try Self.removeFolders(of: hub, in: folder)
  }

  public func organisations() throws(Failure) -> [Organisation] { try table.all() }

  public func add(_ organisation: Organisation, nowMS: Int64) throws(Failure) {
    // What an earlier one of the name left goes first.
    try Self.removeFolders(of: hub, in: folder)
    try table.add(organisation, nowMS: nowMS)
  }

  public func remove(_ organisation: Organisation) throws(Failure) {
    try hub.transaction { () throws(Failure) in
      try table.remove(organisation)
      try removals.add("remove_organisation", ["organisation": .string(organisation.name)])
    }
    try Self.removeFolders(of: hub, in: folder)
  }

  /// Removes the folders of organisations that are gone. It can be done again.
  private static func removeFolders(of hub: SQLiteConnection, in folder: String) throws(Failure) {
    let outbox = OutboxTable(database: hub, owner: "")
    for entry in try outbox.entries() {
      let gone = try Organisation(entry.details["organisation"]?.string ?? "")
      let isBack = try OrganisationTable(database: hub).has(gone)
      if !isBack && !gone.isStandard { FileBytes.removeTree(gone.folder(in: folder)) }
      try outbox.done(entry)
    }
  }

  public func everySealedKey() throws(Failure) -> [SealedKey] { try KeyTable.ofEveryone(hub) }

  public func everySealedSecret() throws(Failure) -> [SealedSecret] {
    try SecretTable.ofEveryone(hub)
  }

  public func replaceEvery(_ secrets: [SealedSecret], _ keys: [SealedKey]) throws(Failure) {
    try hub.durably { () throws(Failure) in
      for key in keys { try KeyTable.replace(key, in: hub) }
      for secret in secrets { try SecretTable.replace(secret, in: hub) }
    }
  }
}
