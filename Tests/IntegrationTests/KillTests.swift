import Foundation
import Glibc
import Seeded
import Testing

@Suite("Ending a process without warning")
struct KillTests {
  /// Kills runs at random moments until one is complete. Returns how many were killed.
  private func syncUnderFire(_ place: Workplace, kills: Int, seed: UInt64, _ more: [String] = [])
    throws -> Int
  {
    var random = Draw(seed)
    var killed = 0
    while true {
      let run = try Program(
        "patchbay", ["--data", place.data, "sync", "run", "crm", "-s", "contacts", "-q"] + more)
      if killed < kills {
        // How much work is done before the end decides where it strikes, not a clock: the vendor
        // has answered so many more requests.
        let target = try place.requests() + Int.random(in: 1...12, using: &random)
        while run.isRunning, try place.requests() < target {}
        run.kill()
      }
      let result = run.wait()
      if result.exitCode == 0 { return killed }
      try #require(result.exitCode == -1, "\(result.errors)")
      killed += 1
    }
  }

  @Test("many kills in the midst of a sync lose nothing, and fetch few pages twice")
  func kills() throws {
    let kills = Scale.count(quick: 6, nightly: 20)
    // Enough pages for every kill to strike, also where it comes late.
    let place = try Workplace(records: kills * 3000)
    try place.connect()
    let seed = Scale.fresh
    let killed = try syncUnderFire(place, kills: kills, seed: seed)
    #expect(killed == kills, "a run ended before it was killed (seed \(seed))")
    try place.expectEqual("contacts", "seed \(seed)")
    let pages = try #require(try place.stats()["pages"] as? [String: [String: Int]])
    let twice = (pages["contacts"] ?? [:]).values.reduce(0) { $0 + $1 - 1 }
    // The page under way, and those that waited to be stored.
    #expect(
      twice <= killed * 3, "\(twice) pages fetched again after \(killed) kills (seed \(seed))")
  }

  @Test("kills in the midst of a sweep leave no record marked wrongly")
  func killsInSweep() throws {
    let place = try Workplace(records: 30_000)
    try place.connect()
    #expect(try place.sync("contacts").exitCode == 0)
    var struck = 0
    for round in 1...3 {
      _ = try place.post("/_sandbox/mutate", ["type": "contacts", "delete": 2_000, "seed": round])
      let run = try Program(
        "patchbay", ["--data", place.data, "sync", "run", "crm", "-s", "contacts", "--full", "-q"])
      // A sweep says after every few thousand rows how far it is.
      let peek = try Peek(place.data + "/data.db")
      while run.isRunning, peek.number("SELECT max(sweep_at) FROM streams") < round * 5_000 {}
      run.kill()
      _ = run.wait()
      if peek.number("SELECT count(*) FROM streams WHERE phase = 'sweeping'") == 1 { struck += 1 }
      let healed = try place.sync("contacts")
      #expect(healed.exitCode == 0, "\(healed.message)")
      try place.expectEqual("contacts", "round \(round)")
    }
    #expect(struck >= 2, "the kills came too late")
  }
}

extension Workplace {
  /// How many requests the vendor has answered.
  func requests() throws -> Int { try stats()["total"] as? Int ?? 0 }
}
