package import PatchbayJSON

/// Whose plugin a file is. What a file says of itself proves nothing: a signed plugin and a file
/// that only has its name are two.
package struct PluginIdentity: Sendable, Equatable, CustomStringConvertible {
  /// PUBLISHER/ID.
  package let name: String
  /// Whether a marketplace signed it, or it is the hub's own.
  package let isSigned: Bool

  package init(name: String, isSigned: Bool) {
    self.name = name
    self.isSigned = isSigned
  }

  package init(_ json: JSON) {
    name = json["plugin"]?.string ?? ""
    isSigned = json["signed"]?.bool ?? false
  }

  package var json: JSONObject {
    JSONObject([.init("plugin", .string(name)), .init("signed", .bool(isSigned))])
  }

  package var description: String { "\(name) (\(isSigned ? "signed" : "not signed"))" }
}

extension PluginFile {
  package var identity: PluginIdentity {
    PluginIdentity(name: manifest.fullName, isSigned: grant != nil || isBuiltIn)
  }
}
