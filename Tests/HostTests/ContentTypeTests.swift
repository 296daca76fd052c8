import PatchbayCore
import PatchbayHost
import PatchbayJSON
import Testing

/// What a page may call itself.
@Suite struct ContentTypeTests {
  @Test(arguments: [
    ("csv", "text/csv; charset=utf-8", true), ("csv", "application/octet-stream", true),
    ("csv", "application/json", false), ("csv", "text/html", false),
    ("csv", "text/plain", true), ("ndjson", "application/x-ndjson", true),
    ("ndjson", "text/plain", true), ("ndjson", "", true), ("ndjson", "text/html", false),
    ("ndjson", "text/csv", false), ("ndjson", "application/xml", false),
    ("json", "text/xml", false), ("csv", "application/atom+xml", false),
    ("xml", "application/xml; charset=utf-8", true), ("xml", "text/xml", true),
    ("xml", "application/atom+xml;type=feed", true), ("xml", "APPLICATION/XML", true),
    ("xml", "text/plain", true), ("xml", "application/octet-stream", true), ("xml", "", true),
    ("xml", "text/html", false), ("xml", "application/json", false), ("xml", "text/csv", false),
    ("xml", "application/x-ndjson", false),
  ])
  func aPlanTakesPagesOfItsOwnKind(format: String, type: String, isTaken: Bool) throws {
    let contract = try PageContract([
      "extract": [
        ["format": .string(format), "records": format == "xml" ? "/r/o" : "", "key": "/id"]
      ]
    ])
    let bodies = ["csv": "id\n1\n", "xml": "<r><o><id>1</id></o></r>", "json": "[{\"id\":1}]"]
    let body = ByteBuffer((bodies[format] ?? "{\"id\":1}\n").utf8)
    let judged = Result { () throws(Failure) in
      try contract.judge(status: 200, headers: ["content-type": type], body: body)
    }
    switch judged {
    case .success(let page): #expect(isTaken && page.cuts.map(\.count) == [1])
    case .failure(let failure): #expect(!isTaken && failure.code == "page.content_type")
    }
  }
}
