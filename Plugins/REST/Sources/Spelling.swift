/// What a misspelt name was perhaps meant to be.
enum Spelling {
  /// The nearest of the known names; `nil` where none is near.
  static func nearest(to name: String, among known: [String]) -> String? {
    let ranked = known.map { (name: $0, distance: distance(name, $0)) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(1, min(name.utf8.count, best.name.utf8.count) / 3) ? best.name : nil
  }

  /// How many letters are to be put in, taken out or exchanged.
  private static func distance(_ one: String, _ other: String) -> Int {
    let (from, to) = (Array(one.utf8.prefix(100)), Array(other.utf8))
    var row = Array(0...to.count)
    for (line, letter) in from.enumerated() {
      var corner = row[0]
      row[0] = line + 1
      for (column, candidate) in to.enumerated() {
        let above = row[column + 1]
        row[column + 1] = min(
          above + 1, row[column] + 1, corner + (letter == candidate ? 0 : 1))
        corner = above
      }
    }
    return row[to.count]
  }
}
