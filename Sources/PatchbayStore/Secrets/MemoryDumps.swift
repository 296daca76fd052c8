internal import CLinux

/// Core files, and the other ways in which the memory of this process could be read from outside.
/// Secrets are in it in clear.
package enum MemoryDumps {
  /// From here on there is no core file, and no other process of the same user may look into this
  /// one. Programs that it begins are born with the first alone: a worker does the rest itself.
  ///
  /// Files under /proc that tell of the process then belong to root; its own it can still read.
  package static func forbid() { linux_forbid_dumps() }

  package static var areForbidden: Bool { linux_dumps_are_forbidden() == 1 }
}
