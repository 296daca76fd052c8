import Seeded
import PatchbayCore
import PatchbayJSON
import Testing

/// Pages that chance has made, whole and broken.
@Suite struct CutFuzzTests {
  private struct Sample {
    var text: String
    var plan: ExtractPlan
    var ids: [String]
  }

  private func sample(_ draw: inout Draw) -> Sample {
    var plan = plan(draw.pick(["", "/results", "/a/b"]))
    // A key with U+0000 takes its record with it.
    let ids = (0..<draw.below(12)).map { _ in
      draw.text().replacing("\u{0}", with: "o") + String(draw.below(1000))
    }
    let isMap = draw.below(4) == 0
    let isItem = draw.below(3) == 0
    if isItem { plan.item = "/node" }
    if draw.below(2) == 0 { plan.cursor = "/c" }
    if draw.below(2) == 0 { plan.keep = ["/id", "/c"] }
    var elements: [JSON] = ids.map { id in
      var record = JSONObject([.init("id", .string(id))])
      if draw.below(2) == 0 { record["c"] = draw.json(depth: 1) }
      record["x"] = draw.json(depth: 3)
      return isItem ? ["node": .object(record), "y": draw.json(depth: 1)] : .object(record)
    }
    if isMap {
      plan.isMap = true
      let members = elements.enumerated().map { JSONObject.Member("m\($0)\"", $1) }
      elements = [.object(JSONObject(members))]
    }
    var root: JSON = isMap ? elements[0] : .array(elements)
    for name in plan.records.split(separator: "/").reversed() {
      root = ["first": draw.json(depth: 1), "last": draw.json(depth: 2)]
      let inner: JSON = isMap ? elements[0] : .array(elements)
      guard case .object(var object) = root else { continue }
      object[String(name)] = name == "a" ? ["b": inner] : inner
      root = .object(object)
    }
    return Sample(text: draw.below(2) == 0 ? root.text : root.prettyText, plan: plan, ids: ids)
  }

