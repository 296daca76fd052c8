/// What an account may hold.
package enum AccountBound: Int64, Sendable {
  case none = 0
  /// What was spent of it and what is set aside must not be more than what was put into it.
  case debitsWithinCredits = 1
  case creditsWithinDebits = 2

  /// What may still be taken; `nil` where there is no bound.
  func free(_ state: AccountState) -> Micros? {
    switch self {
    case .none: nil
    case .debitsWithinCredits: state.credits - state.debits - state.heldDebits
    case .creditsWithinDebits: state.debits - state.credits - state.heldCredits
    }
  }
}
