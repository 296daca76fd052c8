internal import PatchbayCore
internal import PatchbayJSON

/// A response with `results`: the shape that faults bend.
struct ResultPage: Sendable {
  var status = 200
  /// Members in front of the results.
  var head: [JSONObject.Member] = []
  var total: Int?
  var records: [[UInt8]] = []
  /// The cursor of the page that follows, if one does.
  var next: String?
  /// The address of the next page but for its cursor, where the API gives one.
  var link: String?
  /// Members behind the results.
  var tail: [JSONObject.Member] = []

  func reply() -> Reply {
    var output: [UInt8] = []
    output.reserveCapacity(records.reduce(256) { $0 + $1.count + 1 })
    output.append(UInt8(ascii: "{"))
    for member in head { Self.write(member, into: &output) }
    if let total { Self.write(.init("total", .integer(Int64(total))), into: &output) }
    output.append(contentsOf: "\"results\":[".utf8)
    for (position, record) in records.enumerated() {
      if position > 0 { output.append(UInt8(ascii: ",")) }
      output.append(contentsOf: record)
    }
    output.append(UInt8(ascii: "]"))
    var members = tail
    if let next {
      var following = JSONObject([.init("after", .string(next))])
      if let link { following["link"] = .string(link + percentEncoded(next)) }
      members.append(.init("paging", ["next": .object(following)]))
    }
    for member in members {
      output.append(UInt8(ascii: ","))
      JSON.write(member.name, into: &output)
      output.append(UInt8(ascii: ":"))
      member.value.write(into: &output)
    }
    output.append(UInt8(ascii: "}"))
    return Reply(status, output)
  }

  private static func write(_ member: JSONObject.Member, into output: inout [UInt8]) {
    JSON.write(member.name, into: &output)
    output.append(UInt8(ascii: ":"))
    member.value.write(into: &output)
    output.append(UInt8(ascii: ","))
  }
}
