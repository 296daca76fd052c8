public import PatchbayJSON

/// By what the use of an installed plugin is charged: what its publisher and the registry signed.
public struct CommercialTerms: Sendable, Equatable {
  /// NAMESPACE/ID.
  public let plugin: String
  public let version: String
  public let kind: String
  /// SHA-256 of the plugin's file.
  public let library: String
  public let terms: Terms
  /// The platform's part, in parts per million.
  public let platformPPM: Int64

  public init(
    plugin: String, version: String, kind: String, library: String, terms: Terms,
    platformPPM: Int64
  ) {
    (self.plugin, self.version, self.kind) = (plugin, version, kind)
    (self.library, self.terms, self.platformPPM) = (library, terms, platformPPM)
  }
}

/// A use of a plugin, counted by the hub in the transaction of the work itself.
public struct UsageEvent: Sendable, Equatable {
  /// Of what happened (run, stream, commit): there is one event for each.
  public var key: String
  public var atMS: Int64
  /// Who is charged: a connection, for as long as there are no organisations.
  public var customer: String
  public var plugin: String
  public var version: String
  public var library: String
  /// The hash of the terms that held; empty for a plugin without any.
  public var terms: String
  public var meter: Terms.Meter
  public var quantity: Int64

  public init(
    key: String, atMS: Int64, customer: String, plugin: String, version: String,
    library: String, terms: String, meter: Terms.Meter, quantity: Int64
  ) {
    (self.key, self.atMS, self.customer, self.plugin) = (key, atMS, customer, plugin)
    (self.version, self.library, self.terms) = (version, library, terms)
    (self.meter, self.quantity) = (meter, quantity)
  }

  /// All that another event of the same key must say, too.
  public var json: JSON {
    [
      "key": .string(key), "at_ms": .integer(atMS), "customer": .string(customer),
      "plugin": .string(plugin), "version": .string(version), "library": .string(library),
      "terms": .string(terms), "meter": .string(meter.rawValue), "quantity": .integer(quantity),
    ]
  }
}
