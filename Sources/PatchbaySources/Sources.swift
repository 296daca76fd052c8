package import PatchbayCore
package import PatchbayHost
package import PatchbayJSON

/// The sources that the host has, found by the name by which a connection asks for one, as it does
/// for a plugin.
package struct Sources: Sendable {
  /// What describes each of them, as a plugin's manifest describes that.
  package let files: [PluginFile]
  private let folders: OwnedFolders

  /// `environment` names the folders that an organisation may read, in `PATCHBAY_FOLDERS`; the data
  /// folder `hubFolder` is never one of them.
  package init(
    _ organisation: Organisation, hubFolder: String, version: String,
    environment: [String: String]
  ) throws(Failure) {
    folders = try OwnedFolders(organisation, hubFolder: hubFolder, environment: environment)
    var files: [PluginFile] = []
    for manifest in [FileSource.manifest, SQLSource.manifest] {
      var head = manifest.object ?? JSONObject()
      head["version"] = .string(version)
      files.append(
        PluginFile(builtIn: try Manifest(.object(head), from: manifest["id"]?.string ?? "")))
    }
    self.files = files
  }

  /// Forgets what the environment would tell libraries that sources use. Called once, before there
  /// is a second thread.
  package static func forgetEnvironment() { PostgresEnvironment.forget() }

  /// The source of a connection. `settings` are those of the connection, checked against the
  /// manifest; the secrets are in clear.
  package func source(
    _ file: PluginFile, settings: JSONObject, secrets: [String: String]
  ) throws(Failure) -> any Source {
    switch file.manifest.id {
    case "files": return try FileSource(settings, folders)
    default: return try SQLSource(settings, secrets: secrets, folders)
    }
  }
}

extension Failure {
  /// A setting of a source that cannot be used.
  static func setting(_ name: String, _ what: String, mend: String) -> Failure {
    Failure(
      .config, "connection.setting", "the setting “\(name)” \(what)", mend: mend)
  }
}
