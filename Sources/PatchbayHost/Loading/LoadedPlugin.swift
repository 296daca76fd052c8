package import CPatchbay
internal import PatchbayABI
internal import PatchbayMessages
package import PatchbayCore
internal import Synchronization

/// Where the code of a plugin runs.
package enum Isolation: String, Sendable {
  /// In this process, until it ends. A crash of the plugin is a crash of the hub.
  case process
  /// In a process that can do nothing but compute. A crash ends the plugin's sessions.
  case worker
}

/// A plugin that is verified and ready to run.
@safe package final class LoadedPlugin: Sendable {
  @safe private enum Place: @unchecked Sendable {
    // @unchecked: the table is constant, and lives as long as the process.
    // Unsafe: for the same reason.
    case here(UnsafePointer<patchbay_plugin>)
    case worker(WorkerPool)
  }

  package let file: PluginFile
  private let place: Place
  private let objector: (any InstalledPlugins)?

  package var manifest: Manifest { file.manifest }

  package var isolation: Isolation {
    switch place {
    case .here: .process
    case .worker: .worker
    }
  }

  private init(_ file: PluginFile, _ place: Place, _ objector: (any InstalledPlugins)? = nil) {
    self.file = file
    self.place = place
    self.objector = objector
  }

  /// Why it must not take another step, or `nil`.
  var objection: Failure? { objector?.objection(to: file) }

  /// Opens a session and closes it again: shows whether the plugin loads and runs.
  package func probe() throws(Failure) { _ = try open(SessionLimits()) }

  func open(_ limits: SessionLimits, _ lease: StepLease? = nil) throws(Failure)
    -> any SessionBackend
  {
    switch place {
    case .worker(let pool): return try WorkerSession(pool.process(), limits)
    case .here(let table):
      let session = LocalSession(limits, lease) { unsafe TableSession(table) }
      guard let session else {
        throw Failure(
          .transient, "plugin.open", "the plugin \(manifest.id) opened no session",
          mend: "it may be short of memory: try again")
      }
      return session
    }
  }

  /// A plugin that is linked into this program, as the tests of a plugin do. Nobody verified it.
  package convenience init(linked manifest: Manifest, _ table: UnsafePointer<patchbay_plugin>) {
    unsafe self.init(PluginFile(path: "", sha256: "", manifest: manifest), .here(table))
  }

  /// A plugin in a worker of its own, which nobody else shares. For tests of the plugin.
  package static func alone(_ file: PluginFile) throws(Failure) -> LoadedPlugin {
    if let obstacle = Isolation.obstacle { throw obstacle }
    let image = try SealedImage(copying: file.path)
    let checked = try image.checked()
    return LoadedPlugin(checked, .worker(WorkerPool(image, checked.manifest)))
  }

  /// Loads a file in a worker of its own and opens a session: shows whether it runs, and what it
  /// does when it is loaded has nothing to reach.
  package static func probe(_ file: PluginFile) throws(Failure) { try alone(file).probe() }

  /// Bytes of memory that its worker has in use; `nil` where it has none.
  package var residentBytes: Int? {
    guard case .worker(let pool) = place else { return nil }
    return try? pool.process().residentBytes
  }

  private static let loaded = Mutex<[String: LoadedPlugin]>([:])

  /// Loads a plugin, or finds it loaded: the same bytes once, different versions side by side. A
  /// worker is that of one organisation: what it remembers reaches no other one.
  /// The bytes that are mapped are the ones that were hashed, whatever happens to the file. What
  /// was installed must be admitted by `installed`, which may also stop it later.
  package static func load(
    _ known: PluginFile, in isolation: Isolation = .process,
    for organisation: Organisation = .standard,
    installed: (any InstalledPlugins)? = nil
  ) throws(Failure) -> LoadedPlugin {
    try installed?.admit(known)
    if isolation == .worker, let obstacle = Isolation.obstacle { throw obstacle }
    // The same bytes from a folder are another plugin than installed ones, which may be stopped.
    let origin = known.grant.map { "\($0.memoryMB) \($0.stepMS)" } ?? "folder"
    let owner = isolation == .worker ? organisation.name : "all"
    let key = "\(isolation.rawValue) \(owner) \(origin) \(known.sha256)"
    if let plugin = loaded.withLock({ $0[key] }) { return plugin }
    let image = try SealedImage(copying: known.path)
    var file = try image.checked()
    let id = known.manifest.id
    let isOtherFile = file.sha256 != known.sha256
    if isOtherFile || file.manifest.json != known.manifest.json {
      throw Failure.refusedPlugin(
        id,
        .init(
          wanted: isOtherFile
            ? "the file that is registered (\(known.sha256.prefix(12))…)"
            : "the manifest that is registered",
          found: isOtherFile
            ? "another one at \(known.path) (\(file.sha256.prefix(12))…)"
            : "another one in \(known.path)",
          mend: known.grant == nil
            ? "put the registered file back, or register the new one: patchbay plugin list"
            : "find out what changed: patchbay market verify; then patchbay market install \(id)"))
    }
    file.grant = known.grant
    let checked = file
    return try loaded.withLock { (plugins) throws(Failure) in
      if let plugin = plugins[key] { return plugin }
      let place: Place =
        switch isolation {
        case .process: unsafe .here(try map(image, id))
        case .worker: .worker(WorkerPool(image, checked.manifest, checked.grant))
        }
      let plugin = LoadedPlugin(checked, place, installed)
      plugins[key] = plugin
      return plugin
    }
  }

  private static func map(_ image: SealedImage, _ id: String) throws(Failure)
    -> UnsafePointer<patchbay_plugin>
  {
    do throws(PluginLibrary.Flaw) {
      image.keepNumber()
      return try unsafe PluginLibrary.map(image.descriptor)
    } catch {
      throw .refusedPlugin(
        id, .init(wanted: error.wanted, found: error.found, mend: error.mend))
    }
  }
}
