// A plugin author imports this module and nothing else.
@_exported public import CPatchbay
@_exported public import PatchbayJSON
@_exported public import PatchbayMessages
