internal import CLinux
internal import Glibc
package import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayJSON
internal import PatchbayMessages
internal import PatchbayStore

/// A plugin file whose bytes were checked: what it claims, and the hash by which it is known.
package struct PluginFile: Sendable {
  package let path: String
  /// Hex SHA-256 of the whole file.
  package let sha256: String
  package let manifest: Manifest
  /// The newest C library that it needs something of.
  package private(set) var libc: LibcVersion?
  /// Libraries that it asks the system for.
  package private(set) var libraries: [String] = []
  /// What it is granted where it was installed from a marketplace; `nil` for a file in a folder.
  package var grant: Grant?

  /// This host's version of the plugin ABI, such as "1.0".
  package static let abi = ABIVersion.current.description

  /// The machine that this host was built for, such as "x86_64".
  package static let architecture = ELFFile.machineName(ELFFile.hostMachine)

  /// Whether this host runs plugins that were built with an ABI, such as "1.0".
  package static func serves(abi: String) -> Bool {
    ABIVersion(abi).map { ABIVersion.current.serves($0) } ?? false
  }

  package init(path: String, sha256: String, manifest: Manifest) {
    self.path = path
    self.sha256 = sha256
    self.manifest = manifest
  }

  /// Ids by which the host reads by itself: no plugin may have one.
  package static let ownIDs: Set<String> = ["files", "sql"]

  /// What the host does by itself, described as a plugin is. There is no file.
  package init(builtIn manifest: Manifest) {
    self.init(path: "", sha256: "", manifest: manifest)
    isBuiltIn = true
  }

  /// The host does it by itself: there is no file, and nothing to load.
  package private(set) var isBuiltIn = false

  /// The machine that it was built for, such as "x86_64".
  package private(set) var architecture = PluginFile.architecture

  /// Reads and checks a file; runs and maps nothing of it as code. It must be for this machine,
  /// unless it is only looked at.
  package init(reading path: String, forAnyMachine: Bool = false) throws(Failure) {
    self = try SealedImage(copying: path).checked(forAnyMachine: forAnyMachine)
  }

  /// Checks the bytes of a file, which lie nowhere yet: `name` is what it is called in a refusal.
  package init(checking bytes: [UInt8], name: String, forAnyMachine: Bool = false) throws(Failure) {
    // Unsafe: the bytes are borrowed for the call.
    let result: Result<PluginFile, Failure> = unsafe bytes.withUnsafeBytes { buffer in
      do throws(Failure) {
        return .success(try unsafe PluginFile(buffer, name, forAnyMachine: forAnyMachine))
      } catch {
        return .failure(error)
      }
    }
    self = try result.get()
  }

  /// Judges bytes by everything that can be known before any of their code runs.
  fileprivate init(_ bytes: UnsafeRawBufferPointer, _ path: String, forAnyMachine: Bool)
    throws(Failure)
  {
    let file: ELFFile
    do throws(ELFFile.Flaw) {
      file = unsafe try ELFFile(bytes)
    } catch {
      throw Failure.refusedPlugin(path, error)
    }
    let found: ELFFile.Flaw? = Self.flaw(of: file, forAnyMachine: forAnyMachine)
    if let found { throw Failure.refusedPlugin(path, found) }
    let manifest = try Manifest(reading: file.manifest ?? [], from: path)
    if !manifest.fitsABI {
      throw Failure.refusedPlugin(
        manifest.id,
        .init(
          wanted: "plugin ABI \(PluginFile.abi)", found: "ABI \(manifest.abi)",
          mend: "install a version of the plugin for this Patchbay, or build it with its header"))
    }
    if Self.ownIDs.contains(manifest.id) {
      throw Failure.refusedPlugin(
        manifest.id,
        .init(
          wanted: "an id of its own", found: "“\(manifest.id)”, by which the hub reads by itself",
          mend: "give the plugin another id"))
    }
    self.init(
      path: path, sha256: unsafe Hex.encode(Digest.sha256(bytes)), manifest: manifest)
    (libc, libraries) = (file.libc, file.needed)
    architecture = ELFFile.machineName(file.machine)
  }
}

/// A file's bytes in memory that nobody can change any more.
@safe final class SealedImage: @unchecked Sendable {
  // @unchecked: nothing of it changes but `isLoaded`, which is set once, under the lock of the
  // loader. Unsafe: owns the mapping of a sealed memfd, unmapped in deinit.
  let path: String
  let descriptor: Int32
  private let base: UnsafeMutableRawPointer
  private let size: Int
  private var isLoaded = false

  static let sizeLimit = 256 << 20
  private static let sealAttempts = 100

