import PatchbayCore
import PatchbayJSON
import PatchbayMessages
import PatchbaySDKTesting
import Seeded
import Testing

@testable import PatchbaySDK

/// What a checkpoint or a record says of places and times is bounded before it is reckoned with.
@Suite struct StrangeStateTests {
  init() { TestHost.offerHelpers() }

  @Test func `A date of HTTP is written for any number of milliseconds`() {
    for ms in Extreme.integers {
      let text = HTTPDate.text(ms)
      #expect(text.hasSuffix(" GMT") && text.count == 29, "\(ms): \(text)")
    }
    #expect(HTTPDate.text(-1).hasPrefix("Wed, 31 Dec 1969 23:59:59"))
    #expect(HTTPDate.text(-86_400_000).hasPrefix("Wed, 31 Dec 1969 00:00:00"))
  }

  @Test func `A pass goes on, or begins anew, from a checkpoint of any numbers`() throws {
    let kinds: [RESTStream.Pagination] = [
      .page(parameter: "page", first: 1, size: 3), .offset(parameter: "start", size: 3),
      .offset(parameter: "start", size: 1),
      .page(parameter: "page", first: 0, size: 3, count: "/n"),
    ]
    let state = #"{"at":4,"count":3,"last":"7","keys":[["7"]],"moved":false}"#
    for kind in kinds {
      for text in Extreme.variants(of: state) {
        let json = try JSON(reading: text)
        var place = Place(.items(kind), resuming: json)
        _ = place.request { _ in }
        for size in [0, 1, 3] {
          let page = Response(
            Message(
              .httpResponse,
              head: [
                "status": 200,
                "extracted": [
                  [
                    "count": .integer(Int64(size)), "elements": .integer(Int64(size)),
                    "kept": .array((0..<size).map { [.string("\($0)")] }), "last_key": "7",
                  ]
                ],
              ], body: Array(#"{"n":9223372036854775807}"#.utf8)))
          _ = try? place.next(page)
          _ = place.request { _ in }
        }
        var saved = JSONObject()
        place.save(&saved)
      }
    }
  }

  @Test func `A window of changes begins somewhere, whatever the cursors are`() {
    let types: [RESTStream.Changes.CursorType] = [
      .time, .number, .text, .epochSeconds, .epochMilliseconds,
    ]
    for type in types {
      for zone in [nil, 0, Int.min, Int.max] as [Int?] {
        let changes = RESTStream.Changes(
          parameter: "since", cursor: "/c", type: type, overlapSeconds: .max, zoneMinutes: zone)
        for text in Extreme.texts + Extreme.times + Extreme.numbers {
          let next = changes.next(
            since: text, before: text, greatest: text, low: nil, startedMS: Time.nowMS())
          _ = changes.sent(next ?? text)
          _ = changes.value(sent: text)
        }
      }
    }
  }
}
