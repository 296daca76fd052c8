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
      folder = Self.absolute(place)
      return
    }
    throw Failure(
      .config, "sdk.missing", "there is no SDK in \(places.joined(separator: " or "))",
      mend: "install one with make install, or say where one is with PATCHBAY_SDK")
  }

  static func absolute(_ path: String) -> String {
    guard let full = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(full) }
    return unsafe String(cString: full)
  }

  /// The files of a template, from its folder on: what all have, what all of the language have, and
  /// its own.
  func template(kind: String, language: String) throws(Failure) -> [(name: String, bytes: [UInt8])]
  {
    let own = "\(kind)-\(language)"
    guard Self.isFolder("\(folder)/templates/\(own)") else {
      throw Failure(
        .config, "sdk.template",
        "the SDK in \(folder) has no template for a \(kind) in \(language)",
        mend: "install it again with make install")
    }
    var files: [(name: String, bytes: [UInt8])] = []
    for part in ["all", language, own] {
      files += try Self.files(in: "\(folder)/templates/\(part)")
    }
    return files.sorted { $0.name < $1.name }
  }

  private static func files(in root: String) throws(Failure) -> [(name: String, bytes: [UInt8])] {
    var files: [(name: String, bytes: [UInt8])] = []
    var folders = [""]
    while let inner = folders.popLast() {
      for name in FileBytes.names(in: root + inner, withHidden: true) {
        let path = "\(inner)/\(name)"
        if isFolder(root + path) {
          folders.append(path)
        } else {
          files.append((String(path.dropFirst()), try FileBytes.read(root + path)))
        }
      }
    }
    return files
  }

  private static func isFolder(_ path: String) -> Bool {
    var info = stat()
    return unsafe stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
  }
}
