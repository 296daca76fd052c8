internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayJSON
internal import PatchbayStore
internal import Synchronization

/// What a request gets added before it is sent.
struct Authorisation: Sendable {
  var headers: [(name: String, value: String)] = []
  var query: [(name: String, value: String)] = []
  var pathSecret: String?
  /// Which token was used: tells an old refusal from a new one.
  var generation = 0
}

/// The credential of one connection. Tokens are fetched once, however many requests wait for them.
actor Credential {
  typealias Fetch =
    @Sendable (OutgoingRequest, @escaping @Sendable (WaitNotice) -> Void) async throws(Failure) ->
    IncomingResponse

  private struct Token {
    var access: String
    var refresh: String?
    var expiresMS: Int64
  }

  let connection: String
  private let scheme: AuthScheme
  private let settings: JSONObject
  private let vault: Vault
  private let leases: any LeaseStore
  private let tokenURL: String
  /// What else must not be shown.
  private let others: [String]
  private var secrets: [String: String]? { didSet { learn() } }
  private var token: Token?
  private var generation = 0
  private var refreshing: Task<Result<Token, Failure>, Never>?
  private let waiting = WaitTellers()

  static let storedToken = "oauth.token"

  init(
    connection: String, scheme: AuthScheme, settings: JSONObject, vault: Vault,
    leases: any LeaseStore, tokenURL: String, hiding others: [String] = []
  ) {
    self.connection = connection
    self.scheme = scheme
    self.settings = settings
    self.vault = vault
    self.leases = leases
    self.tokenURL = tokenURL
    self.others = others
    hidden.withLock { $0 = Redactor(others) }
  }

  /// Who waits for a token is told by `teller` what the exchange of it waits for.
  func authorise(
    _ teller: WaitTeller, _ fetch: @escaping Fetch
  ) async throws(Failure) -> Authorisation {
    var result = Authorisation(generation: generation)
    switch scheme {
    case .none: break
    case .bearer(let name):
      result.headers = [("Authorization", "Bearer \(try await value(name))")]
    case .apiKey(let place, let name, let prefix, let secret):
      let key = prefix + (try await value(secret))
      switch place {
      case .header: result.headers = [(name, key)]
      case .query: result.query = [(name, key)]
      case .path: result.pathSecret = key
      }
    case .basic(let user, let password):
      let pair = try await value(user) + ":" + value(password)
      result.headers = [("Authorization", "Basic \(Base64.encode(Array(pair.utf8)))")]
    case .oauth2(let oauth):
      let token = try await validToken(oauth, teller, fetch)
      result.headers = [("Authorization", "Bearer \(token.access)")]
      result.generation = generation
    }
    return result
  }

  /// The vendor refused the token of that generation. Returns whether a new one can be had.
  func refused(_ refused: Int) -> Bool {
    guard case .oauth2 = scheme else { return false }
    if refused == generation {
      token = nil
      mustRefresh = true
    }
    return true
  }

  private var mustRefresh = false

  /// Tokens of this credential, also those that are no longer valid.
  private var issued: [String] = [] { didSet { learn() } }

  private func remember(_ token: Token) {
    let texts = [token.access, token.refresh].compactMap { $0 }.filter { !issued.contains($0) }
    if !texts.isEmpty { issued = (issued + texts).suffix(32) }
  }

  /// Takes out of texts what must not be shown.
  nonisolated var redactor: Redactor { hidden.withLock { $0 } }
  private nonisolated let hidden = Mutex(Redactor([]))

  private func learn() {
    let own = (secrets ?? [:]).filter { $0.key != Self.storedToken }.values
    let given = scheme.secrets.compactMap { settings[$0]?.plainText }
    let redactor = Redactor(issued + own + given + others)
    hidden.withLock { $0 = redactor }
  }

  private func knownValue(_ name: String) -> String? {
    secrets?[name] ?? settings[name]?.plainText
  }

  private func value(_ name: String) async throws(Failure) -> String {
    if secrets == nil { secrets = try await vault.secrets(of: connection) }
    if let value = knownValue(name) { return value }
    throw Failure(
      .config, "auth.missing", "the connection \(connection) has no secret “\(name)”",
      mend: "set it: patchbay secret set \(connection) \(name) --from env:VARIABLE")
  }

  private func validToken(
    _ oauth: AuthScheme.OAuth2, _ teller: WaitTeller, _ fetch: @escaping Fetch
  ) async throws(Failure) -> Token {
    if let token, token.expiresMS > Time.nowMS() { return token }
    let place = waiting.add(teller)
    defer { waiting.remove(place) }
    let task = refreshing ?? refresh(oauth, fetch)
    refreshing = task
    // Who is cancelled waits no longer; the token is fetched nonetheless, for the others, and
    // because a refresh token may be spent by it.
    let promise = Promise<Result<Token, Failure>>()
    Task { promise.resolve(await task.value) }
    let result = await withTaskCancellationHandler {
      await promise.value()
    } onCancel: {
      promise.resolve(.failure(Failure(.cancelled, "egress.cancelled", "cancelled")))
    }
    return try result.get()
  }

  private func refresh(_ oauth: AuthScheme.OAuth2, _ fetch: @escaping Fetch)
    -> Task<Result<Token, Failure>, Never>
  {
    let stale = token?.access
    let isForced = mustRefresh
    return Task {
      defer { self.refreshing = nil }
      do throws(Failure) {
        let fresh = try await self.obtain(oauth, stale: stale, isForced: isForced, fetch)
        self.token = fresh
        self.generation += 1
        self.mustRefresh = false
        return .success(fresh)
      } catch {
        return .failure(error)
      }
    }
  }

  /// Takes the token that another process stored meanwhile, or asks the vendor for one. The lock
  /// keeps two processes from spending the same refresh token.
  private func obtain(
    _ oauth: AuthScheme.OAuth2, stale: String?, isForced: Bool, _ fetch: Fetch
  ) async throws(Failure) -> Token {
    let lease = try await leases.lease("token@\(connection)")
    defer { withExtendedLifetime(lease) {} }
    let used = lastUsed
    secrets = try await vault.secrets(of: connection)
    let origin = try await oauth.refreshToken == nil ? nil : value(oauth.refreshToken ?? "")
    let stored = storedToken(origin: origin)
    if let stored { remember(stored) }
    if let stored, stored.expiresMS > Time.nowMS(), stored.access != stale,
      !(isForced && stored.access == used)
    {
      lastUsed = stored.access
      return stored
    }
    var fields = [
      ("grant_type", oauth.grant.rawValue), ("client_id", try await value(oauth.clientID)),
      ("client_secret", try await value(oauth.clientSecret)),
    ]
    if let refresh = stored?.refresh ?? origin { fields.append(("refresh_token", refresh)) }
    if let scope = oauth.scope { fields.append(("scope", scope)) }
    var request = OutgoingRequest(method: "POST", url: tokenURL)
    request.contentType = "application/x-www-form-urlencoded"
    let form = fields.map { "\($0.0)=\(percentEncoded($0.1))" }.joined(separator: "&")
    request.body = .bytes(Array(form.utf8))
    request.auth = "none"
    // A refresh token may be spent by the first exchange; client credentials are not.
    request.isIdempotent = oauth.grant == .clientCredentials
    request.headers = [("Accept", "application/json")]
    let answer: IncomingResponse
    do {
      answer = try await fetch(request) { [waiting] in waiting.tell($0) }
    } catch {
      throw explained(error)
    }
    let token = try read(answer, previous: stored?.refresh ?? origin)
    remember(token)
    try await store(token, origin: origin)
    lastUsed = token.access
    return token
  }

  private var lastUsed: String?

  /// A refusal of the token endpoint, as what it means for the connection.
  private func explained(_ error: Failure) -> Failure {
    guard error.code.hasPrefix("http."), [.config, .auth, .permission].contains(error.kind) else {
      return error
    }
    return refused(error.message)
  }

  private func storedToken(origin: String?) -> Token? {
    guard let text = secrets?[Self.storedToken], let json = try? JSON(reading: text),
      json["origin"]?.string == origin, let access = json["access"]?.string,
      let expires = json["expires_ms"]?.integer
    else { return nil }
    return Token(access: access, refresh: json["refresh"]?.string, expiresMS: expires)
  }

  private func store(_ token: Token, origin: String?) async throws(Failure) {
    var json = JSONObject([
      .init("access", .string(token.access)), .init("expires_ms", .integer(token.expiresMS)),
    ])
    if let refresh = token.refresh { json["refresh"] = .string(refresh) }
    if let origin { json["origin"] = .string(origin) }
    let text = JSON.object(json).text
    try await vault.replace(text, connection: connection, name: Self.storedToken)
    secrets?[Self.storedToken] = text
  }

  private func read(_ answer: IncomingResponse, previous: String?) throws(Failure) -> Token {
    let json = try? JSON(reading: answer.body.bytes)
    guard let access = json?["access_token"]?.string, !access.isEmpty else {
      throw withoutToken(answer, json)
    }
    let lifetimeMS = Self.lifetimeMS(json?["expires_in"])
    // A token is given up a little before it ends, so that no request arrives with a dead one.
    return Token(
      access: access, refresh: json?["refresh_token"]?.string ?? previous,
      expiresMS: Time.nowMS() + lifetimeMS - min(30_000, lifetimeMS / 5))
  }

  /// Some vendors refuse with a status of 200; and what signs people in answers with a page.
  private func withoutToken(_ answer: IncomingResponse, _ json: JSON?) -> Failure {
    if let error = json?["error"]?.string {
      let words = [error, json?["error_description"]?.string].compactMap { $0 }
      return refused(redactor.hiding(words.joined(separator: ": ")).beginning(bytes: 200))
    }
    let type = answer.header("content-type").map { " (\($0.beginning(bytes: 60)))" } ?? ""
    return Failure(
      .auth, "auth.token",
      "the token endpoint of \(connection) answered \(answer.status)\(type) without an access "
        + "token",
      mend: "check the address that tokens come from, client id, client secret and refresh token")
  }

  private func refused(_ why: String) -> Failure {
    Failure(
      .auth, "auth.refused", "the connection \(connection) was refused a token: \(why)",
      mend:
        "check client id, client secret and refresh token, which may have been revoked; set one "
        + "again: patchbay secret set \(connection) NAME --from env:VARIABLE")
  }

  /// Seconds as a number or as text. What is no positive number says nothing: an hour then, after
  /// which, or at the first refusal, there is a new one.
  static func lifetimeMS(_ value: JSON?) -> Int64 {
    let text = value?.string
    let isDigits = text?.utf8.allSatisfy { (0x30...0x39).contains($0) } ?? false
    let seconds = value?.double ?? (isDigits ? text.flatMap { Double($0) } : nil) ?? 0
    return seconds > 0 ? Int64(min(max(seconds, 1), 31_536_000) * 1000) : 3_600_000
  }
}

/// A value that somebody waits for, and that comes once; what comes later is dropped.
private final class Promise<Value: Sendable>: Sendable {
  private enum State {
    case empty
    case waiting(CheckedContinuation<Value, Never>)
    case resolved(Value)
  }

  private let state = Mutex(State.empty)

  func resolve(_ value: Value) {
    let waiting: CheckedContinuation<Value, Never>? = state.withLock { state in
      if case .resolved = state { return nil }
      defer { state = .resolved(value) }
      if case .waiting(let continuation) = state { return continuation }
      return nil
    }
    waiting?.resume(returning: value)
  }

  func value() async -> Value {
    await withCheckedContinuation { continuation in
      let value: Value? = state.withLock { state in
        if case .resolved(let value) = state { return value }
        state = .waiting(continuation)
        return nil
      }
      if let value { continuation.resume(returning: value) }
    }
  }
}
