internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMessages

extension OpenConnection {
  /// The first message of a session with the connection's plugin.
  func opening(_ role: Role, _ more: [(String, JSON?)] = []) -> Message {
    .open(role, config: config, limits, more)
  }
}
