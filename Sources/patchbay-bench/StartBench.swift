internal import PatchbayCore

/// A start with many known plugins, beside one with a single plugin. The index of the registry is
/// what makes them alike.
enum StartBench {
  private static let count = 100

  static func run(_ setup: Setup) throws -> [Finding] {
    let bytes = try FileBytes.read(setup.connector, limit: 64 << 20)
    let (one, many) = (try setup.makeFolder("one"), try setup.makeFolder("many"))
    try FileBytes.replace("\(one)/0.so", with: bytes)
    let id = Array("\"id\": \"bookshop\"".utf8)
    let at = try place(of: id, in: bytes)
    for number in 0..<count {
      var other = bytes
      let name = Array("\"id\": \"shop-\(100 + number)\"".utf8)
      other.replaceSubrange(at..<(at + id.count), with: name)
      try FileBytes.replace("\(many)/\(number).so", with: other)
    }
    func command(_ plugins: String) -> [String] {
      [
        setup.patchbay, "--data", "\(plugins)/data", "--plugins", plugins, "plugin", "list",
        "--json",
      ]
    }
    // The first start makes the index.
    let first = try Child.run(command(many)).seconds
    _ = try Child.run(command(one))
    let (with, without) = try Measure.inTurn(
      rounds: 10, { try Child.run(command(many)).seconds }, { try Child.run(command(one)).seconds })
    return [
      Finding(
        name: "start: 100 known plugins, beside one", ours: Measure.milliseconds(with),
        limit: Measure.milliseconds(without), ratio: with / without, wanted: .atMost(2),
        note: "first start, all new: \(Measure.milliseconds(first))")
    ]
  }

  /// Where the connector's file holds its id.
  static func place(of id: [UInt8], in bytes: [UInt8]) throws(Failure) -> Int {
    let first = bytes.indices.dropLast(id.count).first { index in
      bytes[index] == id[0] && bytes[index..<(index + id.count)].elementsEqual(id)
    }
    guard let first else {
      throw Failure(.config, "bench.plugin", "the connector holds no manifest", mend: "make build")
    }
    return first
  }
}
