package import PatchbayCore
internal import PatchbayEgress
package import PatchbayJSON

/// Where a plugin's requests, and the credentials in them, may go: all that its manifest says of
/// it.
package struct Destinations: Sendable, Equatable {
  package let hosts: [String]
  /// Where requests go unless a connection says otherwise.
  package let baseURL: String?
  /// The ways to sign in, as in the manifest: the first one whose secrets are there is used.
  package let auth: [JSON]
  /// Defaults of settings that stand in ``auth``, by name.
  package let defaults: JSONObject

  package init(_ manifest: Manifest) {
    hosts = manifest.hosts
    baseURL = manifest.baseURL
    auth = manifest.json["auth"]?.array ?? []
    let named = Set(manifest.auth.flatMap(\.settings))
    defaults = JSONObject(
      manifest.settings.compactMap { setting in
        guard named.contains(setting.name), let value = setting.initial else { return nil }
        return .init(setting.name, value)
      }.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
  }

  /// As it was signed, or accepted. `defaults` are those of releases that do not name them.
  package init(_ json: JSON, defaults known: JSONObject = JSONObject()) {
    hosts = json["hosts"]?.array?.compactMap(\.string) ?? []
    baseURL = json["base_url"]?.string
    auth = json["auth"]?.array ?? []
    defaults = json["defaults"]?.object ?? known
  }

  package var json: JSONObject {
    var members = JSONObject([.init("hosts", .array(hosts.map { .string($0) }))])
    if let baseURL { members["base_url"] = .string(baseURL) }
    members["auth"] = .array(auth)
    if !defaults.isEmpty { members["defaults"] = .object(defaults) }
    return members
  }

  /// What `other` does not say of where requests and credentials go, in words; empty where it goes
  /// no further. What a connection's own settings decide, the manifest does not.
  package func beyond(_ other: Destinations, settings: JSONObject = JSONObject()) -> [String] {
    var more: [String] = []
    for host in hosts where !other.hosts.contains(where: { Self.covers($0, host) }) {
      more.append("may reach \(host)")
    }
    if let baseURL, baseURL != other.baseURL, settings["base_url"] == nil {
      more.append("sends requests and credentials to \(baseURL) unless a connection says otherwise")
    }
    for scheme in auth where !other.auth.contains(scheme) {
      more.append("may sign in another way: \(Self.words(scheme))")
    }
    // Whoever has the secrets of two ways uses the first one.
    let (mine, theirs) = (auth.filter(other.auth.contains), other.auth.filter(auth.contains))
    if mine != theirs, let first = mine.first {
      more.append("prefers another way to sign in: \(Self.words(first))")
    }
    let names = defaults.names + other.defaults.names.filter { defaults[$0] == nil }
    for name in names where settings[name] == nil && defaults[name] != other.defaults[name] {
      let before = other.defaults[name].map { "not \($0.text)" } ?? "which had no default"
      let after = defaults[name]?.text ?? "nothing"
      more.append("signs in with \(after) for the setting “\(name)”, \(before)")
    }
    return more
  }

  /// The ways to sign in, in words, each with all that it says.
  package var waysToSignIn: [String] { auth.map(Self.words) }

  private static func words(_ scheme: JSON) -> String {
    let members = scheme.object?.members ?? []
    let details = members.filter { $0.name != "scheme" }.map {
      "\($0.name) \($0.value.string ?? $0.value.text)"
    }
    let name = scheme["scheme"]?.string ?? ""
    return details.isEmpty ? name : "\(name) (\(details.joined(separator: ", ")))"
  }

  /// Whether a host, or a pattern of hosts, is among those of a pattern.
  private static func covers(_ pattern: String, _ host: String) -> Bool {
    pattern == host || (pattern.hasPrefix("*.") && host.hasSuffix(pattern.dropFirst()))
  }

  /// The members of ``json``, for the shape of whatever holds them.
  package static let members: [Shape.Member] = [
    .required("hosts", .list(of: Manifest.line, count: 0...50)),
    .optional(
      "base_url", Manifest.httpsURL, "where requests go unless a connection says otherwise"),
    .required("auth", .list(of: AuthScheme.shape, count: 0...10), "how it signs in"),
    .optional("defaults", .map(of: .any), "of settings that stand in how it signs in"),
  ]
}
