package import CPatchbay
internal import Glibc
internal import PatchbayMessages

/// Maps a plugin's code into this process and finds its table.
///
/// Unsafe: from here on foreign code may run. The table lives as long as the process.
@safe package enum PluginLibrary {
  /// Why a library is refused.
  package struct Flaw: Error {
    package let wanted: String
    package let found: String
    package let mend: String

    package init(wanted: String, found: String, mend: String) {
      (self.wanted, self.found, self.mend) = (wanted, found, mend)
    }
  }

  /// The library behind a descriptor, which stays open: the loader knows libraries by their names.
  package static func map(_ descriptor: Int32) throws(Flaw) -> UnsafePointer<patchbay_plugin> {
    let flags = RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE
    guard let library = unsafe dlopen("/proc/self/fd/\(descriptor)", flags) else {
      let reason = unsafe dlerror().map { unsafe String(cString: $0) } ?? "no reason given"
      throw Flaw(
        wanted: "a library that this system can load", found: reason,
        mend: "install what it names, or build it here")
    }
    guard let symbol = unsafe dlsym(library, "patchbay_plugin_entry") else {
      throw Flaw(wanted: "the symbol patchbay_plugin_entry", found: "none", mend: "export it")
    }
    typealias Entry = @convention(c) (UInt32) -> UnsafePointer<patchbay_plugin>?
    let entry = unsafe unsafeBitCast(symbol, to: Entry.self)
    guard let table = unsafe entry(PATCHBAY_ABI_VERSION) else {
      throw Flaw(
        wanted: "plugin ABI \(ABIVersion.current)", found: "a plugin that does not serve it",
        mend: "build it with this Patchbay's header")
    }
    let found = unsafe ABIVersion(table.pointee.abi_version)
    guard ABIVersion.current.serves(found) else {
      throw Flaw(
        wanted: "plugin ABI \(ABIVersion.current)", found: "a table of ABI \(found)",
        mend: "its manifest and its code disagree: build it again")
    }
    guard unsafe hasAllFunctions(table) else {
      throw Flaw(
        wanted: "plugin ABI \(ABIVersion.current)", found: "a table that lacks a function",
        mend: "fill in all of patchbay_plugin, and build it again")
    }
    return unsafe table
  }

  // Reads the words of the functions, which Swift believes to be there.
  private static func hasAllFunctions(_ table: UnsafePointer<patchbay_plugin>) -> Bool {
    let first = unsafe MemoryLayout<patchbay_plugin>.offset(of: \.open) ?? 0
    return stride(from: first, to: MemoryLayout<patchbay_plugin>.size, by: 8).allSatisfy {
      unsafe UnsafeRawPointer(table).load(fromByteOffset: $0, as: UInt.self) != 0
    }
  }
}
