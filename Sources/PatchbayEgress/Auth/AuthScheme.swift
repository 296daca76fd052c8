package import PatchbayCore
package import PatchbayJSON
internal import PatchbayMessages

/// How a request proves who it comes from. Members name settings and secrets; they never hold them.
package enum AuthScheme: Sendable, Equatable {
  package enum Place: String, Sendable { case header, query, path }

  package struct OAuth2: Sendable, Equatable {
    package enum Grant: String, Sendable {
      case clientCredentials = "client_credentials"
      case refreshToken = "refresh_token"
    }
    package let grant: Grant
    /// May begin with `{base_url}`, or be a `{setting}`.
    package let tokenURL: String
    package let clientID: String
    package let clientSecret: String
    package let refreshToken: String?
    package let scope: String?
  }

  case none
  case bearer(secret: String)
  case apiKey(place: Place, name: String, prefix: String, secret: String)
  case basic(user: String, password: String)
  case oauth2(OAuth2)

  package static let shape = Shape.object([
    .required("scheme", .choice("none", "bearer", "api_key", "basic", "oauth2")),
    .optional("secret", .text(.init(length: 1...100)), "bearer, api_key: name of the secret"),
    .optional("in", .choice("header", "query", "path"), "api_key: where it stands"),
    .optional("name", .text(.init(length: 1...200)), "api_key: the header or parameter"),
    .optional("prefix", .text(.init(length: 0...100)), "api_key: text before the key"),
    .optional("user", .text(.init(length: 1...100)), "basic: name of the setting or secret"),
    .optional("password", .text(.init(length: 1...100)), "basic: name of the secret"),
    .optional("grant", .choice("client_credentials", "refresh_token"), "oauth2"),
    .optional("token_url", .text(.init(length: 1...2000)), "oauth2"),
    .optional("client_id", .text(.init(length: 1...100)), "oauth2: setting or secret"),
    .optional("client_secret", .text(.init(length: 1...100)), "oauth2: secret"),
    .optional("refresh_token", .text(.init(length: 1...100)), "oauth2: secret"),
    .optional("scope", .text(), "oauth2"),
  ])

  /// Reads a scheme that fits ``shape``; `nil` where it lacks a member that its kind needs.
  package init?(_ json: JSON) {
    func text(_ name: String) -> String? { json[name]?.string }
    switch text("scheme") {
    case "none": self = .none
    case "bearer":
      guard let secret = text("secret") else { return nil }
      self = .bearer(secret: secret)
    case "api_key":
      guard let secret = text("secret"), let place = text("in").flatMap(Place.init),
        let name = place == .path ? "" : text("name")
      else { return nil }
      self = .apiKey(place: place, name: name, prefix: text("prefix") ?? "", secret: secret)
    case "basic":
      guard let user = text("user"), let password = text("password") else { return nil }
      self = .basic(user: user, password: password)
    case "oauth2":
      guard let grant = text("grant").flatMap(OAuth2.Grant.init), let url = text("token_url"),
        let id = text("client_id"), let secret = text("client_secret"),
        grant == .clientCredentials || text("refresh_token") != nil
      else { return nil }
      self = .oauth2(
        OAuth2(
          grant: grant, tokenURL: url, clientID: id, clientSecret: secret,
          refreshToken: text("refresh_token"), scope: text("scope")))
    default: return nil
    }
  }

  /// Names that must be given, as settings or as secrets.
  package var needs: [String] {
    switch self {
    case .none: []
    case .bearer(let secret): [secret]
    case .apiKey(_, let name, _, let secret): [secret] + (Self.setting(in: name).map { [$0] } ?? [])
    case .basic(let user, let password): [user, password]
    case .oauth2(let oauth):
      [oauth.clientID, oauth.clientSecret] + (oauth.refreshToken.map { [$0] } ?? [])
        + (Self.setting(in: oauth.tokenURL).map { [$0] } ?? [])
    }
  }

  /// Names of settings whose values stand in it, or that may take the place of a secret: they say
  /// where credentials go, in which form, and for what.
  package var settings: [String] {
    switch self {
    case .none, .bearer, .basic: needs
    case .apiKey(_, _, let prefix, _): needs + [Self.setting(in: prefix)].compactMap(\.self)
    case .oauth2(let oauth):
      needs + [oauth.scope.flatMap(Self.setting)].compactMap(\.self)
    }
  }

  /// The names of its secrets; the last one is what usually ends or is mistyped.
  var secrets: [String] {
    switch self {
    case .none: []
    case .bearer(let secret), .apiKey(_, _, _, let secret): [secret]
    case .basic(_, let password): [password]
    case .oauth2(let oauth): [oauth.clientSecret] + (oauth.refreshToken.map { [$0] } ?? [])
    }
  }

  /// Headers that only the hub writes, besides those that no request may bring along.
  package var headerNames: [String] {
    if case .apiKey(.header, let name, _, _) = self { [name] } else { [] }
  }

  /// Why its header cannot be what carries a key; `nil` where it can, and for a name that a setting
  /// is to give.
  package var headerProblem: String? {
    for name in headerNames where Self.setting(in: name) == nil {
      switch RequestHeader.objection(to: name, "") {
      case nil, .credential, .twice: continue
      case let objection?: return "the header “\(name.beginning(bytes: 60))” \(objection.text)"
      }
    }
    return nil
  }

  /// The scheme with the connection's own words where a member is `{setting}` and nothing else.
  package func filled(from settings: JSONObject) -> AuthScheme {
    func fill(_ text: String) -> String {
      guard let setting = Self.setting(in: text) else { return text }
      return settings[setting]?.plainText ?? ""
    }
    switch self {
    case .apiKey(let place, let name, let prefix, let secret):
      return .apiKey(place: place, name: fill(name), prefix: fill(prefix), secret: secret)
    case .oauth2(let oauth):
      let scope = oauth.scope.map(fill)
      return .oauth2(
        OAuth2(
          grant: oauth.grant, tokenURL: fill(oauth.tokenURL), clientID: oauth.clientID,
          clientSecret: oauth.clientSecret, refreshToken: oauth.refreshToken,
          scope: scope == "" ? nil : scope))
    default: return self
    }
  }

  /// The setting that a member stands for, where it is `{setting}` and nothing else.
  package static func setting(in text: String) -> String? {
    guard text.hasPrefix("{"), text.hasSuffix("}"), !text.dropFirst().dropLast().contains("}")
    else {
      return nil
    }
    return String(text.dropFirst().dropLast())
  }
}
