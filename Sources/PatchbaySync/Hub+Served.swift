internal import PatchbayCore
internal import PatchbayHost

extension Hub {
  /// Refuses a plugin that nothing here would ever call: a connection to it could only wait.
  static func refuseUnserved(_ manifest: Manifest) throws(Failure) {
    guard manifest.kind == "connector" else {
      throw Failure(
        .unsupported, "plugin.kind",
        "\(manifest.id) is a plugin of the kind “\(manifest.kind)”, which nothing uses yet",
        mend: "it can be tested: patchbay plugin test; connections take connectors")
    }
    guard manifest.operations.contains(where: served.contains) else {
      throw Failure(
        .unsupported, "plugin.operations",
        "\(manifest.id) does nothing of what this version does with a connection (its operations: "
          + "\(manifest.operations.joined(separator: ", ")))",
        mend: "take a plugin with one of the operations \(served.joined(separator: ", "))")
    }
  }

  /// Operations of which one is enough to have a connection.
  private static let served = [Role.read, .webhook].map(\.operation)
}
