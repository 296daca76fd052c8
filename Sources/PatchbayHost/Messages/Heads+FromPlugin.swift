package import PatchbayCore
internal import PatchbayMessages

extension Heads {
  static func shapeFromPlugin(of kind: MessageKind) -> Shape {
    switch kind {
    case .httpRequest: httpRequest
    case .records: .object([.required("extract", extract, "how the body is to be cut")])
    case .checkpoint: checkpoint
    case .wait:
      .object([
        .required("delay_ms", milliseconds),
        .optional("for", name, "what is waited for, as in \"job 750R\""),
        .optional(
          "ceiling_ms", milliseconds,
          "give up once the waits for the same thing add up to this, resumed sessions included"),
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
    case .delta:
      .object([
        .required("form", .choice("chat", "embedding", "model")),
        .optional("usage", .map(of: count), "tokens by kind so far; counts if no done follows"),
        .optional("state", .any, "opaque: comes back with this answer in a later chat's input"),
      ])
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

  static let bodyFrom = Shape.object([
    .required("blob", name), .optional("from", count), .optional("to", count, "exclusive"),
  ])

  static let part = Shape.object([
    .optional("name", name, "of the form's field"), .optional("file_name", name),
    .optional("content_type", name),
    .optional("size", count, "bytes of the message's body, after those of the parts before"),
    .optional("body_from", bodyFrom, "or (a range of) a stored blob"),
  ])

  static let httpRequest = Shape.object([
    .required("method", .choice("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")),
    .required("url", url),
    .optional(
      "relative_to", url,
      "the URL of the page on which this one stood, if it may be relative (RFC 3986)"),
    .optional("query", .list(of: .list(of: .text(), count: 2...2)), "pairs"),
    .optional("headers", .map(of: .text(.init(length: 0...8192)))),
    .optional("auth", name, "which credential; \"none\" for none, default the connection's"),
    .optional("content_type", name, "of the body"),
    .optional("body_from", bodyFrom, "send (a range of) a stored blob, not the message's body"),
    .optional(
      "parts", .list(of: part, count: 1...64),
      "a multipart body; content_type says of which kind, the host makes the boundary"),
    .optional("idempotent", .flag, "may be sent again; default by method"),
    .optional("idempotency_key", name, "sent by the host in the vendor's header"),
    .optional("timeout_ms", .integer(1...3_600_000), "for the whole answer"),
    .optional("statuses", .list(of: .integer(100...599)), "also to be answered, not failed"),
    .optional("extract", .list(of: extract, count: 1...8)),
    .optional("capture", .list(of: capture, count: 1...8)),
    .optional("body_to", .choice("message", "blob")),
    .optional("frame", .choice("sse", "ndjson", "bytes"), "deliver the answer in pieces"),
  ])

  package static let extract = Shape.object([
    .optional("format", .choice("json", "ndjson", "csv", "tsv", "xml"), "default json"),
    .optional(
      "records", .pointer,
      "to the array (or the map) of elements; \"\" is the whole body; needed unless there is jq"
    ),
    .optional(
      "jq", .text(.init(length: 1...ExtractPlan.programLimit)),
      "a program that is given the page; each object that it puts out is a record"),
    .optional("item", .pointer, "inside an element, to the record"),
    .optional("each", .pointer, "inside an element, to an array of records"),
    .required(
      "key", .either([.pointer, .list(of: .pointer, count: 1...8)]),
      "inside a record; a list is a composite key"),
    .optional(
      "cursor",
      .object([.required("at", .pointer), .optional("type", .choice("text", "time", "number"))])),
    .optional(
      "deleted",
      .either([
        .pointer,
        .object([
          .required("at", .pointer), .optional("equals", .any, "only this value"),
          .optional("not_equals", .any, "every value but this and null"),
          .optional("optional", .flag, "living records may all be without it; default false"),
        ]),
      ]),
      "inside a record: a value marks a deletion, but not false, 0, empty, or these as texts"),
    .optional(
      "map", .flag, "the records are the members of an object, not the elements of an array"),
    .optional("keep", .list(of: .pointer, count: 1...16), "values handed back for each record"),
    .optional(
      "inject", .map(of: .either([.pointer, .object([.required("value", .any)])])),
      "members put in front of each record: from the element, or the same in all"),
    .optional("total", .pointer, "to the number that the vendor says there is"),
    .optional("total_of", .choice("all", "rest"), "of the whole stream, or from this page on"),
    .optional(
      "fail_if",
      .list(
        of: .object([
          .required("at", .pointer), .required("class", .text(.init(choices: errorClasses))),
          .optional("equals", .any, "only this value; else any but null, false, 0 and empty"),
          .optional("not_equals", .any, "every value but this, also where there is none"),
          .optional("in", .choice("page", "element"), "default page"),
        ])),
      "an error in a good status: the page fails where this is there; the first match names it"),
    .optional(
      "no_records", .list(of: .choice("null", "missing", "no_content"), count: 1...3),
      "what stands for a list without records"),
    .optional("stream", name, "where the records belong, if not to the session's stream"),
    .optional("match", .pointer, "inside an element, to the id that pairs it with `ids`"),
    .optional(
      "ids", .list(of: .any),
      "ids of this plan's elements, in order; others are not its own; one missing fails the page"),
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
          .required("index", count, "position in all input of the session, from 0"),
          .optional("key", .text()),
          .required(
            "status", .choice("created", "updated", "unchanged", "deleted", "failed", "unknown")),
          .optional("id", .text(), "the vendor's id"), .optional("error", failure),
        ])))
  ])

