import PatchbayJSON
import PatchbayMessages
import PatchbaySDKTesting

@testable import PatchbaySDK

extension FuzzTarget {
  /// A checkpoint (the first line) and a page (what follows) of a plugin made with the SDK: from
  /// whatever it begins, it asks for some page.
  static let place = FuzzTarget(
    name: "place",
    seeds: {
      [
        #"{"at":4,"count":3,"last":"7","keys":[["7"]],"moved":false}"#
          + "\n" + #"{"n":3,"next":"b","more":true,"data":[{"id":"7"}]}"#,
        "{\"at\":\"x\",\"base\":\"/y\",\"named\":true}\n{\"next\":null}",
        "{\"since\":\"2026-01-01T00:00:00Z\"}\n{\"n\":\"1\"}", "{\"since\":5}\n[]",
      ].map { Array($0.utf8) }
    },
    words: [
      "\"at\":1", "\"count\":1", "\"last\":\"1\"", "\"keys\":[[\"1\"]]", "\"moved\":true",
      "\"n\":1", "\"next\":\"a\"", "\"more\":false", "\"since\":\"", "\"named\":false", "},\n{",
    ], run: checkPlace)
}

private let kinds: [RESTStream.Pagination] = [
  .page(parameter: "page", first: 1, size: 3),
  .page(parameter: "p", first: 0, size: 3, count: "/n"),
  .offset(parameter: "start", size: 3), .offset(parameter: "start", size: 1),
  .cursor(at: "/next", parameter: "after"), .nextLink(at: "/next"),
  .lastKey(parameter: "after", more: "/more"), .none,
]

private let helpers: Void = TestHost.offerHelpers()

private func checkPlace(_ bytes: [UInt8]) {
  helpers
  let parts = bytes.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
  guard parts.count == 2, let state = JSON(reading: Array(parts[0])) else { return }
  for kind in kinds {
    let stream = RESTStream(
      path: "/items", extract: Extract(records: "/data", key: "/id"), pagination: kind)
    for size in [0, 1, 3] {
      var place = Place(stream, resuming: state)
      let first = place.request { _ in }
      expect(!first.url.isEmpty, "nothing is asked for")
      _ = try? place.next(page(size, Array(parts[1])))
      _ = place.request { _ in }
      var saved = JSONObject()
      place.save(&saved)
      var again = Place(stream, resuming: .object(saved))
      _ = try? again.next(page(size, Array(parts[1])))
    }
  }
  let text = state["since"]?.plainText ?? String(decoding: parts[1].prefix(60), as: UTF8.self)
  for type: RESTStream.Changes.CursorType in [.time, .number, .epochSeconds, .epochMilliseconds] {
    let changes = RESTStream.Changes(parameter: "since", cursor: "/c", type: type)
    let next = changes.next(
      since: text, before: nil, greatest: text, low: nil, startedMS: 1_784_000_000_000)
    _ = changes.value(sent: next ?? text)
  }
  expect(!HTTPDate.text(state["at"]?.integer ?? 0).isEmpty, "a time is not written")
}

private func page(_ size: Int, _ body: [UInt8]) -> Response {
  let found: JSON = [
    "count": .integer(Int64(size)), "elements": .integer(Int64(size)),
    "kept": .array((0..<size).map { [.string("\($0 + 6)")] }), "last_key": "7",
  ]
  return Response(
    Message(.httpResponse, head: ["status": 200, "extracted": [found]], body: body))
}
