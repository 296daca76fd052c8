package import CPatchbay
internal import Glibc
public import PatchbayCore
internal import Synchronization

/// A plugin whose code is in this process. It stays until the process ends.
@safe public final class LoadedPlugin: Sendable {
  public let file: PluginFile
  // Unsafe: the plugin's table, which lives as long as the process.
  nonisolated(unsafe) let table: UnsafePointer<patchbay_plugin>

  public var manifest: Manifest { file.manifest }

  private init(_ file: PluginFile, _ table: UnsafePointer<patchbay_plugin>) {
    self.file = file
    unsafe self.table = table
  }

  /// A plugin that is linked into this program, as the tests of a plugin do. Nobody verified it.
  package convenience init(linked manifest: Manifest, _ table: UnsafePointer<patchbay_plugin>) {
    unsafe self.init(PluginFile(path: "", sha256: "", manifest: manifest), table)
  }

  private static let loaded = Mutex<[String: LoadedPlugin]>([:])

  /// Loads a plugin, or finds it loaded: the same bytes once, different versions side by side.
  /// The bytes that are mapped are the ones that were hashed, whatever happens to the file.
  public static func load(_ known: PluginFile) throws(Failure) -> LoadedPlugin {
    if let plugin = loaded.withLock({ $0[known.sha256] }) { return plugin }
    let image = try SealedImage(copying: known.path)
    let (manifest, sha256) = try image.checked()
    let id = known.manifest.id
    let isOtherFile = sha256 != known.sha256
    if isOtherFile || manifest.json != known.manifest.json {
      throw Failure.refusedPlugin(
        id,
        .init(
          wanted: isOtherFile
            ? "the file that is registered (\(known.sha256.prefix(12))…)"
            : "the manifest that is registered",
          found: isOtherFile
            ? "another one at \(known.path) (\(sha256.prefix(12))…)"
            : "another one in \(known.path)",
          mend: "put the registered file back, or register the new one: patchbay plugin list"))
    }
    return try loaded.withLock { (plugins) throws(Failure) in
      if let plugin = plugins[sha256] { return plugin }
      let table = unsafe try map(image, id)
      let plugin = unsafe LoadedPlugin(
        PluginFile(path: known.path, sha256: sha256, manifest: manifest), table)
      plugins[sha256] = plugin
      return plugin
    }
  }

  private static func map(_ image: SealedImage, _ id: String) throws(Failure)
    -> UnsafePointer<patchbay_plugin>
  {
    let flags = RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE
    func refuse(_ wanted: String, _ found: String, _ mend: String) -> Failure {
      .refusedPlugin(id, .init(wanted: wanted, found: found, mend: mend))
    }
    guard let library = unsafe dlopen("/proc/self/fd/\(image.descriptor)", flags) else {
      let reason = unsafe dlerror().map { unsafe String(cString: $0) } ?? "no reason given"
      throw refuse(
        "a library that this system can load", reason, "install what it names, or build it here")
    }
    image.keepNumber()
    guard let symbol = unsafe dlsym(library, "patchbay_plugin_entry") else {
      throw refuse("the symbol patchbay_plugin_entry", "none", "export it")
    }
    typealias Entry = @convention(c) (UInt32) -> UnsafePointer<patchbay_plugin>?
    let entry = unsafe unsafeBitCast(symbol, to: Entry.self)
    let version = PATCHBAY_ABI_VERSION
    guard let table = unsafe entry(version) else {
      throw refuse(
        "plugin ABI \(PluginFile.abi)", "a plugin that does not serve it",
        "build it with this Patchbay's header")
    }
    let found = unsafe table.pointee.abi_version
    guard found == version else {
      throw refuse(
        "plugin ABI \(PluginFile.abi)", "a table of ABI \(found >> 16).\(found & 0xFFFF)",
        "its manifest and its code disagree: build it again")
    }
    guard unsafe hasAllFunctions(table) else {
      throw refuse(
        "plugin ABI \(PluginFile.abi)", "a table that lacks a function",
        "fill in all of patchbay_plugin, and build it again")
    }
    return unsafe table
  }

  // Unsafe: reads the words of the functions, which Swift believes to be there.
  private static func hasAllFunctions(_ table: UnsafePointer<patchbay_plugin>) -> Bool {
    let first = unsafe MemoryLayout<patchbay_plugin>.offset(of: \.open) ?? 0
    return stride(from: first, to: MemoryLayout<patchbay_plugin>.size, by: 8).allSatisfy {
      unsafe UnsafeRawPointer(table).load(fromByteOffset: $0, as: UInt.self) != 0
    }
  }
}
