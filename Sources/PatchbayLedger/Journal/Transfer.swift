internal import PatchbayCore
internal import PatchbayCrypto
package import PatchbayJSON

/// The name of a transfer: 128 bits, of which the first 48 are the time, so that later ones sort
/// behind earlier ones.
package struct TransferID: Sendable, Hashable, CustomStringConvertible {
  let bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// Of a time in milliseconds and a number that no other of that time has.
  init(atMS: Int64, _ number: UInt64) {
    bytes = (Int128(atMS & 0xFFFF_FFFF_FFFF) << 80 | Int128(number)).bigEndianBytes
  }

  /// Of 32 hexadecimal digits.
  package init?(_ text: String) {
    guard let bytes = Hex.decode(text), bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  package var description: String { Hex.encode(bytes) }
}

/// An account: a name with colons, in one currency.
package struct Account: Sendable, Hashable, CustomStringConvertible {
  package let name: String
  package let currency: Currency

  package init(_ name: String, _ currency: Currency) {
    (self.name, self.currency) = (name, currency)
  }

  package var description: String { "\(name) (\(currency))" }
}

/// One movement of money from the credited account to the debited one. Never changed: a mistake is
/// mended by its reversal.
package struct Transfer: Sendable, Equatable {
  package enum Kind: Int64, Sendable {
    /// It is so.
    case post = 0
    /// Set aside until it is settled, voided or its time is over.
    case reserve = 1
    /// Takes the place of a reservation, with what was really used; the rest is free again.
    case settle = 2
    /// Ends a reservation without anything.
    case void = 3
  }

  package var kind: Kind
  package var debit: Account
  package var credit: Account
  package var amount: Micros
  /// Happens once: another transfer with this key is the same one, or is refused.
  package var key: String
  /// The reservation that it settles or voids, or the transfer that it reverses.
  package var refers: TransferID?
  /// When a reservation ends by itself, in milliseconds.
  package var expiresMS: Int64?
  /// What it is for: usage, terms, plugin, reason.
  package var details: JSONObject

  package init(
    _ kind: Kind = .post, debit: Account, credit: Account, amount: Micros, key: String,
    refers: TransferID? = nil, expiresMS: Int64? = nil, details: JSONObject = JSONObject()
  ) {
    (self.kind, self.debit, self.credit, self.amount) = (kind, debit, credit, amount)
    (self.key, self.refers, self.expiresMS, self.details) = (key, refers, expiresMS, details)
  }
}

/// A transfer as it stands in the journal.
package struct Entry: Sendable {
  /// From 1 on, without gaps.
  package let number: Int64
  package let id: TransferID
  package let atMS: Int64
  /// The month that it belongs to, as 2026-01.
  package let period: String
  package let transfer: Transfer
  /// SHA-256 over the hash of the entry before and ``bytes``.
  package internal(set) var hash: [UInt8]

  /// What is hashed, without the hash of the entry before.
  package var hashed: [UInt8] { RawEntry(self).bytes }

  /// The first hash has nothing before it.
  static let noHash = [UInt8](repeating: 0, count: 32)
}
