internal import PatchbayCore
internal import PatchbayJSON

extension Shape {
  /// Throws `tuf.shape` with all that is wrong.
  func check(_ json: JSON, _ name: String) throws(Failure) {
    let problems = problems(in: json)
    if problems.isEmpty { return }
    throw Failure(
      .data, "tuf.shape",
      "\(name) is not as it should be: \(problems.map(\.description).joined(separator: "; "))",
      mend: "tell the owner of the repository: its tools write what clients cannot read")
  }

  /// Hashes by the names of their algorithms.
  static let hashes = Shape.map(of: .text(.init(length: 0...1024)))
  static let threshold = Shape.integer(1...1024)
  static let keyIDs = Shape.list(of: .text(.init(length: 1...1024)), count: 0...1024)
}

/// What all metadata begins with.
struct MetadataHead {
  var version: Int
  var expiresMS: Int64

  static let members: [Shape.Member] = [
    .required(
      "spec_version",
      .text(
        .init(form: "a version 1 of the specification") { $0.split(separator: ".").first == "1" })
    ),
    .required("version", .integer(1...Int64.max - 1)),
    .required(
      "expires",
      .text(.init(form: "a date-time in UTC") { $0.utf8.last == 0x5A && Time.parse($0) != nil })),
  ]

  /// Throws `tuf.type` for another type, `tuf.shape` where something else is wrong.
  init(_ signed: JSON, type: String, _ members: [Shape.Member]) throws(Failure) {
    let found = signed["_type"]?.string ?? ""
    guard found == type else {
      throw Failure(
        .data, "tuf.type",
        "this should be \(type) metadata, but says that it is “\(found.prefix(60))”",
        mend: "tell the owner of the repository, or use another mirror")
    }
    try Shape.object(Self.members + members, isOpen: true).check(signed, "\(type) metadata")
    version = Int(signed["version"]?.integer ?? 0)
    let expires = signed["expires"]?.string.flatMap { Time.parse($0) } ?? 0
    // As it is written: in whole seconds, of the years that have names.
    expiresMS = Time.clamped(expires - (expires % 1000 + 1000) % 1000)
  }

  init(version: Int, expiresMS: Int64) {
    self.version = version
    self.expiresMS = expiresMS
  }

  /// The metadata as it is signed; a point in time is cut to whole seconds.
  func json(type: String, _ members: [JSONObject.Member]) -> JSON {
    // `2026-01-31T09:30:00.000Z`
    let expires = Time.format(expiresMS).prefix(19) + "Z"
    return .object(
      JSONObject(
        [
          .init("_type", .string(type)), .init("spec_version", "1.0.31"),
          .init("version", .integer(Int64(version))), .init("expires", .string(String(expires))),
        ] + members))
  }
}

extension Dictionary where Key == String {
  /// The value under the very bytes of a name. Texts that only look alike (é in one code point or
  /// in two) are equal to Swift, and different files to everybody else.
  func exact(_ name: String) -> Value? {
    guard let index = index(forKey: name), keys[index].utf8.elementsEqual(name.utf8) else {
      return nil
    }
    return self[index].value
  }

  /// Members sorted by name, so that what is written twice is the same.
  var sortedByName: [(key: String, value: Value)] {
    sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
  }
}
