// Unsafe: system calls take C strings and local arrays.
internal import Glibc
package import PatchbayCore

/// Tells when files of a folder, or of one below it, are saved. The kernel keeps what happens while
/// nobody asks (inotify).
package final class FolderWatch {
  package enum Change: Sendable, Equatable {
    /// Paths from the folder on, of files and of folders that came or went.
    case files(Set<String>)
    /// More happened than the kernel keeps: anything may have changed.
    case everything
  }

  private let folder: String
  private let filter: SourceFilter
  private let descriptor: Int32
  /// Paths of the folders that are watched, from the top on ("" is the top), by their watch.
  private var folders: [Int32: String] = [:]

  /// Saves closer than this are one: editors write several files, and each in several steps.
  package static let quietMS: Int32 = 100
  /// Whoever never stops saving is served after so many milliseconds.
  private static let patienceMS: Int64 = 2000

  package init(_ folder: String, _ filter: SourceFilter) throws(Failure) {
    self.folder = folder
    self.filter = filter
    descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    guard descriptor >= 0 else {
      throw Failure(
        .transient, "dev.watch", "the system gave no way to watch folders (inotify)",
        mend: "end other programs that watch files, or raise fs.inotify.max_user_instances")
    }
    try watch("")
  }

  deinit { close(descriptor) }

  /// Waits for a save, and for those that come with it, until there is none for `quietMS`. What
  /// was taken `before` is the first. Returns `nil` when it was stopped. `tick` is called every
  /// `tickMS` of the wait for the first.
  package func next(
    _ stop: StopSwitch, before: Change? = nil, quietMS: Int32 = FolderWatch.quietMS,
    tickMS: Int32 = -1, tick: () -> Void = {}
  ) throws(Failure) -> Change? {
    var found = before
    var firstMS = Time.monotonicMS()
    while !stop.isSet {
      if found == nil { tick() }
      let hasMore = stop.wait(for: [descriptor], ms: found == nil ? tickMS : quietMS)[0]
      if let news = hasMore ? try take() : nil {
        if found == nil { firstMS = Time.monotonicMS() }
        found = Self.joined(found, news)
      } else if found != nil && !hasMore {
        return found
      }
      if found != nil && Time.monotonicMS() - firstMS > Self.patienceMS { return found }
    }
    return nil
  }

  /// What happened since the last call; `nil` where that is nothing of the source.
  package func take() throws(Failure) -> Change? {
    var found: Change?
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = unsafe read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return found }
      for event in InotifyEvent.read(buffer[..<count]) {
        if let news = try heed(event) { found = Self.joined(found, news) }
      }
    }
  }

  private static func joined(_ one: Change?, _ other: Change) -> Change {
    guard case .files(let more) = other else { return .everything }
    switch one {
    case .files(let known): return .files(known.union(more))
    case .everything: return .everything
    case nil: return other
    }
  }

  private func heed(_ event: InotifyEvent) throws(Failure) -> Change? {
    if event.isOverflow {
      // Folders may have come that are not watched.
      try watch("")
      return .everything
    }
    guard let inner = folders[event.watch] else { return nil }
    if event.isForgotten {
      folders[event.watch] = nil
      return nil
    }
    if event.isEnd {
      guard inner.isEmpty else { return nil }
      throw Failure(
        .config, "dev.folder", "\(folder) was removed or renamed while it was watched",
        mend: "start patchbay plugin dev again with the folder's new name")
    }
    let path = inner.isEmpty ? event.name : "\(inner)/\(event.name)"
    if event.name.isEmpty || filter.ignores(path) { return nil }
    if event.isFolder {
      if event.isArrival { try watch(path) } else if event.isDeparture { forget(path) }
    }
    return .files([path])
  }

  /// Watches a folder and those below it. Each is watched before it is looked through, so that none
  /// which comes meanwhile is missed.
  private func watch(_ top: String) throws(Failure) {
    var waiting = [top]
    while let inner = waiting.popLast() {
      let number = unsafe inotify_add_watch(
        descriptor, "\(folder)/\(inner)", InotifyEvent.wanted)
      if number < 0 {
        // Gone again, or never a folder.
        if !inner.isEmpty && (errno == ENOENT || errno == ENOTDIR) { continue }
        throw cannotWatch(inner)
      }
      folders[number] = inner
      for (path, isFolder) in filter.entries(of: folder, inner) where isFolder {
        waiting.append(path)
      }
    }
  }

  private func forget(_ top: String) {
    for (number, path) in folders where path == top || path.hasPrefix(top + "/") {
      inotify_rm_watch(descriptor, number)
      folders[number] = nil
    }
  }

  /// Of the system call that has just failed.
  private func cannotWatch(_ inner: String) -> Failure {
    let code = errno
    let reason = unsafe String(cString: strerror(code))
    return Failure(
      .config, "dev.watch", "cannot watch \(folder)/\(inner): \(reason)",
      mend: code == ENOSPC
        ? "raise fs.inotify.max_user_watches, or leave large folders out with --ignore NAME"
        : "name a folder that exists and that you may read")
  }
}
