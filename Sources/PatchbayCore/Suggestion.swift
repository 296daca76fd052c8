/// How close two words are.
public enum Suggestion {
  /// The number of letters to insert, delete, replace or swap with their neighbour to turn one
  /// word into the other.
  public static func distance(_ first: String, _ second: String) -> Int {
    let first = Array(first)
    let second = Array(second)
    var beforeLast: [Int] = []
    var last = Array(0...second.count)
    for (i, a) in first.enumerated() {
      var row = [i + 1]
      for (j, b) in second.enumerated() {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a == b ? 0 : 1))
        if i > 0, j > 0, a == second[j - 1], first[i - 1] == b {
          cost = min(cost, beforeLast[j - 1] + 1)
        }
        row.append(cost)
      }
      beforeLast = last
      last = row
    }
    return last[second.count]
  }
}

/// The words of `candidates` that `word` was probably meant to be, the closest first and at most
/// three: those a few letters away, and those that begin with it.
///
/// Words of more than 64 characters have no suggestions.
public func suggestions(for word: String, among candidates: [String]) -> [String] {
  let typed = word.lowercased()
  guard !typed.isEmpty, typed.count <= 64 else { return [] }
  let limit = max(1, (typed.count + 1) / 3)
  var ranked: [(distance: Int, candidate: String)] = []
  for candidate in candidates where !ranked.contains(where: { $0.candidate == candidate }) {
    let distance = Suggestion.distance(typed, candidate.lowercased())
    let isBeginning = typed.count >= 2 && candidate.lowercased().hasPrefix(typed)
    if distance <= limit && distance < candidate.count || isBeginning {
      ranked.append((isBeginning ? min(distance, 1) : distance, candidate))
    }
  }
  // The sort is made stable by the position, so equal candidates keep their order.
  let order = ranked.enumerated().sorted {
    ($0.element.distance, $0.offset) < ($1.element.distance, $1.offset)
  }
  return order.prefix(3).map(\.element.candidate)
}