  static let crypto = Shape.object([
    .required("do", .choice("hmac", "verify", "sign", "unwrap")),
    .required("key", name, "the handle of a secret or key"),
    .required(
      "algorithm",
      .choice(
        "HS256", "RS256", "ES256", "EdDSA", "A256GCM", "RSA-OAEP", "xmldsig", "equal"),
      "equal: the signature is the secret itself"),
    .optional("signature", .text(), "verify: base64url"),
    .optional("element", name, "xmldsig: ID of the signed element; the result's body is its bytes"),
    .optional("as", name, "unwrap, sign: keep the result as a handle"),
  ])

  static let reply = Shape.object([
    .required("status", .integer(200...599)), .optional("headers", .map(of: .text())),
    .optional("redirect", .text(), "a URL for the browser"),
    .optional(
      "form", .object([.required("action", .text()), .required("fields", .map(of: .text()))])),
    .optional(
      "cookies",
      .list(
        of: .object([
          .required("name", name), .required("value", .text()),
          .optional("max_age_s", count, "0 deletes it; absent: until the browser closes"),
          .optional("same_site", .choice("lax", "strict", "none"), "default lax"),
        ])), "always Secure, HttpOnly and for the path /"),
  ])

  static let principal = Shape.object([
    .required("subject", name), .required("issuer", name),
    .optional("attributes", .map(of: .list(of: .text()))),
    .optional("authenticated_ms", .integer()), .optional("expires_ms", .integer()),
    .optional("session", name),
  ])

  static let catalog = Shape.object([
    .required("stream", name),
    .optional("about", .text(.init(length: 1...300))),
    .optional("incremental", .flag, "discover: can be read from a cursor on"),
    .optional("default", .flag, "discover: synced where no stream is named; default true"),
    .optional(
      "jq", .text(.init(length: 1...ExtractPlan.programLimit)),
      "discover: what its plans map pages with, so that the host can try it beforehand"),
    .optional(
      "fingerprint", .text(.init(length: 1...200)),
      "discover: changes with every setting that gives records and state their meaning"),
    .optional(
      "volatile", .list(of: .pointer, count: 1...64),
      "discover: members whose change alone is no change of a record"),
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
    .optional(
      "snapshot", .flag,
      "read, full: what the pass did not bring is not there any more; default false"),
    .optional(
      "confirm", .choice("deletions", "always"),
      "read, full: places moved under the pass, or may have; the host reads it again before it "
        + "believes that something is gone, or that everything was seen"),
    .optional(
      "end", .choice("cursor", "more", "link", "total", "count", "empty", "status", "single"),
      "read: what the vendor said that the end is known by"),
    .optional("account", .text(), "check: who the credentials belong to"),
    .optional("finish", .text(), "chat: the canonical finish reason"),
    .optional("usage", .map(of: count), "chat, embed: tokens by kind"),
    .optional("state", .any, "migrate: the state in the new form"), .optional("tag", name),
  ])
}
