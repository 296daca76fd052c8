public import PatchbayCore

extension Heads {
  static func shapeFromPlugin(of kind: MessageKind) -> Shape {
    switch kind {
    case .httpRequest: httpRequest
    case .records: .object([.required("extract", extract, "how the body is to be cut")])
    case .checkpoint: checkpoint
    case .wait:
      .object([
        .required("delay_ms", milliseconds),
        .optional("ceiling_ms", milliseconds, "give up once waiting adds up to this"),
        .optional("reason", .text(.init(length: 0...200))),
      ])
    case .outcome: outcome
    case .crypto: crypto
    case .claim:
      .object([
        .required("scope", name, "ids are unique within it"), .required("id", name),
        .required("expires_ms", .integer(), "when the id may be forgotten"),
      ])
    case .reply: reply
    case .event:
      .object([
        .required("type", name), .optional("stream", name), .optional("key", name),
        .optional("occurred_ms", .integer()), .optional("params", .object([], isOpen: true)),
      ])
    case .delta: .object([.required("form", .choice("chat", "embedding", "model"))])
    case .principal: principal
    case .catalog: catalog
    case .note:
      .object([
        .required("level", .choice("info", "warning")),
        .required("text", .text(.init(length: 1...2000))),
        .optional("params", .object([], isOpen: true)),
      ])
    case .progress: .object([.required("done", count), .optional("total", count)])
    case .done: done
    default: .object([])
    }
  }

  /// A URL of the request: a template that may begin with a setting, or a captured handle.
  static let url = Shape.either([
    .text(.init(length: 1...16384, form: "a URL, as in \"{base_url}/path\"")),
    .object([.required("handle", name, "a captured URL")]),
  ])

  static let httpRequest = Shape.object([
    .required("method", .choice("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")),
    .required("url", url), .optional("query", .list(of: .list(of: .text(), count: 2...2)), "pairs"),
    .optional("headers", .map(of: .text(.init(length: 0...8192)))),
    .optional("auth", name, "which credential; \"none\" for none, default the connection's"),
    .optional("content_type", name, "of the body"),
    .optional(
      "body_from",
      .object([
        .required("blob", name), .optional("from", count), .optional("to", count, "exclusive"),
      ]), "send (a range of) a stored blob instead of the message's body"),
    .optional("idempotent", .flag, "may be sent again; default by method"),
    .optional("idempotency_key", name, "sent by the host in the vendor's header"),
    .optional("timeout_ms", .integer(1...3_600_000), "for the whole answer"),
    .optional("statuses", .list(of: .integer(100...599)), "also to be answered, not failed"),
    .optional("extract", .list(of: extract, count: 1...8)),
    .optional("capture", .list(of: capture, count: 1...8)),
    .optional("body_to", .choice("message", "blob")),
    .optional("frame", .choice("sse", "ndjson", "bytes"), "deliver the answer in pieces"),
  ])

  public static let extract = Shape.object([
    .optional("format", .choice("json", "ndjson", "csv", "tsv"), "default json"),
    .required("records", .pointer, "to the array (or the map) of elements; \"\" is the whole body"),
    .optional("item", .pointer, "inside an element, to the record"),
    .optional("each", .pointer, "inside an element, to an array of records"),
    .required(
      "key", .either([.pointer, .list(of: .pointer, count: 1...8)]),
      "inside a record; a list is a composite key"),
    .optional(
      "cursor",
      .object([.required("at", .pointer), .optional("type", .choice("text", "time", "number"))])),
    .optional("deleted", .pointer, "inside a record: a value that marks a deletion"),
    .optional("keep", .list(of: .pointer, count: 1...16), "values handed back for each record"),
    .optional(
      "inject", .map(of: .pointer), "members put in front of each record, from the element"),
    .optional("total", .pointer, "to the number that the vendor says there is"),
    .optional("total_of", .choice("all", "rest"), "of the whole stream, or from this page on"),
    .optional(
      "fail_if",
      .list(
        of: .object([
          .required("at", .pointer), .required("class", .text(.init(choices: errorClasses))),
        ])),
      "an error inside a good status: the page fails where this is there"),
    .optional("stream", name, "where the records belong, if not to the session's stream"),
    .optional("match", .pointer, "inside an element, to the id that pairs it with `ids`"),
    .optional("ids", .list(of: .any), "the ids asked for, in order; one missing fails the page"),
  ])

  static let capture = Shape.object([
    .required("at", .either([.pointer, .object([.required("header", name)])])),
    .required("as", name), .optional("secret", .flag, "default true: a handle; false: a setting"),
    .optional("expires_at", .pointer, "seconds that it lives, beside it"),
  ])

  static let checkpoint = Shape.object([
    .required("state", .any, "what `open` gives back"),
    .optional("covers", correlations, "the answers and records that are complete with it"),
    .optional("tag", name, "the form of the state; `migrate` reads older ones"),
  ])

  static let outcome = Shape.object([
    .required(
      "outcomes",
      .list(
        of: .object([
          .required("index", count, "position in the input, from 0"), .optional("key", .text()),
          .required(
            "status", .choice("created", "updated", "unchanged", "deleted", "failed", "unknown")),
          .optional("id", .text(), "the vendor's id"), .optional("error", failure),
        ])))
  ])

  static let crypto = Shape.object([
    .required("do", .choice("hmac", "verify", "sign", "unwrap")),
    .required("key", name, "the handle of a secret or key"),
    .required("algorithm", .choice("HS256", "RS256", "ES256", "EdDSA", "A256GCM", "RSA-OAEP")),
    .optional("signature", .text(), "verify: base64url"),
    .optional("as", name, "unwrap, sign: keep the result as a handle"),
  ])

  static let reply = Shape.object([
    .required("status", .integer(200...599)), .optional("headers", .map(of: .text())),
    .optional("redirect", .text(), "a URL for the browser"),
    .optional(
      "form", .object([.required("action", .text()), .required("fields", .map(of: .text()))])),
    .optional(
      "cookies", .list(of: .object([.required("name", name), .required("value", .text())]))),
  ])

  static let principal = Shape.object([
    .required("subject", name), .required("issuer", name),
    .optional("attributes", .map(of: .list(of: .text()))),
    .optional("authenticated_ms", .integer()), .optional("expires_ms", .integer()),
    .optional("session", name),
  ])

  static let catalog = Shape.object([
    .required("stream", name),
    .required(
      "columns",
      .list(
        of: .object([
          .required("name", name), .required("at", .pointer),
          .optional("type", .choice("text", "number", "boolean", "time", "json")),
        ]))),
  ])

  static let done = Shape.object([
    .optional("unproven", .text(.init(length: 1...500)), "why the end is not sure to be the end"),
    .optional("account", .text(), "check: who the credentials belong to"),
    .optional("finish", .text(), "chat: the canonical finish reason"),
    .optional("usage", .map(of: count), "chat, embed: tokens by kind"),
    .optional("state", .any, "migrate: the state in the new form"), .optional("tag", name),
  ])
}
