// Unsafe: system calls take C strings and local buffers.
internal import Glibc
internal import PatchbayCore

/// The folder with all that the author of a plugin needs, beside this program: see `SDK/assemble`.
struct SDK {
  let folder: String

  /// Where `PATCHBAY_SDK` says, otherwise beside the program as built or as installed.
  init(environment: [String: String]) throws(Failure) {
    let named = environment["PATCHBAY_SDK"].map { [$0] }
    let places = named ?? ["sdk", "../share/patchbay/sdk"].map { "\(ThisProgram.folder)/\($0)" }
    for place in places where unsafe access("\(place)/plugin.mk", R_OK) == 0 {
      folder = FileBytes.absolute(place) ?? place
      return
    }
    throw Failure(
      .config, "sdk.missing", "there is no SDK in \(places.joined(separator: " or "))",
      mend: "install one with make install, or say where one is with PATCHBAY_SDK")
  }

  /// The files of a template, from its folder on: what all have, what all of the language have, and
  /// its own.
  func template(kind: String, language: String) throws(Failure) -> [(name: String, bytes: [UInt8])]
  {
    let own = "\(kind)-\(language)"
    guard FileBytes.isFolder("\(folder)/templates/\(own)") else {
      throw Failure(
        .config, "sdk.template",
        "the SDK in \(folder) has no template for a \(kind) in \(language)",
        mend: "install it again with make install")
    }
    var files: [(name: String, bytes: [UInt8])] = []
    for part in ["all", language, own] {
      let root = "\(folder)/templates/\(part)"
      for name in FileBytes.tree(of: root) {
        files.append((name, try FileBytes.read("\(root)/\(name)")))
      }
    }
    return files.sorted { $0.name < $1.name }
  }
}
