internal import PatchbayCore
internal import PatchbayJSON

/// Folders of organisations that were removed: they go once the removal is in `hub.db`, and where
/// that was cut short, with the next start. No other organisation ever gets their names.
struct OrganisationFolders {
  let hub: SQLiteConnection
  let folder: String

  private var outbox: OutboxTable { OutboxTable(database: hub, owner: "") }

  /// Within the transaction that removes the organisation.
  func addRemoval(of organisation: Organisation) throws(Failure) {
    try outbox.add("remove_organisation", ["organisation": .string(organisation.name)])
  }

  /// Returns the folders that could not be removed: they are tried again.
  @discardableResult
  func removeLeftovers() throws(Failure) -> [String] {
    var left: [String] = []
    for entry in try outbox.entries() where entry.act == "remove_organisation" {
      let gone = try Organisation(entry.details["organisation"]?.string ?? "")
      let path = gone.folder(in: folder)
      if !gone.isStandard { FileBytes.removeTree(path) }
      if !gone.isStandard && FileBytes.exists(path) {
        left.append(path)
      } else {
        try outbox.done(entry)
      }
    }
    return left
  }
}
