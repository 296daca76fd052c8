public import PatchbayCore

/// What signed metadata grants a plugin that was installed from a marketplace.
public struct Grant: Sendable, Equatable {
  /// How far the marketplace trusts it. An admin's own word goes before this.
  public let tier: Tier
  /// MiB that its worker may take.
  public let memoryMB: Int
  /// Milliseconds that one step may take.
  public let stepMS: Int64
  /// By what its use is charged; `nil` where nothing was agreed.
  public let commercial: CommercialTerms?

  public init(
    tier: Tier, memoryMB: Int, stepMS: Int64, commercial: CommercialTerms? = nil
  ) {
    self.commercial = commercial
    self.tier = tier
    self.memoryMB = memoryMB
    self.stepMS = stepMS
  }
}

/// The plugins that were installed, and whether each may run. Any thread may ask.
public protocol InstalledPlugins: Sendable {
  /// The version of each plugin that is in use.
  var active: [PluginFile] { get }
  /// Earlier versions that are kept; they are reached as ID@VERSION.
  var kept: [PluginFile] { get }
  /// What is installed and cannot be used, and why.
  var refused: [(path: String, failure: Failure)] { get }
  /// Throws unless a file is what signed metadata says. Asked each time before its code is loaded.
  func admit(_ file: PluginFile) throws(Failure)
  /// Why a plugin that runs must stop, or `nil`. Asked before each of its steps.
  func objection(to file: PluginFile) -> Failure?
}

/// Where nothing is installed.
public struct NothingInstalled: InstalledPlugins {
  public init() {}
  public var active: [PluginFile] { [] }
  public var kept: [PluginFile] { [] }
  public var refused: [(path: String, failure: Failure)] { [] }
  public func admit(_ file: PluginFile) {}
  public func objection(to file: PluginFile) -> Failure? { nil }
}
