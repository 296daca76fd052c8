import CZlib
import PatchbayCore
import PatchbayJSON
import Testing

@testable import patchbay_sandbox

@Suite struct TransportTests {
  // Unsafe: zlib reads from and writes to local buffers.
  private func inflated(_ bytes: [UInt8]) -> [UInt8] {
    var stream = unsafe z_stream()
    var input = bytes
    unsafe inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
    defer { unsafe inflateEnd(&stream) }
    return unsafe input.withUnsafeMutableBufferPointer { source in
      unsafe [UInt8](unsafeUninitializedCapacity: 1 << 22) { target, count in
        unsafe stream.next_in = source.baseAddress
        unsafe stream.avail_in = UInt32(source.count)
        unsafe stream.next_out = target.baseAddress
        unsafe stream.avail_out = 1 << 22
        unsafe inflate(&stream, Z_FINISH)
        count = unsafe (1 << 22) - Int(stream.avail_out)
      }
    }
  }

  @Test func `A client that takes gzip gets the same page, packed`() throws {
    try withServer { client in
      let plain = try client.get("/crm/v3/objects/contacts?limit=100")
      let packed = try client.get("/crm/v3/objects/contacts?limit=100", gzip: true)
      #expect(packed.headers["content-encoding"] == "gzip")
      #expect(packed.body.count < plain.body.count / 2)
      #expect(inflated(packed.body) == plain.body)
      #expect(
        try client.get("/account-info/v3/details", gzip: true).headers["content-encoding"] == nil)
    }
  }

  @Test func `A body beyond four megabytes is refused`() throws {
    try withServer { client in
      let body = String(repeating: " ", count: (4 << 20) + 1)
      let refused = try client.send("POST", "/crm/v3/objects/deals/search", body)
      #expect(refused.status == 413)
      let small = String(repeating: " ", count: 1 << 20) + "{}"
      #expect(try client.send("POST", "/crm/v3/objects/deals/search", small).status == 200)
    }
  }

  @Test func `Parameters arrive decoded`() throws {
    try withServer { client in
      let page = try client.get("/crm/v3/objects/contacts?limit=1&properties=city%2Czip")
      #expect(try page.results[0]["properties"]?.object?.names.contains("city") == true)
      #expect(Percent.decoded("a%20b+c%zz%C3%A9") == "a b c%zzé")
    }
  }

  @Test func `Stopping the server sets held connections free`() throws {
    var options = Options()
    options.limit = nil
    let server = try Server(Sandbox(options))
    let client = Client(port: server.port)
    try client.setFaults([["kind": "never_answer"]])
    let held = try Connection(port: server.port)
    held.write(Array("GET /crm/v3/owners HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
    server.stop()
    #expect(held.readAll(patienceMS: 20_000).isClosed)
  }

  @Test func `The command line is read, and what is wrong with it said`() throws {
    let options = try Options(arguments: [
      "--listen", "127.0.0.1:8080", "--records", "50", "--seed", "7", "--limit", "5/1s",
      "--search-limit", "off", "--token-ttl", "60", "--until-stdin-closes",
    ])
    #expect(options.port == 8080)
    #expect(options.records == 50)
    #expect(options.limit == RateLimit("5/1s"))
    #expect(options.searchLimit == nil)
    #expect(options.endsWithStdin)
    for wrong in [
      ["--records"], ["--records", "x"], ["--listen", "8080"], ["--limit", "5"], ["--nope"],
      ["--listen", ":80"], ["--seed", "-1"],
    ] {
      #expect(throws: Options.Refusal.self) { try Options(arguments: wrong) }
    }
  }

  @Test func `A port that is taken and an address that is none are refused`() throws {
    try withServer { client in
      var options = Options()
      options.port = client.port
      #expect(throws: Listener.Failure.self) { try Server(Sandbox(options)) }
      options.host = "nowhere"
      #expect(throws: Listener.Failure.self) { try Server(Sandbox(options)) }
    }
  }
}
