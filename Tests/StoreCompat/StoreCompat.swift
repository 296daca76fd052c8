package import PatchbayStore
package import PatchbayCore
import Testing

/// What every engine of the store does, pinned through the protocols of PatchbayStore alone. An
/// engine's tests say how to make one, and run ``checks`` on it:
///
///     static let compat = StoreCompat { try await MyEngine.empty() }
///
///     @Test(arguments: StoreCompat.checks) func `…`(check: StoreCompat.Check) async throws {
///       try await Self.compat.run(check)
///     }
package struct StoreCompat: Sendable {
  /// An engine with nothing in it yet.
  package struct Engine: Sendable {
    let hub: any OrganisationStore
    let leases: any LeaseStore
    let open: @Sendable (Organisation) async throws -> any Store

    /// `open` is called several times for one organisation: each gives what another process would
    /// have.
    package init(
      hub: any OrganisationStore, leases: any LeaseStore,
      open: @escaping @Sendable (Organisation) async throws -> any Store
    ) {
      (self.hub, self.leases, self.open) = (hub, leases, open)
    }
  }

  /// One behaviour.
  package struct Check: Sendable, CustomTestStringConvertible {
    let name: String
    let body: @Sendable (Shelf) async throws -> Void

    init(_ name: String, _ body: @escaping @Sendable (Shelf) async throws -> Void) {
      (self.name, self.body) = (name, body)
    }

    package var testDescription: String { name }
  }

  package static let checks: [Check] =
    Check.connections + Check.secrets + Check.keys + Check.streams + Check.passes + Check.columns
    + Check.commits + Check.records + Check.deadLetters + Check.runs + Check.usage + Check.trust
    + Check.audit + Check.queries + Check.claims + Check.blobs + Check.organisations + Check.leases
    + Check.models

  private let make: @Sendable () async throws -> Engine

  /// Each check has an engine of its own.
  package init(make: @escaping @Sendable () async throws -> Engine) { self.make = make }

  package func run(_ check: Check) async throws { try await check.body(Shelf(make())) }
}
