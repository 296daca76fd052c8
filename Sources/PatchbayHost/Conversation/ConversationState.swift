package import PatchbayCore
internal import PatchbayJSON
package import PatchbayMessages

/// The rules of one session between a host and a plugin: what was asked, answered and staged, and
/// what checkpoints cover. It has no clock and does nothing: it says what is to be done, and throws
/// what a plugin must not say.
package struct ConversationState: Sendable {
  /// What a message of the plugin wants done.
  package enum Action: Sendable {
    /// Answer it, under its correlation.
    case ask(Message)
    /// The answer of this correlation is not wanted any more, nor are records of it.
    case withdraw(UInt64)
    /// Keep records that the plugin made until a checkpoint covers them.
    case stage(Message)
    /// Store what was staged under these correlations, together with the state.
    case store(Message, covers: [UInt64])
    /// For whoever the operation serves; nothing answers it.
    case tell(Message)
    /// The plugin's last word: `done` or `error`.
    case end(Message)
  }

  /// Questions under way at the same time, as `open` tells the plugin.
  package static let questionLimit = 64

  /// How far what stands under a correlation is.
  private enum Standing {
    /// Nothing answered it yet.
    case asked
    /// Pieces of its answer came, and more will.
    case flowing
    /// Answered by a vendor, or records were made under it: a checkpoint may cover it.
    case answered
    /// Failed, waited for, or withdrawn.
    case spent
  }

  package let role: Role
  private var standings: [UInt64: Standing] = [:]
  /// Correlations with records that no checkpoint covers yet.
  private var uncovered: Set<UInt64> = []
  /// Questions without an answer.
  package private(set) var underWay = 0
  /// The plugin has said its last word.
  package private(set) var isOver = false
  private var isLeaving = false
  /// Correlations under which something is to be verified.
  private var verifications: Set<UInt64> = []
  /// Something was verified with a key of the host's.
  private var isVerified = false
  private var hasReplied = false
  /// Records that were given to be written, and those that have their outcome.
  private var given = 0
  private var settled: Set<Int> = []

  package init(_ role: Role) { self.role = role }

  // MARK: What the plugin says

  /// Returns what is to be done; `nil` where nothing is, since the operation was cancelled.
  package mutating func said(_ message: Message) throws(Failure) -> Action? {
    let (kind, correlation) = (message.kind, message.correlation)
    // A last checkpoint is welcome, with what it covers.
    if isLeaving && ![.httpCancel, .records, .checkpoint].contains(kind) {
      isOver = isOver || kind == .done || kind == .error
      return nil
    }
    guard role.kinds.contains(kind) else {
      throw Failure(
        .unsupported, "message.unsupported",
        "the plugin asks for \(kind.name), which has no place in \(role.purpose)",
        mend: "report it to the plugin's publisher")
    }
    switch kind {
    case .httpRequest, .wait, .crypto, .claim:
      try checkNew(correlation)
      standings[correlation] = .asked
      underWay += 1
      if kind == .crypto && message.head["do"]?.string == "verify" {
        verifications.insert(correlation)
      }
      return .ask(message)
    case .httpCancel:
      withdraw(correlation)
      return .withdraw(correlation)
    case .records:
      guard correlation != 0, standings[correlation] != .asked else {
        throw Self.broken(
          "plugin.correlation",
          "the plugin has records of the correlation \(correlation), which is not answered")
      }
      if standings[correlation] != .flowing { standings[correlation] = .answered }
      return .stage(message)
    case .checkpoint: return .store(message, covers: try covered(message))
    case .outcome:
      try settle(message)
      return .tell(message)
    case .done:
      isOver = true
      guard settled.count == given else {
        throw Self.broken(
          "plugin.outcome",
          "the plugin is done, and says nothing of \(given - settled.count) records to write")
      }
      if uncovered.isEmpty { return .end(message) }
      throw Self.broken(
        "plugin.uncovered", "the plugin is done with records that no checkpoint covers",
        mend: "; the next run reads them again")
    case .error:
      isOver = true
      return .end(message)
    case .reply, .event:
      try checkDelivery(message)
      return .tell(message)
    default: return .tell(message)
    }
  }

  /// One reply, and nothing is believed of a delivery whose sender was not proven.
  private mutating func checkDelivery(_ message: Message) throws(Failure) {
    if message.kind == .reply {
      if hasReplied { throw Self.broken("plugin.reply", "the plugin replies twice") }
      hasReplied = true
    } else if !isVerified {
      throw Self.broken(
        "plugin.unverified",
        "the plugin tells of an event, and nothing of the delivery was verified with a key")
    }
  }

  /// Each question has a correlation of its own.
  private func checkNew(_ correlation: UInt64) throws(Failure) {
    guard correlation != 0, standings[correlation] == nil else {
      throw Self.broken(
        "plugin.correlation", "the plugin uses the correlation \(correlation) twice")
    }
    guard underWay < Self.questionLimit else {
      throw Self.broken(
        "plugin.requests",
        "the plugin has more than \(Self.questionLimit) requests and waits under way")
    }
  }

  /// Whether somebody waits for an answer, or for more of it.
  package func isWanted(_ correlation: UInt64) -> Bool {
    [.asked, .flowing].contains(standings[correlation])
  }

  private mutating func withdraw(_ correlation: UInt64) {
    if isWanted(correlation) {
      standings[correlation] = .spent
      underWay -= 1
    }
    uncovered.remove(correlation)
  }

  /// Each record that was given has one outcome.
  private mutating func settle(_ message: Message) throws(Failure) {
    for outcome in message.head["outcomes"]?.array ?? [] {
      let index = Int(clamping: outcome["index"]?.integer ?? -1)
      guard (0..<given).contains(index), settled.insert(index).inserted else {
        throw Self.broken(
          "plugin.outcome",
          "the plugin has an outcome of the record \(index), which was not given or has one")
      }
    }
  }

  private mutating func covered(_ message: Message) throws(Failure) -> [UInt64] {
    var found: [UInt64] = []
    for value in message.head["covers"]?.array ?? [] {
      let correlation = UInt64(clamping: value.integer ?? 0)
      guard standings[correlation] == .answered else {
        throw Self.broken(
          "plugin.covers",
          "the plugin's checkpoint covers \(correlation), which was not answered")
      }
      uncovered.remove(correlation)
      found.append(correlation)
    }
    return found
  }

  // MARK: What it is given

  /// Notes that so many records more are given to be written.
  package mutating func gives(_ records: Int) { given += records }

  /// Notes an answer before the plugin is given it. `false` where the question was withdrawn: then
  /// nothing is given. Of an answer in pieces, `isLast` says that this one is the last; of a
  /// `result`, `isVerified` what its head says.
  package mutating func answers(
    _ correlation: UInt64, by kind: MessageKind, isLast: Bool = true,
    isVerified verified: Bool = false
  ) -> Bool {
    guard isWanted(correlation) else { return false }
    if kind == .result && verified && verifications.contains(correlation) { isVerified = true }
    if !isLast {
      standings[correlation] = .flowing
      return true
    }
    standings[correlation] = [.httpResponse, .httpEvents].contains(kind) ? .answered : .spent
    underWay -= 1
    return true
  }

  /// So many records were staged under a correlation: a checkpoint has to cover them.
  package mutating func staged(_ records: Int, under correlation: UInt64) {
    if records > 0 { uncovered.insert(correlation) }
  }

  /// The operation is cancelled: from here on only what saves its work is taken.
  package mutating func leave() { isLeaving = true }

  /// Where there is nothing to give to the plugin, it must be over, or wait for an answer.
  package func checkRest() throws(Failure) {
    if isOver || underWay > 0 { return }
    throw Self.broken("plugin.stuck", "the plugin waits for nothing and is not done")
  }

  private static func broken(_ code: String, _ text: String, mend more: String = "") -> Failure {
    Failure(.bug, code, text, mend: "report it to the plugin's publisher" + more)
  }
}
