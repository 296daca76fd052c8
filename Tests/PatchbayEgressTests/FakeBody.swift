import PatchbayCore
import Synchronization

@testable import PatchbayEgress

/// A stored body of any size that takes no room: each byte says where it stands.
final class FakeBody: StoredBody {
  struct Reads: Equatable {
    var largest = 0
    var count = 0
  }

  let id = "fake"
  let size: Int64
  /// Where reading it ends, or fails.
  private let endsAt: Int64?
  private let failure: Failure?
  private let done = Mutex(Reads())

  init(size: Int64, endsAt: Int64? = nil, failure: Failure? = nil) {
    (self.size, self.endsAt, self.failure) = (size, endsAt, failure)
  }

  var reads: Reads { done.withLock { $0 } }

  /// What stands in a range. Its pattern has 251 bytes, which no power of two divides.
  static func bytes(_ range: Range<Int64>) -> [UInt8] {
    let round = (0..<251).map { UInt8($0) }
    let start = Int(range.lowerBound % 251)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count + 502)
    while bytes.count < start + range.count { bytes += round }
    return Array(bytes[start..<(start + range.count)])
  }

  func read(_ count: Int, at offset: Int64) throws(Failure) -> [UInt8] {
    done.withLock {
      $0.largest = max($0.largest, count)
      $0.count += 1
    }
    let end = min(size, endsAt ?? size, offset + Int64(count))
    if end <= offset, let failure { throw failure }
    return Self.bytes(offset..<max(offset, end))
  }
}
