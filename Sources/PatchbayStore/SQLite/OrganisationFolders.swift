internal import PatchbayCore
internal import PatchbayJSON

/// Folders of organisations that were removed: they go once the removal is in `hub.db`, and where
/// that was cut short, with the next start.
struct OrganisationFolders {
  let hub: SQLiteConnection
  let folder: String

  private var outbox: OutboxTable { OutboxTable(database: hub, owner: "") }

  /// Within the transaction that removes the organisation.
  func addRemoval(of organisation: Organisation) throws(Failure) {
    try outbox.add("remove_organisation", ["organisation": .string(organisation.name)])
  }

  /// In one transaction, so that nobody adds one of the name meanwhile, and loses its new folder.
  func removeLeftovers() throws(Failure) {
    if try outbox.entries().isEmpty { return }
    try hub.transaction { () throws(Failure) in
      for entry in try outbox.entries() {
        let gone = try Organisation(entry.details["organisation"]?.string ?? "")
        let isBack = try OrganisationTable(database: hub).has(gone)
        if !isBack && !gone.isStandard { FileBytes.removeTree(gone.folder(in: folder)) }
        try outbox.done(entry)
      }
    }
  }
}
