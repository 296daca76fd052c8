import REST
public import PatchbaySDK

@c @implementation
public func patchbay_plugin_entry(_ abi: UInt32) -> UnsafePointer<patchbay_plugin>? {
  // Unsafe: the table lives as long as the process, as the ABI asks.
  unsafe PluginTable.serve(abi) { ConnectorSession(REST()) }
}
