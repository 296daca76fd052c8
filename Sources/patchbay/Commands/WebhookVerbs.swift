internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayJSON
internal import PatchbaySync
internal import PatchbayTerminal

enum WebhookReplayVerb: Verb {
  static let command = Command(
    ["webhook", "replay"],
    summary: "Give a stored delivery to a connection's plugin, as if it had just arrived.",
    discussion: """
      The plugin verifies the delivery with the connection's secrets and tells what happened. Ids
      that it takes only once are used up: the second replay of a delivery tells nothing new.

      FILE is JSON; in place of body there may be body_base64:
        {"method":"POST","url":"https://hub.example/hooks/orders",
         "headers":{"x-signature":"…"},"body":"…"}

      Example:
        patchbay webhook replay shop delivery.json
      """,
    arguments: [
      Argument("CONNECTION", about: "whose plugin takes it", completion: .dynamic("connections")),
      Argument("FILE", about: "the delivery", completion: .files),
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let path = context.argument(1)
    let delivery = try Delivery(
      reading: try FileBytes.read(path, limit: 2 * Delivery.bodyLimit), from: path)
    let hub = try context.hub()
    let connection = try await hub.open(context.argument(0))
    let report = try await WebhookRun(connection, in: hub).take(delivery)
    if context.wantsJSON { context.print(report.json) } else { show(report, context) }
    if let failure = report.failure { return context.report(failure) }
    return 0
  }

  private static func show(_ report: WebhookRun.Report, _ context: Context) {
    for event in report.events {
      let words = ["type", "stream", "key"].compactMap { event.head[$0]?.string }
      context.printWrapped(words.joined(separator: "  ") + "  (\(event.body.count) bytes)")
    }
    let status = report.reply["status"]?.integer ?? 0
    context.say(
      report.failure == nil
        ? "Verified; \(report.events.count) events. The sender is answered with \(status)."
        : "The sender is answered with \(status).")
  }
}

extension WebhookRun.Report {
  /// As `--json` prints it: `reply` and `events` are heads of the plugin's messages, each with its
  /// `body`, or with `body_base64` where that is no text.
  fileprivate var json: JSON {
    var object = JSONObject([
      .init("reply", Self.with(replyBody, reply)),
      .init("events", .array(events.map { Self.with($0.body, $0.head) })),
    ])
    if let failure { object["error"] = failure.json }
    return .object(object)
  }

  private static func with(_ body: [UInt8], _ head: JSON) -> JSON {
    guard !body.isEmpty, var object = head.object else { return head }
    if let text = String(validating: body, as: UTF8.self) {
      object["body"] = .string(text)
    } else {
      object["body_base64"] = .string(Base64.encode(body))
    }
    return .object(object)
  }
}
