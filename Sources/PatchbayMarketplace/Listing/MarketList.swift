internal import PatchbayCore
internal import PatchbayJSON

/// The lists that the registry signs, by their paths.
enum MarketList {
  case policy, catalogue, bin, revocations, head

  /// Lists that every marketplace has.
  static let needed = [Policy.path, Catalogue.path, Revocations.path]

  init?(_ path: String) {
    switch path {
    case Policy.path: self = .policy
    case Catalogue.path: self = .catalogue
    case Revocations.path: self = .revocations
    case LogHead.path: self = .head
    case _ where Catalogue.isBin(path): self = .bin
    default: return nil
    }
  }

  var sizeLimit: Int {
    switch self {
    case .policy: Policy.sizeLimit
    case .catalogue, .bin: Catalogue.sizeLimit
    case .revocations: Revocations.sizeLimit
    case .head: LogHead.sizeLimit
    }
  }

  /// Throws where it could not be used.
  func check(_ bytes: [UInt8]) throws(Failure) {
    if case .head = self {
      _ = try LogHead(reading: bytes, from: LogHead.path)
      return
    }
    let json = try Self.json(bytes, "\(self)")
    switch self {
    case .policy: _ = try Policy(json)
    case .catalogue: if try Catalogue.digits(in: json) == 0 { _ = try Catalogue(json) }
    case .bin: _ = try Catalogue(json)
    case .revocations: _ = try Revocations(json)
    case .head: break
    }
  }

  static func json(_ bytes: [UInt8], _ name: String) throws(Failure) -> JSON {
    do {
      return try JSON(reading: bytes)
    } catch {
      throw Failure(
        .config, "market.list", "the marketplace's \(name) is no JSON: \(error)",
        mend: "tell the marketplace")
    }
  }
}
