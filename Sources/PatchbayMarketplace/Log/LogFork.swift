internal import PatchbayCore
package import PatchbayJSON

/// A log that did not go on from where it was: written down in `market/fork.json`, with what was
/// signed before and after. While the file is there, nothing is taken from the marketplace.
struct LogFork {
  private let why: LogReader.Break
  private let known: LogHead
  private let seen: LogHead?
  private let place: String
  private let atMS: Int64

  init(
    _ why: LogReader.Break, known: LogHead, seen: LogHead?, place: String, atMS: Int64
  ) {
    (self.why, self.known, self.seen, self.place, self.atMS) = (why, known, seen, place, atMS)
  }

  private var message: String {
    func name(_ head: LogHead) -> String { "\(head.size) releases, root \(head.rootText)" }
    return "the marketplace at \(place) broke its log of releases: \(why.rawValue). This hub saw "
      + "\(name(known)); now it is shown \(seen.map(name) ?? "none")"
  }

  var failure: Failure { Self.failure(message) }

  private static func failure(_ message: String) -> Failure {
    Failure(
      .permission, "market.fork", message,
      mend: "nothing was taken from it, and nothing is until you say so; what is installed goes on "
        + "running. Ask the marketplace, and compare with another hub: patchbay market log "
        + "--compare HEAD. If there is a good reason, begin anew: patchbay market log --forget")
  }

  private static func path(_ folder: String) -> String { "\(folder)/fork.json" }

  /// `evidence` are folders with the metadata that was signed before and after.
  func write(to folder: String, evidence: [String]) throws(Failure) {
    let signed = evidence.map { folder -> JSON in
      let bytes = try? FileBytes.read("\(folder)/\(MarketRepository.registry).json")
      return bytes.flatMap { try? JSON(reading: $0) } ?? .null
    }
    let json: JSON = [
      "fork": 1, "message": .string(message), "at_ms": .integer(atMS), "place": .string(place),
      "known": known.json, "seen": seen?.json ?? .null, "signed": .array(signed),
    ]
    try FileBytes.replace(Self.path(folder), with: Array(json.prettyText.utf8))
    FileBytes.syncFolder(folder)
  }

  /// Throws what was written down.
  static func check(_ folder: String) throws(Failure) {
    let path = path(folder)
    if !FileBytes.exists(path) { return }
    let bytes = (try? FileBytes.read(path)) ?? []
    let message = (try? JSON(reading: bytes))?["message"]?.string
    throw failure(message ?? "the marketplace broke its log of releases, as \(path) says")
  }

  static func forget(_ folder: String) { FileBytes.removeTree(path(folder)) }
}

extension LogHead {
  /// The root as people compare it.
  package var rootText: String { String(text.split(separator: "\n").last ?? "") }

  package var json: JSON {
    ["origin": .string(origin), "size": .integer(Int64(size)), "root": .string(rootText)]
  }
}
