internal import PatchbayCore
internal import PatchbayJSON

/// How one reading of a pass ended.
struct PassEnding: Sendable {
  /// Why the end is not sure to be the end; `nil` where it is.
  var doubt: String?
  /// To read again does not help: something in the settings is wrong.
  var isLasting = false
  /// What the pass did not bring is not there; `nil` where the plugin says nothing of it.
  var isSnapshot: Bool?
  var confirm: Confirm?
  /// The state says what was not read: the next pass need not begin from nothing.
  var remembersRest = false
  /// What could not be read, though the pass came to its end.
  var failure: Failure?
  /// A digest of the keys in the order in which they came; `nil` where the reading began in the
  /// middle.
  var sequence: [UInt8]?

  enum Confirm: String, Sendable { case deletions, always }

  init() {}

  /// Reads the head of a `done`.
  init(_ head: JSON) {
    doubt = head["unproven"]?.string
    isSnapshot = head["snapshot"]?.bool
    confirm = head["confirm"]?.string.flatMap(Confirm.init)
  }
}
