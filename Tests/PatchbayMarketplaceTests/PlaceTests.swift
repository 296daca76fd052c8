import PatchbayCore
import Testing

@testable import PatchbayMarketplace

@Suite struct MarketPlaceTests {
  @Test(arguments: [
    "http://market.example", "http://10.0.0.1/m", "http://localhost.example",
    "http://127.evil.test", "http://user@127.0.0.1", "http://127.0.0.1@market.example",
    "http://127.0.0.1.market.example",
    "HTTP://market.example", "http://[::ffff:127.0.0.1]", "http://", "http:///x",
  ])
  func `A marketplace over plain HTTP is refused`(address: String) throws {
    let failure = try #require(throws: Failure.self) { try MarketPlace(address) }
    #expect(failure.code == "usage.market" && failure.mend.contains("https://"))
  }

  @Test(arguments: [
    "https://market.example", "http://127.0.0.1:8080", "http://localhost", "http://[::1]:80/m",
    "http://market.localhost/m",
  ])
  func `An encrypted one is taken, and one on this machine`(address: String) throws {
    #expect(try MarketPlace(address + "/").address == address)
  }
}
