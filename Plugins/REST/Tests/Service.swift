import PatchbayCore
import PatchbaySDKTesting
import REST

extension TestHost {
  /// The plugin with its own manifest.
  static func rest() throws -> TestHost {
    let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
    let manifest = try FileBytes.read(folder.joined(separator: "/") + "/plugin.json")
    return try TestHost(REST(), manifest: manifest)
  }
}