  @Test(arguments: seeds)
  func `A sound page gives every record, in order, as it stands`(seed: UInt64) throws {
    var draw = Draw(seed)
    for round in 0..<150 {
      let sample = sample(&draw)
      let cut = page(sample.text, sample.plan)
      #expect(cut.fault == nil, "seed \(seed), round \(round): \(sample.text)")
      #expect(cut.keys == sample.ids, "seed \(seed), round \(round): \(sample.text)")
      for row in cut.rows {
        #expect(try JSON(reading: row.raw)["id"] == .string(row.key), "seed \(seed): \(row)")
      }
      #expect(
        try JSON(reading: cut.kept).array?.count ?? 0
          == (sample.plan.keep.isEmpty ? 0 : sample.ids.count), "seed \(seed), round \(round)")
      _ = try JSON(reading: cut.residue)
    }
  }

  @Test(arguments: seeds)
  func `A page cut short is a fault at every length`(seed: UInt64) {
    var draw = Draw(seed)
    for round in 0..<Scale.count(quick: 1, nightly: 8) {
      let sample = sample(&draw)
      let bytes = Array(sample.text.utf8)
      for size in 0..<bytes.count {
        let cut = CutPage(ByteBuffer(bytes[..<size]), plan: sample.plan)
        let isWhole = (try? JSON(reading: bytes[..<size])) != nil
        #expect(
          cut.fault != nil || isWhole,
          "seed \(seed), round \(round): \(size) bytes of \(sample.text)")
        #expect(cut.fault == nil || cut.count == 0, "seed \(seed), round \(round), \(size)")
      }
    }
  }

  @Test(arguments: seeds)
  func `A broken page never crashes, lies about nothing, and yields sound records`(seed: UInt64) {
    var draw = Draw(seed)
    for round in 0..<Scale.count(quick: 300, nightly: 1200) {
      let sample = sample(&draw)
      var bytes = Array(sample.text.utf8)
      for _ in 0...draw.below(3) where !bytes.isEmpty {
        let at = draw.below(bytes.count)
        switch draw.below(4) {
        case 0: bytes[at] = UInt8(draw.below(256))
        case 1: bytes.remove(at: at)
        case 2: bytes.insert(draw.pick(Array("{}[],:\"\\0eu\n x".utf8)), at: at)
        default: bytes.removeSubrange(at..<min(bytes.count, at + draw.below(30)))
        }
      }
      check(bytes, sample.plan, "seed \(seed), round \(round)")
    }
  }

  private func check(_ bytes: [UInt8], _ plan: ExtractPlan, _ place: String) {
    let cut = CutPage(ByteBuffer(bytes), plan: plan)
    let text = String(decoding: bytes, as: UTF8.self)
    for row in cut.live {
      #expect(Self.isSound(Array(row.raw.utf8)), "\(place): \(row.raw) of \(text)")
    }
    if cut.fault != nil {
      #expect(cut.count == 0, "\(place): \(text)")
      return
    }
    #expect(Self.isSound(cut.residue), "\(place): residue of \(text)")
    #expect(Self.isSound(cut.kept), "\(place): kept of \(text)")
    if !Self.isSound(bytes) {
      #expect(cut.deadCount > 0, "\(place): broken, yet nothing is said: \(text)")
    }
  }

  @Test(arguments: seeds)
  func `Broken lists inside elements leave a sound page around them`(seed: UInt64) throws {
    var draw = Draw(seed)
    var plan = plan("/r", keys: ["/id"])
    plan.each = "/to"
    for round in 0..<100 {
      let elements = (0..<draw.below(5)).map { number -> JSON in
        let parts = (0..<draw.below(4)).map { part -> JSON in
          ["id": .string("\(number).\(part)"), "x": draw.json(depth: 2)]
        }
        return ["n": draw.json(depth: 2), "to": .array(parts), "next": .integer(Int64(number))]
      }
      let root: JSON = ["first": draw.json(depth: 1), "r": .array(elements), "last": 1]
      let cut = page(draw.below(2) == 0 ? root.text : root.prettyText, plan)
      let left = try JSON(reading: cut.residue)
      #expect(left["first"] == root["first"] && left["last"] == 1, "seed \(seed), round \(round)")
      for (element, rest) in zip(elements, left["r"]?.array ?? []) {
        #expect(rest["n"] == element["n"] && rest["next"] == element["next"] && rest["to"] == [])
      }
      var bytes = Array(root.text.utf8)
      for _ in 0...draw.below(3) {
        bytes[draw.below(bytes.count)] = draw.pick(Array("{}[],:\"\\0eu\n x".utf8))
      }
      check(bytes, plan, "seed \(seed), round \(round)")
    }
  }

  /// JSON, whether or not a member stands twice.
  private static func isSound(_ bytes: [UInt8]) -> Bool {
    do {
      _ = try JSON(reading: bytes)
      return true
    } catch { return error.reason == .duplicate }
  }

  @Test(arguments: seeds)
  func `Broken lines leave the other lines alone`(seed: UInt64) {
    var draw = Draw(seed)
    var plan = plan("")
    plan.format = .ndjson
    for round in 0..<200 {
      var lines: [(bytes: [UInt8], isBroken: Bool)] = []
      for id in 0..<(1 + draw.below(8)) {
        var bytes = (["id": .integer(Int64(id)), "x": draw.json(depth: 3)] as JSON).bytes
        let isBroken = draw.below(4) == 0
        if isBroken { bytes.remove(at: draw.pick([0, bytes.count - 1])) }
        lines.append((bytes, isBroken))
      }
      let cut = CutPage(
        ByteBuffer(Array(lines.map(\.bytes).joined(separator: [0x0A]))), plan: plan)
      let wanted = lines.indices.filter { !lines[$0].isBroken }.map(String.init)
      #expect(cut.keys == wanted, "seed \(seed), round \(round)")
      #expect(cut.deadCount == lines.count - wanted.count, "seed \(seed), round \(round)")
    }
  }
}
