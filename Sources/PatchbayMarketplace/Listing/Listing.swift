package import PatchbayCore
internal import PatchbayCrypto
package import PatchbayHost
package import PatchbayJSON

/// What a publisher says of a plugin beside what is in its file: `listing.json`.
package struct Listing: Sendable {
  package static let fileName = "listing.json"
  package static let sizeLimit = 256 << 10

  package let json: JSON
  /// NAMESPACE/ID. The namespace is the publisher's, the rest is the plugin's id.
  package let name: String
  package let namespace: String
  package let id: String
  package let terms: Terms
  package let hostRange: HostRange

  /// Reads a listing; the failure names every member that does not fit.
  package init(reading bytes: [UInt8], from source: String) throws(Failure) {
    guard bytes.count <= Self.sizeLimit else {
      throw Failure(.config, "listing.size", "the listing of \(source) is larger than 256 KiB")
    }
    let json: JSON
    do {
      json = try JSON(reading: bytes)
    } catch {
      throw Failure(
        .config, "listing.json", "the listing of \(source) cannot be read: \(error)",
        mend: "correct listing.json")
    }
    let problems = Self.shape.problems(in: json)
    if !problems.isEmpty {
      throw Failure(
        .config, "listing.shape",
        "the listing of \(source) does not fit: "
          + problems.map(\.description).joined(separator: "; "),
        mend: "correct listing.json; its schema is listing.schema.json")
    }
    self.json = json
    name = json["name"]?.string ?? ""
    let parts = name.split(separator: "/").map(String.init)
    (namespace, id) = (parts.first ?? "", parts.last ?? "")
    terms = try Terms(json["terms"] ?? .null, in: source)
    guard let range = json["compatibility"]?["host"]?.string.flatMap(HostRange.init) else {
      throw Failure(.bug, "listing.shape", "the listing of \(source) lost its range of hosts")
    }
    hostRange = range
  }

  /// The listing of another plugin is no listing of this one.
  package func check(against manifest: Manifest) throws(Failure) {
    let pairs = [
      ("name", id, "id", manifest.id), ("name", namespace, "publisher", manifest.publisher),
    ]
    for (mine, value, theirs, wanted) in pairs where value != wanted {
      throw Failure(
        .config, "listing.plugin",
        "the listing's \(mine) (\(name)) does not fit the plugin's \(theirs), “\(wanted)”",
        mend: "write \(manifest.publisher)/\(manifest.id) in listing.json, or correct plugin.json")
    }
  }
}

extension Listing {
  static let name = Shape.text(
    .init(length: 5...200, form: "NAMESPACE/ID, both as plugin.json has publisher and id") {
      let parts = $0.split(separator: "/", omittingEmptySubsequences: false)
      return parts.count == 2
        && parts.allSatisfy { Manifest.idShape.problems(in: .string(String($0))).isEmpty }
    })

  static let uuid = Shape.text(
    .init(length: 36...36, form: "a UUID in lower case") { text in
      let lengths = text.split(separator: "-", omittingEmptySubsequences: false).map(\.utf8.count)
      return lengths == [8, 4, 4, 4, 12]
        && text.utf8.allSatisfy {
          (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) || $0 == UInt8(ascii: "-")
        }
    })

  /// A new UUID (RFC 9562, version 4).
  package static func freshUUID() -> String {
    var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    let digits = Hex.encode(bytes)
    var parts: [Substring] = []
    var rest = digits[...]
    for length in [8, 4, 4, 4, 12] {
      parts.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    return parts.joined(separator: "-")
  }

  static let range = Shape.text(
    .init(length: 2...200, form: "versions of Patchbay, such as >=0.1.0 <2.0.0") {
      HostRange($0) != nil
    })

  static let prose = Shape.text(.init(length: 1...20_000))

  /// The members that a listing and a signed release have alike.
  static let alike: [Shape.Member] = [
    .optional("$schema", .text(.init(length: 1...2000))),
    .required("name", name), .required("uuid", uuid, "the plugin's for ever, whatever its name"),
    .required("license", Manifest.line, "an SPDX expression, or LicenseRef-…"),
    .optional("homepage", Manifest.httpsURL),
    .optional("icon", .choice("icon.svg", "icon.png"), "a file of the pack"),
    .optional("categories", .list(of: Manifest.word(2...40), count: 0...10)),
    .required("terms", Terms.shape),
    .optional("notes", prose, "what is new in this version"),
    .optional(
      "breaking",
      .list(
        of: .object([
          .required("change", prose),
          .required("deadline", Terms.day, "the day from which the old way stops working"),
        ]), count: 0...50), "what users must see to"),
    .optional(
      "deprecation",
      .object([
        .required("reason", Manifest.line), .optional("replacement", name),
        .optional("end", Terms.day, "the day on which it ends"),
      ])),
  ]

  /// What a listing.json must look like.
  package static let shape = Shape.object(
    [
      .required("listing", .integer(1...1), "version of this format"),
      .required("compatibility", .object([.required("host", range)])),
      .optional(
        "permissions",
        .object([
          .optional("memory_mb", .integer(16...4096), "MiB that its worker may take; default 512"),
          .optional(
            "step_ms", .integer(100...60_000), "milliseconds that a step may take; default 10000"),
        ]), "hosts and secrets are those of plugin.json"),
    ] + alike)
}
