import Built
import Loopback
import PatchbayCore

/// What a mirror may serve instead of the repository.
enum Lie: String, CaseIterable {
  case errors, nothing, garbage, oldState, otherRoot, redirects
  case noPacks, otherPacks, halfPacks, longPacks, endlessPacks, endlessTimestamp

  func server(_ bazaar: Bazaar) async throws -> LoopbackServer {
    switch self {
    case .errors: return try LoopbackServer { _ in .answer(501) }
    case .nothing: return try LoopbackServer { _ in .answer(404) }
    case .garbage: return try LoopbackServer { _ in .answer(200, "garbage") }
    case .redirects:
      return try LoopbackServer { _ in .answer(302, "{}", ["Location: http://127.0.0.1:9/"]) }
    case .oldState: return try MirrorTests.serve(bazaar.folder.file("old"))
    case .otherRoot:
      let other = try await Bazaar()
      try await other.publish(PluginDraft("6.6.6"))
      var files: [String: [UInt8]] = [:]
      for name in FileBytes.tree(of: other.path) {
        files["/\(name)"] = try FileBytes.read("\(other.path)/\(name)")
      }
      let served = files
      return try LoopbackServer { request in
        guard let bytes = served[request.target] else { return .answer(404) }
        return .answer(200, bytes)
      }
    default: return try MirrorTests.serve(bazaar.path, answer)
    }
  }

  private func answer(_ name: String, _ bytes: [UInt8]) -> [LoopbackServer.Act]? {
    if self == .endlessTimestamp {
      guard name.hasSuffix("/timestamp.json") else { return nil }
      return Self.endless(bytes + [UInt8](repeating: 0x20, count: 20_000))
    }
    guard name.hasSuffix(".patchbay") else { return nil }
    switch self {
    case .noPacks: return .answer(404)
    case .otherPacks: return .answer(200, Array(bytes.reversed()))
    case .halfPacks: return .answer(200, Array(bytes.prefix(bytes.count / 2)))
    case .longPacks: return .answer(200, bytes + [0])
    default: return Self.endless(bytes + bytes)
    }
  }

  /// An answer that says no length, and goes on.
  private static func endless(_ bytes: [UInt8]) -> [LoopbackServer.Act] {
    let head: [UInt8] = [LoopbackServer.Act].head(200, [])
    return [.send(head), .send(bytes), .hang]
  }
}
