internal import PatchbayJSON
internal import Synchronization

extension Sandbox {
  func token(_ request: Request) throws(APIError) -> Reply {
    guard request.method == "POST" else {
      throw APIError(405, "Tokens are asked for with POST", "METHOD_NOT_ALLOWED")
    }
    let form = Percent.form(String(decoding: request.body, as: UTF8.self))
    guard let id = form["client_id"], let secret = form["client_secret"],
      id == options.clientID ?? id, secret == options.clientSecret ?? secret
    else {
      return refusal("BAD_CLIENT_ID", "missing or unknown client id or secret")
    }
    let now = nowMS
    let pair: Tokens.Pair?
    switch form["grant_type"] {
    case "refresh_token":
      let old = form["refresh_token"] ?? ""
      pair = state.withLock { $0.tokens.rotate(old, atMS: now) }
      if pair == nil {
        return refusal("BAD_REFRESH_TOKEN", "missing or invalid refresh token")
      }
    case "authorization_code":
      guard form["code"]?.isEmpty == false else {
        return refusal("BAD_AUTH_CODE", "missing or unknown auth code")
      }
      pair = state.withLock { $0.tokens.issue(atMS: now) }
    case "client_credentials": pair = state.withLock { $0.tokens.issue(atMS: now) }
    default: pair = nil
    }
    guard let pair else {
      return refusal("BAD_GRANT_TYPE", "missing or unknown grant type")
    }
    return Reply(json: [
      "token_type": "bearer", "access_token": .string(pair.access),
      "refresh_token": .string(pair.refresh),
      "expires_in": .integer(Int64(options.tokenLifetimeSeconds)),
    ])
  }

  private func refusal(_ status: String, _ message: String) -> Reply {
    Reply(400, json: ["status": .string(status), "message": .string(message)])
  }
}