  init(copying path: String) throws(Failure) {
    self.path = path
    let copy = unsafe linux_memory_file("patchbay-plugin")
    guard copy >= 0 else { throw Failure(.bug, "plugin.memory", "the system gave no memory file") }
    descriptor = copy
    var copied = 0
    var mapped: UnsafeMutableRawPointer?
    do throws(Failure) {
      copied = try Self.copy(path, to: copy)
      unsafe mapped = try Self.seal(copy, copied)
    } catch {
      close(copy)
      throw error
    }
    size = copied
    unsafe base = mapped.unsafelyUnwrapped
  }

  /// Nobody changes, shortens or extends the bytes from here on. Returns where they are mapped.
  private static func seal(_ copy: Int32, _ size: Int) throws(Failure) -> UnsafeMutableRawPointer {
    // Pages that were just copied may be in use for a moment; the system waits for them, and not
    // always long enough.
    var code = linux_seal(copy)
    for _ in 0..<sealAttempts where code != 0 && errno == EBUSY { code = linux_seal(copy) }
    guard code == 0 else {
      let reason = unsafe String(cString: strerror(errno))
      throw Failure(.transient, "plugin.seal", "the system does not seal a memory file: \(reason)")
    }
    let mapped = unsafe mmap(nil, max(size, 1), PROT_READ, MAP_PRIVATE, copy, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
      throw Failure(.bug, "plugin.map", "the plugin's bytes cannot be mapped")
    }
    return unsafe mapped
  }

  deinit {
    unsafe munmap(base, max(size, 1))
    if !isLoaded { close(descriptor) }
  }

  /// The loader finds a library again by its name, and the number is the name: were it used again,
  /// the next plugin would get the code of this one.
  func keepNumber() { isLoaded = true }

  private static func copy(_ path: String, to copy: Int32) throws(Failure) -> Int {
    // What is no file, such as a pipe, must not make us wait.
    let source = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    defer { if source >= 0 { close(source) } }
    var info = stat()
    guard source >= 0, unsafe fstat(source, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      throw Failure(
        .config, "plugin.read", "cannot read the plugin file \(path)",
        mend: "check that it is a file, and that this user may read it")
    }
    var total = 0
    while true {
      let count = sendfile(copy, source, nil, 1 << 20)
      if count == 0 { return total }
      total += count
      guard count > 0, total <= sizeLimit else {
        throw Failure(
          .config, "plugin.read", "\(path) cannot be read, or is larger than 256 MiB",
          mend: "give the .so file that the plugin's build made")
      }
    }
  }

  /// Judges the sealed bytes.
  func checked(forAnyMachine: Bool = false) throws(Failure) -> PluginFile {
    unsafe try PluginFile(
      UnsafeRawBufferPointer(start: base, count: size), path, forAnyMachine: forAnyMachine)
  }
}

extension PluginFile {
  private static func flaw(of file: ELFFile, forAnyMachine: Bool) -> ELFFile.Flaw? {
    if !forAnyMachine && file.machine != ELFFile.hostMachine {
      return .init(
        wanted: ELFFile.machineName(ELFFile.hostMachine),
        found: ELFFile.machineName(file.machine), mend: "install the build for this machine")
    }
    if file.manifestCount != 1 {
      return .init(
        wanted: "one section \(ELFFile.manifestSection)",
        found: file.manifestCount == 0 ? "none" : "\(file.manifestCount)",
        mend: "add plugin.json to the finished .so with objcopy --add-section")
    }
    let entry = "patchbay_plugin_entry"
    let others = file.exports.filter { $0 != entry }
    if file.exports.filter({ $0 == entry }).count != 1 || !others.isEmpty {
      let names = file.exports.prefix(5).joined(separator: ", ")
      return .init(
        wanted: "one exported symbol, \(entry)",
        found: file.exports.isEmpty ? "none" : "\(file.exports.count): \(names)",
        mend: "link with a version script that exports that symbol alone")
    }
    let shared = file.needed.filter { $0.contains("swift") || $0.contains("sqlite") }
    if !shared.isEmpty {
      return .init(
        wanted: "a self-contained plugin",
        found: "one that needs \(shared.joined(separator: ", "))",
        mend: "link with -static-stdlib, and leave SQLite to the host")
    }
    return nil
  }
}

extension Failure {
  static func refusedPlugin(_ plugin: String, _ flaw: ELFFile.Flaw) -> Failure {
    Failure(
      .config, "plugin.refused",
      "the plugin \(plugin) was refused: wanted \(flaw.wanted), found \(flaw.found)",
      mend: flaw.mend,
      params: JSONObject([
        .init("plugin", .string(plugin)), .init("wanted", .string(flaw.wanted)),
        .init("found", .string(flaw.found)),
      ]))
  }
}
