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
    guard manifest.operations.contains("read") else {
      throw Failure(
        .unsupported, "plugin.operations",
        "\(manifest.id) does not read (its operations: "
          + "\(manifest.operations.joined(separator: ", "))), and this version does nothing else",
        mend: "take a plugin with the operation “read”")
    }
  }
}
