internal import PatchbayCore

/// What stands for all rows of a table, whatever their order: how many there are, and the sum of a
/// secret number of 256 bits for each. A change of a row changes it at the cost of that row alone.
///
/// The numbers are codes under the books' key, and what is stored of their sum is masked by another
/// code for each revision (MSet-Add-Hash; Clarke, Devadas, van Dijk, Gassend and Suh, 2003): who
/// has all files of all times has no sums of which to combine others.
struct TableSum: Equatable {
  private(set) var rows: Int64 = 0
  private var low: UInt128 = 0
  private var high: UInt128 = 0

  init() {}

  /// Of 32 bytes that ``bytes`` gave.
  init?(rows: Int64, bytes: ArraySlice<UInt8>) {
    guard bytes.count == 32 else { return nil }
    self.rows = rows
    (high, low) = Self.number(bytes)
  }

  mutating func add(_ element: [UInt8]) {
    let (above, below) = Self.number(element[...])
    let (sum, carry) = low.addingReportingOverflow(below)
    low = sum
    high = high &+ above &+ (carry ? 1 : 0)
    rows &+= 1
  }

  mutating func remove(_ element: [UInt8]) {
    let (above, below) = Self.number(element[...])
    let (rest, borrow) = low.subtractingReportingOverflow(below)
    low = rest
    high = high &- above &- (borrow ? 1 : 0)
    rows &-= 1
  }

  /// The sum, the greatest first.
  var bytes: [UInt8] {
    // Unsafe: the bytes of a number are copied.
    unsafe withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { unsafe Array($0) }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> (UInt128, UInt128) {
    let high = bytes.prefix(16).reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
    return (high, bytes.dropFirst(16).prefix(16).reduce(UInt128(0)) { $0 << 8 | UInt128($1) })
  }
}
