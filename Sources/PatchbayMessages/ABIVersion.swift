internal import CPatchbay

/// A version of the plugin ABI. A host serves the plugins of its own major version that are not
/// newer than itself.
public struct ABIVersion: Sendable, Equatable, CustomStringConvertible {
  public let major: UInt32
  public let minor: UInt32

  /// Of the header that this was built with.
  public static let current = ABIVersion(PATCHBAY_ABI_VERSION)

  /// As the header writes it: the major version in the upper sixteen bits.
  public init(_ number: UInt32) {
    major = number >> 16
    minor = number & 0xFFFF
  }

  /// As a manifest writes it, such as "1.0"; `nil` for any other text.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let major = UInt16(parts[0]), let minor = UInt16(parts[1]),
      "\(major).\(minor)" == text
    else { return nil }
    self.major = UInt32(major)
    self.minor = UInt32(minor)
  }

  /// Whether a host of this version runs a plugin of that one.
  public func serves(_ plugin: ABIVersion) -> Bool {
    major == plugin.major && minor >= plugin.minor
  }

  public var description: String { "\(major).\(minor)" }
}
