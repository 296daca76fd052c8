internal import PatchbayCore
package import PatchbayHost
internal import PatchbayJSON

/// A setting that every connection has, whatever its plugin.
package struct HostSetting: Sendable {
  package let name: String
  package let kind: Manifest.Setting.Kind
  package let about: String
  /// What a number may be.
  let range: ClosedRange<Double>?
  let isWhole: Bool

  private init(
    _ name: String, _ kind: Manifest.Setting.Kind, _ about: String,
    in range: ClosedRange<Double>? = nil, isWhole: Bool = false
  ) {
    self.name = name
    self.kind = kind
    self.about = about
    self.range = range
    self.isWhole = isWhole
  }

  package static let all = [
    HostSetting(
      "base_url", .text, "where the vendor's API is, if not where the manifest says"),
    HostSetting("rate_limit", .text, "requests per time, as in 20/s or 110/10s; off for none"),
    HostSetting(
      "rate_burst", .number, "requests at once on top of rate_limit", in: 0...10_000,
      isWhole: true),
    HostSetting(
      "request_timeout", .number, "seconds for one whole answer (120)", in: 0.1...86_400),
    HostSetting(
      "stall_timeout", .number,
      "seconds without a byte after which a request is sent again (30)", in: 0.1...3_600),
    HostSetting(
      "max_attempts", .number, "how often a request is sent before it fails (8)", in: 1...100,
      isWhole: true),
    HostSetting(
      "outage_seconds", .number,
      "seconds for which it is tried to reach the host before all fails (60)", in: 1...86_400),
    HostSetting(
      "max_requests", .number, "requests that a plugin may ask for in one run (1000000)",
      in: 1...1_000_000_000, isWhole: true),
    HostSetting(
      "deletion_guard_records", .number,
      "more records than this are not marked as deleted without --accept-deletions, if they are "
        + "also more than deletion_guard_percent (100)", in: 0...1_000_000_000, isWhole: true),
    HostSetting(
      "deletion_guard_percent", .number,
      "part of a stream that is marked as deleted without --accept-deletions; 100 for all (30)",
      in: 0...100, isWhole: true),
    HostSetting(
      "deleted_retention_days", .number,
      "days after which deleted records are removed for good; left out: never", in: 0...36_500,
      isWhole: true),
    HostSetting(
      "ca", .text,
      "certificates (PEM) of the authorities to believe instead of the system's"),
    HostSetting(
      "allow_private", .flag,
      "whether the plugin's hosts may be on a private network (false)"),
  ]

  /// Checks a value of this setting, from wherever it came.
  func check(_ value: JSON) throws(Failure) {
    switch kind {
    case .text: if value.string != nil { return }
    case .flag: if value.bool != nil { return }
    case .list: if value.array != nil { return }
    case .json: return
    case .number:
      guard let range else { return }
      if let number = value.double, range.contains(number), !isWhole || value.integer != nil {
        return
      }
    }
    throw Failure(
      .config, "connection.setting", "the setting “\(name)” is \(value.text); it takes \(wanted)",
      mend: "write --set \(name)=…  (\(about))")
  }

  private var wanted: String {
    switch kind {
    case .text: return "a text"
    case .flag: return "true or false"
    case .list: return "a list"
    case .json: return "any value"
    case .number:
      guard let range else { return "a number" }
      let whole = isWhole ? "a whole number" : "a number"
      return "\(whole) from \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound))"
    }
  }

  private static func text(_ bound: Double) -> String {
    bound == bound.rounded() ? String(Int64(bound)) : String(bound)
  }
}
