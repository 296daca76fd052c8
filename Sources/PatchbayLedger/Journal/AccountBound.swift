/// What an account may hold.
package enum AccountBound: Int64, Sendable {
  case none = 0
  /// What was spent of it and what is set aside must not be more than what was put into it.
  case debitsWithinCredits = 1
  case creditsWithinDebits = 2

  /// What would break it, or `nil`.
  func problem(_ state: Journal.AccountState) -> String? {
    switch self {
    case .none: return nil
    case .debitsWithinCredits:
      let free = state.credits - state.debits - state.heldDebits
      return free < 0 ? "has \((-free).decimalText) too little" : nil
    case .creditsWithinDebits:
      let free = state.debits - state.credits - state.heldCredits
      return free < 0 ? "has \((-free).decimalText) too little" : nil
    }
  }
}
