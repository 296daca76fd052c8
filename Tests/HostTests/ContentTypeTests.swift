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
  ])
  func aPlanTakesPagesOfItsOwnKind(format: String, type: String, isTaken: Bool) throws {
    let contract = try PageContract([
      "extract": [["format": .string(format), "records": "", "key": "/id"]]
    ])
    let body = ByteBuffer(Array((format == "csv" ? "id\n1\n" : "{\"id\":1}\n").utf8))
    let judged = Result { () throws(Failure) in
      try contract.judge(status: 200, headers: ["content-type": type], body: body)
    }
    switch judged {
    case .success(let page): #expect(isTaken && page.cuts.map(\.count) == [1])
    case .failure(let failure): #expect(!isTaken && failure.code == "page.content_type")
    }
  }
}
