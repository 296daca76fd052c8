internal import PatchbayCore
internal import PatchbayJSON

/// A user who owns records. Owners are the same for every seed.
enum Owner {
  static let count = 34
  /// The last few have left the company.
  static let archivedFrom = 31

  static func id(_ index: Int) -> Int64 { 50_001 + Int64(index) * 7 }

  static func json(_ index: Int) -> JSON {
    var draw = Draw(Noise.mix(UInt64(index)))
    let first = draw.pick(Words.firstNames)
    let last = draw.pick(Words.lastNames)
    let createdMS = 1_600_000_000_000 + Int64(index) * 86_400_000
    var object = JSONObject([
      .init("id", .string(String(id(index)))), .init("email", .string("owner\(index)@hub.example")),
      .init("type", "PERSON"), .init("firstName", .string(first)),
      .init("lastName", .string(last)), .init("userId", .integer(7001 + Int64(index))),
      .init("userIdIncludingInactive", .integer(7001 + Int64(index))),
      .init("createdAt", .string(Time.format(createdMS))),
      .init("updatedAt", .string(Time.format(createdMS + 3_600_000))),
      .init("archived", .bool(index >= archivedFrom)),
    ])
    if index % 3 == 0 {
      object["teams"] = [["id": "91", "name": "Vertrieb “Süd”", "primary": true]]
    }
    return .object(object)
  }
}
