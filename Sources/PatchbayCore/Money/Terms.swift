internal import PatchbayCrypto
public import PatchbayJSON

/// What the use of a plugin costs, and how the partner's part is divided. All amounts are whole
/// micro-units of the currency: 1,000,000 are one unit.
public struct Terms: Sendable, Equatable {
  /// What is counted. The host counts; a plugin never does.
  public enum Meter: String, Sendable, CaseIterable {
    /// Different records of a pass, each time they are read.
    case recordsRead = "records_read"
    /// Records that are new, changed or deleted: each once for a commit. A change of `volatile`
    /// members alone, or of the order of members, is none; nor is what is only read again.
    case recordsChanged = "records_changed"
    /// Different records of a calendar month (UTC) that were new, changed or deleted in it.
    case activeRecords = "active_records"
    /// Records that a plugin made itself, not the host from a vendor's answer: different ones of a
    /// month that were new, changed or deleted in it. They count for none of the meters above.
    case recordsEmitted = "records_emitted"
    case recordsWritten = "records_written"
    case requests, bytes
    case tokensIn = "tokens_in"
    case tokensOut = "tokens_out"
    case tokensCached = "tokens_cached"
    case seconds
    /// A fixed fee for each month in which the plugin is connected.
    case months
  }

  /// How a quantity meets the steps of a price.
  public enum Kind: String, Sendable, CaseIterable {
    /// One price for all.
    case flat
    /// Each part of the quantity at the price of its own step.
    case graduated
    /// All of the quantity at the price of the step that it reaches.
    case volume
    /// Whole packages of `per` units; one that is begun is paid.
    case package
  }

  /// Up to how many units of a period a price holds; the last step has no end.
  public struct Step: Sendable, Equatable {
    public let upTo: Int64?
    public let micros: Int64
  }

  /// What a meter costs from a day on.
  public struct Price: Sendable, Equatable {
    /// The first day, as 2026-01-31; days begin at midnight UTC.
    public let from: String
    /// The first day of the price that follows it, or `nil`.
    public internal(set) var until: String?
    public let meter: Meter
    public let kind: Kind
    /// The micro-units of a step are for so many units.
    public let per: Int64
    /// Units of each month that cost nothing.
    public let free: Int64
    /// What a month costs at least, once there was any use.
    public let minimumMicros: Int64
    public let steps: [Step]
  }

  /// A party's share of the partner's part.
  public struct Share: Sendable, Equatable {
    public let party: String
    public let ppm: Int64

    public init(party: String, ppm: Int64) { (self.party, self.ppm) = (party, ppm) }
  }

  public let json: JSON
  /// ISO 4217.
  public let currency: String
  public let prices: [Price]
  public let shares: [Share]
  public let refundDays: Int64
  public let minimumPayoutMicros: Int64

  public var isFree: Bool { prices.isEmpty }

  /// The hash that charges name: SHA-256 of the terms as compact JSON, in hex.
  public var sha256: String { Hex.encode(Digest.sha256(json.bytes)) }

  /// Reads terms, from wherever they are: they must fit ``shape``.
  package init(_ json: JSON, in source: String) throws(Failure) {
    if let problem = Self.shape.problems(in: json).first {
      throw Failure(
        .config, "listing.terms", "the terms of \(source) cannot be: \(problem)",
        mend: "correct /terms in listing.json")
    }
    self.json = json
    currency = json["currency"]?.string ?? ""
    prices = Self.ended((json["prices"]?.array ?? []).map(Self.price))
    shares = (json["shares"]?.array ?? []).map {
      Share(party: $0["party"]?.string ?? "", ppm: $0["ppm"]?.integer ?? 0)
    }
    refundDays = json["refund_days"]?.integer ?? 0
    minimumPayoutMicros = json["minimum_payout_micros"]?.integer ?? 0
    if let problem = Self.problem(prices) ?? Self.problem(shares) {
      throw Failure(
        .config, "listing.terms", "the terms of \(source) do not add up: \(problem)",
        mend: "correct /terms in listing.json")
    }
  }

