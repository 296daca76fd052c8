package import PatchbayCore

/// What the embedded store keeps for the hub as a whole: `hub.db`, across organisations.
package actor SQLiteHub: OrganisationStore {
  private let executor = SerialQueue("patchbay.hub")
  private let folder: String
  private let hub: SQLiteConnection
  private var folders: OrganisationFolders { OrganisationFolders(hub: hub, folder: folder) }
  private var table: OrganisationTable { OrganisationTable(database: hub) }

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    // Unsafe: the executor lives as long as the actor.
    unsafe executor.asUnownedSerialExecutor()
  }

  /// Opens (or makes) `hub.db` of a data folder.
  package init(folder: String) throws(Failure) {
    self.folder = folder
    hub = try StoreFiles(folder: folder).openHub(nowMS: Time.nowMS())
  }

  package func organisations() throws(Failure) -> [Organisation] { try table.all() }

  package func add(_ organisation: Organisation, nowMS: Int64) throws(Failure) {
    try table.add(organisation, nowMS: nowMS)
  }

  package func requireRemovable(_ organisation: Organisation) throws(Failure) {
    try table.requireRemovable(organisation)
  }

  package func remove(_ organisation: Organisation, nowMS: Int64) throws(Failure) {
    try hub.transaction { () throws(Failure) in
      try table.remove(organisation, nowMS: nowMS)
      try folders.addRemoval(of: organisation)
    }
    guard let left = try folders.removeLeftovers().first else { return }
    throw Failure(
      .config, "organisation.files",
      "“\(organisation.name)” is removed, but not its folder \(left)",
      mend: "make it writable: the next start removes it")
  }

  package func everySealedKey() throws(Failure) -> [SealedKey] { try KeyTable.ofEveryone(hub) }

  package func everySealedSecret() throws(Failure) -> [SealedSecret] {
    try SecretTable.ofEveryone(hub)
  }

  package func replaceEvery(_ secrets: [SealedSecret], _ keys: [SealedKey]) throws(Failure) {
    try hub.durably { () throws(Failure) in
      for key in keys { try KeyTable.replace(key, in: hub) }
      for secret in secrets { try SecretTable.replace(secret, in: hub) }
    }
  }
}
