package import PatchbayCore
package import PatchbayMessages

/// What the head of each message kind looks like. The documents and the checks are made from these.
package enum Heads {}

extension Heads {
  package static func shape(of kind: MessageKind) -> Shape {
    switch kind {
    case .open: open
    case .httpResponse: httpResponse
    case .httpEvents: httpEvents
    case .waited: .object([])
    case .result: result
    case .failed, .error: failure
    case .credit:
      .object([
        .required("messages", count, "messages that may be emitted now"),
        .required("bytes", count, "bytes that may be emitted now"),
      ])
    case .input:
      .object([
        .required("count", count, "records in the body (NDJSON)"),
        .required("last", .flag, "nothing follows"),
      ])
    case .cancel: .object([.required("grace_ms", milliseconds)])
    default: shapeFromPlugin(of: kind)
    }
  }

  static let count = Shape.integer(0...Int64.max)
  static let milliseconds = Shape.integer(0...86_400_000)
  static let correlations = Shape.list(of: .integer(1...Int64.max))
  static let name = Shape.text(.init(length: 1...200))

  package static let operations = [
    "check", "discover", "read", "write", "webhook", "migrate", "chat", "embed", "models",
    "begin", "finish", "metadata", "logout",
  ]

  static let open = Shape.object([
    .required("op", .text(.init(choices: operations)), "the operation"),
    .optional("stream", name, "read and write: the stream"),
    .optional("mode", .choice("full", "incremental"), "read: everything, or what changed"),
    .optional("state", .any, "the last checkpoint's state; absent at the first run"),
    .optional("resumes", .flag, "the state is in the midst of a pass that was interrupted"),
    .optional("tag", name, "migrate: the tag of the state"),
    .required("config", .object([], isOpen: true), "settings; secrets are not among them"),
    .optional("input", .object([], isOpen: true), "what the operation was given"),
    .required("kinds", .list(of: name), "message kinds that the host takes"),
    .required("features", .list(of: name), "what the host can do beyond the kinds"),
    .required(
      "limits",
      .object(
        [
          .required("head_bytes", count), .required("body_bytes", count),
          .required("requests_in_flight", count),
        ], isOpen: true), "ceilings for one message and for one session"),
  ])

  static let httpResponse = Shape.object([
    .required("status", .integer(100...599)),
    .required("headers", .map(of: .text()), "names in lower case; several values joined by \", \""),
    .optional("url", .text(), "relative_to: the URL that the request came to"),
    .optional("extracted", .list(of: extracted), "one entry for each plan of the request"),
    .optional(
      "blob", .object([.required("id", name), .required("size", count)]),
      "body_to \"blob\": where the body went"),
    .optional("captured", .list(of: name), "the names that `capture` filled"),
  ])

  static let extracted = Shape.object([
    .required("count", count, "records cut, dead ones included"),
    .required("dead", count, "of these, records that could not be read"),
    .optional(
      "elements", count,
      "what the vendor sent, before `each` or `jq`; absent where jq alone says where it is"),
    .optional("last_key", .text(), "key of the last record that can be read"),
    .optional("max_cursor", .text(), "the greatest cursor, as written"),
    .optional("total", count, "what the page says that there is"),
    .optional("kept", .list(of: .list(of: .any)), "for each live record the values kept"),
  ])

  static let httpEvents = Shape.object([
    .optional("status", .integer(100...599), "with the first batch"),
    .optional("headers", .map(of: .text()), "with the first batch"),
    .required(
      "events",
      .list(
        of: .object([
          .optional("event", .text()), .optional("id", .text()), .required("size", count),
        ])),
      "the body holds their data one after the other; sizes in bytes"),
    .required("last", .flag, "nothing follows"),
  ])

  static let result = Shape.object([
    .optional("verified", .flag, "crypto verify"), .optional("fresh", .flag, "claim: first use"),
    .optional("handle", name, "crypto: the result stays with the host under this name"),
  ])

  package static let errorClasses = [
    "config", "auth", "permission", "rate_limit", "transient", "conflict", "unsupported", "data",
    "budget", "cancelled", "bug",
  ]

  static let failure = Shape.object([
    .required("class", .text(.init(choices: errorClasses)), "what kind of remedy it needs"),
    .required("code", .text(.init(length: 1...100)), "stable, for machines and translation"),
    .required("message", .text(.init(length: 1...2000)), "fallback text in English"),
    .optional("mend", .text(.init(length: 1...2000)), "the next step for the reader"),
    .optional("params", .object([], isOpen: true), "values for the text of that code"),
    .optional("retryable", .flag), .optional("retry_after_ms", milliseconds),
    .optional("restart", .flag, "read: what the pass came to is of no use; begin it again"),
  ])
}