  private static func price(_ json: JSON) -> Price {
    Price(
      from: json["from"]?.string ?? "",
      meter: json["meter"]?.string.flatMap(Meter.init) ?? .months,
      kind: json["kind"]?.string.flatMap(Kind.init) ?? .flat, per: json["per"]?.integer ?? 1,
      free: json["free"]?.integer ?? 0, minimumMicros: json["minimum_micros"]?.integer ?? 0,
      steps: (json["steps"]?.array ?? []).map {
        Step(upTo: $0["up_to"]?.integer, micros: $0["micros"]?.integer ?? 0)
      })
  }

  /// Each price with the day on which another of its meter follows.
  private static func ended(_ prices: [Price]) -> [Price] {
    prices.map { price in
      var price = price
      price.until = prices.filter { $0.meter == price.meter && $0.from > price.from }
        .map(\.from).min()
      return price
    }
  }

  private static func problem(_ prices: [Price]) -> String? {
    for (index, price) in prices.enumerated() {
      let at = "/prices/\(index)"
      if let earlier = prices[..<index].last(where: { $0.meter == price.meter }),
        earlier.from >= price.from
      {
        return "\(at)/from is \(price.from), and an earlier price of \(price.meter.rawValue) is "
          + "from \(earlier.from): write them by their days"
      }
      if price.kind == .flat || price.kind == .package, price.steps.count != 1 {
        return "\(at) is \(price.kind.rawValue), which has one step, and has \(price.steps.count)"
      }
      var last: Int64 = 0
      for (number, step) in price.steps.enumerated() {
        let isLast = number == price.steps.count - 1
        if isLast != (step.upTo == nil) {
          return "\(at)/steps/\(number): every step but the last says where it ends (up_to)"
        }
        if let end = step.upTo, end <= last {
          return "\(at)/steps/\(number)/up_to is \(end), which is not above \(last)"
        }
        last = step.upTo ?? last
      }
    }
    return nil
  }

  private static func problem(_ shares: [Share]) -> String? {
    let sum = shares.map(\.ppm).reduce(0, +)
    if sum != 1_000_000 {
      return "/shares are \(sum) parts per million together, and must be 1000000"
    }
    let names = Set(shares.map(\.party))
    return names.count == shares.count ? nil : "/shares name a party twice"
  }

  /// The price of a meter that holds on a day, such as 2026-01-31; `nil` where it costs nothing.
  public func price(of meter: Meter, on day: String) -> Price? {
    prices.last { $0.meter == meter && $0.from <= day }
  }
}

extension Terms {
  /// A name in the books: what looks the same is the same.
  package static let partyName = Shape.text(
    .init(length: 1...100, form: "a name of ASCII letters, digits and signs, without control codes")
    {
      $0.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } && $0.first != " " && $0.last != " "
    })

  /// A day, as 2026-01-31.
  package static let day = Shape.text(
    .init(length: 10...10, form: "a day as in 2026-01-31") {
      $0.utf8.count == 10 && Time.parse($0 + "T00:00:00Z") != nil
    })

  private static let micros = Shape.integer(0...1_000_000_000_000_000)
  private static let units = Shape.integer(0...1_000_000_000_000_000)

  package static let currency = Shape.text(
    .init(length: 3...3, form: "a currency's code (ISO 4217), such as EUR") {
      $0.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    })

  /// What terms must look like.
  package static let shape = Shape.object([
    .required("currency", currency),
    .required(
      "prices",
      .list(
        of: .object([
          .required("from", day, "the first day on which it holds"),
          .required("meter", .text(.init(choices: Meter.allCases.map(\.rawValue)))),
          .required("kind", .text(.init(choices: Kind.allCases.map(\.rawValue)))),
          .optional("per", .integer(1...1_000_000_000_000), "units that a step's price is for"),
          .optional("free", units, "units of each month that cost nothing"),
          .optional("minimum_micros", micros, "what a month with any use costs at least"),
          .required(
            "steps",
            .list(
              of: .object([
                .optional("up_to", .integer(1...1_000_000_000_000_000)),
                .required("micros", micros, "millionths of a unit of the currency"),
              ]), count: 1...20)),
        ]), count: 0...100), "none: it costs nothing"),
    .required(
      "shares",
      .list(
        of: .object([
          .required("party", partyName),
          .required("ppm", .integer(0...1_000_000), "parts per million"),
        ]), count: 1...20), "how the partner's part is divided"),
    .optional("refund_days", .integer(0...365)),
    .optional("minimum_payout_micros", micros),
  ])
}
