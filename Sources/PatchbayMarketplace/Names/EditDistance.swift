/// How many letters have to be changed, left out, put in or swapped with their neighbour to make
/// one text of the other (Damerau and Levenshtein, each place once).
func editDistance(_ one: [UInt8], _ other: [UInt8]) -> Int {
  var rowBefore: [Int] = []
  var row = Array(0...other.count)
  for (line, letter) in one.enumerated() {
    var next = [line + 1]
    for (column, otherLetter) in other.enumerated() {
      var cost = min(row[column] + (letter == otherLetter ? 0 : 1), row[column + 1] + 1)
      cost = min(cost, next[column] + 1)
      if line > 0, column > 0, letter == other[column - 1], one[line - 1] == otherLetter {
        cost = min(cost, rowBefore[column - 1] + 1)
      }
      next.append(cost)
    }
    (rowBefore, row) = (row, next)
  }
  return row[other.count]
}
