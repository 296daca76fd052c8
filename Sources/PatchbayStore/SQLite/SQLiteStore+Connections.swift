package import PatchbayCore
package import PatchbayJSON

extension SQLiteStore {
  package func connections() throws(Failure) -> [Connection] { try connectionTable.all() }

  package func connection(_ name: String) throws(Failure) -> Connection? {
    try connectionTable.find(name)
  }

  package func save(_ changes: [ConnectionChange]) throws(Failure) {
    try hub.transaction { () throws(Failure) in
      for change in changes {
        try connectionTable.save(change)
        guard let known = change.resetsTo else { continue }
        try outbox.addReset(of: change.connection.name, knownStreams: known)
      }
    }
    try deliver()
  }

  package func accept(
    _ accepted: JSON, replacing known: JSON?, of name: String, _ entry: AuditEntry
  ) throws(Failure) -> Bool {
    try hub.transaction { () throws(Failure) in
      guard try connectionTable.accept(accepted, replacing: known, of: name) else { return false }
      try audit.add(entry)
      return true
    }
  }

  package func removeConnection(_ name: String) throws(Failure) {
    try hub.transaction { () throws(Failure) in
      try connectionTable.remove(name)
      try outbox.addRemoval(of: name)
    }
    try deliver()
  }

  /// Does in the other file what an act of this one needs there.
  private func deliver() throws(Failure) {
    writers = [:]
    try outbox.deliverIfFree()
  }
}
