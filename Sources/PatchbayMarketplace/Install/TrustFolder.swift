// Unsafe: system calls take C strings and local buffers.
internal import Glibc
internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayTUF

/// What is known of the marketplace: signed metadata, and the lists that it signs. Each refresh
/// makes a folder of its own, and the link `current` leads to the last one that is whole. Who is
/// killed in between leaves the one of before.
struct TrustFolder {
  let root: String
  /// The folder that was current when this was made.
  let current: String

  init(root: String, current: String) { (self.root, self.current) = (root, current) }

  /// `nil` where nothing is known yet.
  init?(_ root: String) {
    let link = "\(root)/current"
    self.root = root
    if let name = Self.target(of: link) {
      current = "\(root)/\(name)"
    } else if FileBytes.isFolder(link) {
      // A copy of the data folder that followed its links.
      current = link
    } else {
      return nil
    }
  }

  var metadata: String { "\(current)/metadata" }

  /// The first folder, with a root that is trusted from here on.
  static func begin(_ root: String, trusting bytes: [UInt8]) throws(Failure) -> TrustFolder {
    let next = try draft(root)
    try FileBytes.makeFolder("\(next)/metadata")
    try TUFClient.initialize("\(next)/metadata", root: bytes)
    return try publish(next, root)
  }

  /// A copy to refresh, which nobody reads yet. Files are links to those that are here: none of
  /// them is ever changed, others are put in their places.
  func copy() throws(Failure) -> String {
    let next = try Self.draft(root)
    do throws(Failure) {
      try FileBytes.makeFolder("\(next)/metadata")
      for name in FileBytes.names(in: metadata) where name.hasSuffix(".json") {
        try Self.link("\(metadata)/\(name)", to: "\(next)/metadata/\(name)")
      }
      return next
    } catch {
      FileBytes.removeTree(next)
      throw error
    }
  }

  /// Gives a file a second name; a copy where the file system has no such thing.
  static func link(_ path: String, to other: String) throws(Failure) {
    if unsafe Glibc.link(path, other) == 0 { return }
    try FileBytes.replace(other, with: FileBytes.read(path, limit: Catalogue.sizeLimit))
  }

  /// Makes a refreshed copy the current one. The one of before stays for those who read it; older
  /// ones are removed.
  static func publish(_ next: String, _ root: String) throws(Failure) -> TrustFolder {
    for name in ["metadata", Catalogue.folder, LogFiles.folder] {
      FileBytes.syncFolder("\(next)/\(name)")
    }
    FileBytes.syncFolder(next)
    let before = target(of: "\(root)/current")
    let name = "\(Time.nowMS()).\(getpid())"
    let link = "\(root)/.current.\(getpid()).next"
    // A link cannot take the place of a folder, which a copy that followed links has there.
    if before == nil { FileBytes.removeTree("\(root)/current") }
    guard unsafe rename(next, "\(root)/\(name)") == 0, unsafe symlink(name, link) == 0,
      unsafe rename(link, "\(root)/current") == 0
    else {
      for path in ["\(root)/\(name)", link] { FileBytes.removeTree(path) }
      throw Failure(
        .config, "file.write", "cannot write \(root)/current",
        mend: "check the free space and the rights")
    }
    FileBytes.syncFolder(root)
    for old in FileBytes.names(in: root, withHidden: true)
    where ![name, before, "current"].contains(old) && !FileBytes.isInWork(old) {
      FileBytes.removeTree("\(root)/\(old)")
    }
    guard let folder = TrustFolder(root) else {
      throw Failure(.bug, "market.trust", "\(root)/current leads nowhere")
    }
    return folder
  }

  /// A list, if it is the one that the metadata names.
  func list(_ path: String, _ trust: TUFTrust) throws(Failure) -> JSON {
    guard let (target, _) = try trust.find(path) else {
      throw Failure(
        .config, "market.list", "the marketplace has no \(path)", mend: "tell the marketplace")
    }
    let bytes = try FileBytes.read("\(current)/\(path)", limit: Catalogue.sizeLimit)
    try target.check(bytes)
    return try MarketList.json(bytes, path)
  }

  /// The head of the log that was last seen; `nil` where none ever was, or it was forgotten.
  func head() throws(Failure) -> LogHead? {
    let path = "\(current)/\(LogHead.path)"
    if !FileBytes.exists(path) { return nil }
    return try LogHead(reading: FileBytes.read(path, limit: LogHead.sizeLimit), from: path)
  }

  /// A folder of this process alone.
  private static func draft(_ root: String) throws(Failure) -> String {
    try FileBytes.makeFolder(root)
    let next = "\(root)/.\(UInt32.random(in: .min ... .max)).\(getpid()).next"
    try FileBytes.makeFolder(next)
    return next
  }

  private static func target(of link: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 256)
    let count = unsafe readlink(link, &buffer, buffer.count)
    guard count > 0 else { return nil }
    return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
