// A plugin's tests import PatchbaySDK and this module: records and failures are the host's own.
@_exported public import PatchbayCore
