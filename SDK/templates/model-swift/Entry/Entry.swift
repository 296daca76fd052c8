import PatchbaySDK
import PluginName

@c @implementation
public func patchbay_plugin_entry(_ abi: UInt32) -> UnsafePointer<patchbay_plugin>? {
  PluginTable.serve(abi) { PluginName() }
}
