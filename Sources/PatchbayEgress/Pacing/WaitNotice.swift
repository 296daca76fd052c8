internal import Glibc
internal import PatchbayCore
internal import Synchronization

/// A wait that begins, of more than a second: what somebody who looks on is told.
package struct WaitNotice: Sendable, Equatable {
  package enum Reason: Sendable, Equatable {
    /// The credential is held back, by what the vendor said or by its rate limit.
    case vendorLimit
    /// The vendor's answer was no good. `attempt` counts the repetitions from 1.
    case retry(attempt: Int, of: Int, why: String)
    /// The host (`host:port`) cannot be reached; all requests of the connection wait together.
    case outage(place: String, why: String)
  }

  package let reason: Reason
  /// How long from now: until it goes on, or of an outage, until the requests are given up.
  package let milliseconds: Int64
  /// The same as a point in time, in milliseconds since 1970.
  package let untilMS: Int64

  package init(_ reason: Reason, milliseconds: Int64, untilMS: Int64) {
    self.reason = reason
    self.milliseconds = milliseconds
    self.untilMS = untilMS
  }

  /// The same for all waits of one reason.
  package var kind: String {
    switch reason {
    case .vendorLimit: "limit"
    case .retry(_, _, let why): "retry \(why)"
    case .outage(let place, _): "outage \(place)"
    }
  }

  /// The notice in words, with times of this machine's time zone. It holds no secret.
  package var text: String {
    switch reason {
    case .vendorLimit: "waiting for the vendor's limit, \(Self.duration(milliseconds))"
    case .retry(let attempt, let total, let why):
      "retry \(attempt) of \(total) in \(Self.duration(milliseconds)): \(why)"
    case .outage(let place, let why):
      "\(place) cannot be reached (\(why)): trying until \(Self.clock(untilMS)), "
        + "\(Self.duration(milliseconds)) left"
    }
  }

  /// `7 s`, or from two minutes on `3 min`; rounded up, so that nobody is told of too little.
  static func duration(_ milliseconds: Int64) -> String {
    let seconds = (max(0, milliseconds) + 999) / 1000
    return seconds < 120 ? "\(seconds) s" : "\((seconds + 59) / 60) min"
  }

  /// `14:03:20`, in this machine's time zone.
  static func clock(_ ms: Int64) -> String {
    var seconds = time_t(ms / 1000)
    // Unsafe: reads and fills in local values.
    var parts = unsafe tm()
    guard unsafe localtime_r(&seconds, &parts) != nil else {
      return String(Time.format(ms).dropFirst(11).prefix(8))
    }
    return unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec]
      .map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
  }
}

/// Tells of the waits of one request, once a second at most.
final class WaitTeller: Sendable {
  private let notice: @Sendable (WaitNotice) -> Void
  private let toldMS = Mutex<Int64?>(nil)

  /// Shorter waits are not worth a word.
  static let leastMS: Int64 = 1000

  init(_ notice: @escaping @Sendable (WaitNotice) -> Void) { self.notice = notice }

  func tell(_ reason: WaitNotice.Reason, ms: Int64, now nowMS: Int64 = Time.monotonicMS()) {
    tell(WaitNotice(reason, milliseconds: ms, untilMS: Time.nowMS() + ms), now: nowMS)
  }

  /// Tells of a wait, unless the last word is too fresh.
  func tell(_ wait: WaitNotice, now nowMS: Int64 = Time.monotonicMS()) {
    let isDue = toldMS.withLock { told in
      if let last = told, nowMS - last < Self.leastMS { return false }
      told = nowMS
      return true
    }
    if isDue { notice(wait) }
  }
}

/// Several requests that wait for the same thing.
final class WaitTellers: Sendable {
  private let tellers = Mutex<(nextID: UInt64, of: [UInt64: WaitTeller])>((0, [:]))

  func add(_ teller: WaitTeller) -> UInt64 {
    tellers.withLock {
      $0.nextID += 1
      $0.of[$0.nextID] = teller
      return $0.nextID
    }
  }

  func remove(_ id: UInt64) { tellers.withLock { _ = $0.of.removeValue(forKey: id) } }

  func tell(_ wait: WaitNotice) {
    for teller in tellers.withLock({ Array($0.of.values) }) { teller.tell(wait) }
  }
}
