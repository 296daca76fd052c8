package import PatchbayCore

/// What signed metadata grants a plugin that was installed from a marketplace.
package struct Grant: Sendable, Equatable {
  /// How far the marketplace trusts it. An admin's own word goes before this.
  package let tier: Tier
  /// MiB that its worker may take.
  package let memoryMB: Int
  /// Milliseconds that one step may take.
  package let stepMS: Int64
  /// By what its use is charged; `nil` where nothing was agreed.
  package let commercial: CommercialTerms?

  package init(
    tier: Tier, memoryMB: Int, stepMS: Int64, commercial: CommercialTerms? = nil
  ) {
    self.commercial = commercial
    self.tier = tier
    self.memoryMB = memoryMB
    self.stepMS = stepMS
  }
}

/// The plugins that were installed, and whether each may run. Any thread may ask.
package protocol InstalledPlugins: Sendable {
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
package struct NothingInstalled: InstalledPlugins {
  package init() {}
  package var active: [PluginFile] { [] }
  package var kept: [PluginFile] { [] }
  package var refused: [(path: String, failure: Failure)] { [] }
  package func admit(_ file: PluginFile) {}
  package func objection(to file: PluginFile) -> Failure? { nil }
}
