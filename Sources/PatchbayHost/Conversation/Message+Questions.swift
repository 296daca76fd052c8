internal import PatchbayCore
internal import PatchbayEgress
package import PatchbayJSON
package import PatchbayMessages

extension Message {
  /// The first message of a session.
  package static func open(
    _ role: Role, config: JSONObject, _ limits: PluginSession.Limits,
    _ more: [(String, JSON?)] = []
  ) -> Message {
    var head = JSONObject([.init("op", .string(role.operation))])
    for (name, value) in more { head[name] = value }
    head["config"] = .object(config)
    head["kinds"] = .array(
      MessageKind.allCases.filter(role.kinds.contains).map { .string($0.name) })
    head["features"] = .array(HostFeatures.all.map { .string($0) })
    head["limits"] = [
      "head_bytes": .integer(Int64(limits.headBytes)),
      "body_bytes": .integer(Int64(limits.bodyBytes)),
      "requests_in_flight": .integer(Int64(ConversationState.questionLimit)),
    ]
    return Message(.open, head: .object(head))
  }
}

extension Message {
  /// A plugin's request in the egress's terms, and what its answer must look like.
  func outgoing(_ mappings: Mappings) throws(Failure) -> (OutgoingRequest, PageContract) {
    for (name, feature) in [
      ("body_from", "http.blob"), ("parts", "http.parts"), ("capture", "http.capture"),
      ("frame", "http.frame"),
    ] where head[name] != nil {
      throw Failure(
        .unsupported, "http.unsupported", "the plugin asks for \(feature), which is not here yet")
    }
    guard let url = head["url"]?.string, head["body_to"]?.string != "blob" else {
      throw Failure(
        .unsupported, "http.unsupported", "the plugin asks for captured URLs or blobs")
    }
    var request = OutgoingRequest(method: head["method"]?.string ?? "GET", url: url)
    request.relativeTo = head["relative_to"]?.string
    request.query = (head["query"]?.array ?? []).map {
      ($0.array?.first?.string ?? "", $0.array?.last?.string ?? "")
    }
    request.headers = (head["headers"]?.object?.members ?? []).map {
      ($0.name, $0.value.string ?? "")
    }
    if !request.headers.contains(where: { $0.name.lowercased() == "accept" }) {
      let isJSON = (head["extract"]?.array ?? []).allSatisfy {
        ($0["format"]?.string ?? "json") == "json"
      }
      request.headers.append(("Accept", isJSON ? "application/json" : "*/*"))
    }
    request.body = .bytes(body)
    request.contentType = head["content_type"]?.string
    if let key = head["idempotency_key"]?.string {
      request.headers.append(("Idempotency-Key", key))
      request.isIdempotent = true
    }
    if let isIdempotent = head["idempotent"]?.bool { request.isIdempotent = isIdempotent }
    if let timeout = head["timeout_ms"]?.integer { request.timeoutMS = timeout }
    request.auth = head["auth"]?.string
    request.statuses = (head["statuses"]?.array ?? []).compactMap { $0.integer.map { Int($0) } }
    return (request, try PageContract(head, mappings))
  }
}
