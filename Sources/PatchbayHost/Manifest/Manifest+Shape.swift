package import PatchbayCore
internal import PatchbayEgress
internal import PatchbayStore

extension Manifest {
  /// A name for machines.
  package static func word(_ length: ClosedRange<Int>) -> Shape {
    .text(
      .init(length: length, form: "lower-case letters, digits, dots, dashes and underscores") {
        $0.utf8.first.map { $0 >= 0x61 && $0 <= 0x7A } ?? false
          && $0.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
              UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
              true
            default: false
            }
          }
      })
  }

  /// What a plugin may be called.
  package static let idShape = word(2...100)

  /// A line for people.
  package static let line = Shape.text(.init(length: 1...300))

  /// A version of a plugin.
  package static let version = Shape.text(
    .init(length: 5...64, form: "a version as in 1.4.2") { SemanticVersion($0) != nil })

  /// A host, or all hosts of a domain.
  package static let host = Shape.text(
    .init(length: 3...253, form: "a host name, or *.domain") { text in
      let name = text.hasPrefix("*.") ? text.dropFirst(2) : text[...]
      return name.contains(".") && !name.hasPrefix(".") && !name.hasSuffix(".")
        && name.utf8.allSatisfy {
          switch $0 {
          case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "-"):
            true
          default: false
          }
        }
    })

  package static let httpsURL = Shape.text(
    .init(length: 9...2000, form: "an https:// URL") { $0.hasPrefix("https://") })

  /// What a stream may be called: part of the names of files and views.
  package static let streamName = word(1...100)

  private static let stream = Shape.object([
    .required("name", streamName), .optional("about", line),
    .optional("incremental", .flag, "can be read from a cursor on"),
    .optional("default", .flag, "synced where no stream is named; default true"),
    .optional(
      "columns",
      .list(
        of: .object([
          .required("name", line), .required("at", .pointer),
          .optional("type", .choice("text", "number", "boolean", "time", "json")),
        ])), "of the stream's view; more may come with the catalog"),
    .optional(
      "unified",
      .object(
        UnifiedView.columns.sorted { $0.key < $1.key }.map { view, columns in
          .optional(view, .object(columns.map { .optional($0, .pointer) }))
        }), "views across vendors that this stream feeds"),
    .optional("writes", writes, "how its records are written; without it they are not"),
  ])

  private static let writeAction = Shape.text(
    .init(choices: ["create", "update", "upsert", "delete"]))

  private static let writes = Shape.object([
    .required("actions", .list(of: writeAction, count: 1...4)),
    .optional(
      "repeatable", .list(of: writeAction, count: 0...4),
      "what may be sent again without harm where nobody knows whether it was done"),
    .optional("batch", .integer(1...1000), "records that are given to the plugin at once"),
  ])

  /// What a plugin.json must look like.
  package static let shape = Shape.object([
    .required("manifest", .integer(1...1), "version of this format"),
    .required("id", idShape), .required("version", version),
    .required("kind", .choice("connector", "model", "identity", "channel")),
    .required("name", line), .optional("about", line), .required("publisher", word(2...100)),
    .optional("license", line), .optional("homepage", httpsURL),
    .required("abi", .text(.init(length: 3...8)), "the ABI that it was built with, as in \"1.0\""),
    .optional("requires", .list(of: line), "features of the host that it cannot do without"),
    .required("operations", .list(of: .text(.init(choices: Heads.operations)), count: 1...13)),
    .optional("hosts", .list(of: host, count: 0...50), "where its requests may go"),
    .optional("base_url", httpsURL, "where {base_url} leads unless the connection says otherwise"),
    .optional(
      "settings",
      .map(
        of: .object([
          .required("type", .choice("text", "number", "flag", "list", "json")),
          .optional("about", line),
          .optional("required", .flag), .optional("default", .any),
        ]))),
    .optional("secrets", .map(of: .object([.optional("about", line)]))),
    .optional(
      "auth", .list(of: AuthScheme.shape, count: 0...10),
      "the first whose secrets are there is used"),
    .optional(
      "limits",
      .list(
        of: .object([
          .required("requests", .integer(1...1_000_000)),
          .required("per_ms", .integer(100...86_400_000)),
          .optional("path", line, "what it counts, * for any characters"),
          .optional("source", line, "where the vendor says so"),
        ]), count: 0...20), "limits that the vendor publishes"),
    .optional(
      "rate_headers", .object([.optional("remaining", line), .optional("interval_ms", line)]),
      "response headers, in lower case"),
    .optional("in_flight", .integer(1...64), "requests under way at once"),
    .optional("streams", .list(of: stream, count: 0...500)),
  ])
}
