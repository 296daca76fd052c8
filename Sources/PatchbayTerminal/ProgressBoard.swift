/// What is known of several pieces of work that go on at once, as lines by name.
///
/// It has no clock: every time is passed in, in milliseconds from any fixed moment.
package struct ProgressBoard: Sendable {
  /// What a piece of work is doing.
  package enum State: Equatable, Sendable {
    /// It works.
    case running
    /// It cannot go on for this reason.
    case waiting(String)
    /// It has ended well.
    case done
    /// It has ended badly; the note says why.
    case failed

    /// Whether nothing more is to come.
    package var isFinal: Bool { self == .done || self == .failed }
  }

  /// A count at a time.
  struct Sample: Sendable {
    var timeMS: Int64
    var done: Int64
  }

  /// One piece of work.
  struct Line: Sendable {
    let name: String
    var label: String
    var done: Int64 = 0
    var total: Int64?
    /// Whether it counts things, or is one thing that takes a while.
    var isCounted = false
    var note = ""
    var state = State.running
    let startMS: Int64
    var lastMS: Int64
    var samples: [Sample] = []
  }

  /// The span over which a rate is measured.
  static let windowMS: Int64 = 10_000
  /// Samples closer than this are merged, so their number is bounded.
  static let sampleGapMS: Int64 = 250

  private(set) var lines: [Line] = []

  /// An empty board.
  package init() {}

  /// The names of the lines in the order they came.
  package var names: [String] { lines.map(\.name) }

  /// What a line is doing; nil where there is none of this name.
  package func state(of name: String) -> State? { line(name)?.state }

  /// Changes what is given and keeps the rest; the first update of a name adds its line.
  package mutating func update(
    _ name: String, label: String? = nil, done: Int64? = nil, total: Int64? = nil,
    note: String? = nil, state: State? = nil, nowMS: Int64
  ) {
    let index = lines.firstIndex { $0.name == name } ?? lines.endIndex
    if index == lines.endIndex {
      let first = Sample(timeMS: nowMS, done: 0)
      lines.append(
        Line(name: name, label: name, startMS: nowMS, lastMS: nowMS, samples: [first]))
    }
    if let label { lines[index].label = label }
    if let total { lines[index].total = total }
    if done != nil || total != nil { lines[index].isCounted = true }
    if let note { lines[index].note = note }
    if let state { lines[index].state = state }
    lines[index].lastMS = max(lines[index].lastMS, nowMS)
    if let done { lines[index].count(done, nowMS: lines[index].lastMS) }
  }

  func line(_ name: String) -> Line? {
    lines.first { $0.name == name }
  }
}

extension ProgressBoard.Line {
  mutating func count(_ value: Int64, nowMS: Int64) {
    let sample = ProgressBoard.Sample(timeMS: nowMS, done: value)
    // Work that starts over must not show a negative rate.
    if value < done { samples = [] }
    done = value
    if samples.count >= 2,
      nowMS - samples[samples.count - 2].timeMS < ProgressBoard.sampleGapMS
    {
      samples[samples.count - 1] = sample
    } else {
      samples.append(sample)
    }
    // One sample older than the window stays as the point to measure from.
    while samples.count > 2, samples[1].timeMS <= nowMS - ProgressBoard.windowMS {
      samples.removeFirst()
    }
  }

  /// Things per second over the window; once it has ended, over all its time.
  func rate(nowMS: Int64) -> Double {
    if state.isFinal {
      return lastMS > startMS ? Double(done) * 1000 / Double(lastMS - startMS) : 0
    }
    let base = samples.last { $0.timeMS <= nowMS - ProgressBoard.windowMS } ?? samples.first
    guard let base, nowMS > base.timeMS else { return 0 }
    return (Double(done) - Double(base.done)) * 1000 / Double(nowMS - base.timeMS)
  }

  /// The share that is done, from 0 to 1; nil without a total.
  var fraction: Double? {
    guard let total else { return nil }
    guard total > 0 else { return 1 }
    return min(1, max(0, Double(done) / Double(total)))
  }

  /// The time to go at the present rate; nil where it cannot be told.
  func remainingMS(nowMS: Int64) -> Int64? {
    let rate = rate(nowMS: nowMS)
    guard case .running = state, let total, total > done, rate > 0 else { return nil }
    let ms = (Double(total) - Double(done)) / rate * 1000
    return ms < 100 * 86_400_000 ? Int64(ms) : nil
  }
}
