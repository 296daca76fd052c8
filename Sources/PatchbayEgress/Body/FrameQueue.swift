internal import PatchbayCore
internal import Synchronization

/// What an answer came to and nobody took yet: filled by the loop's thread, emptied by one task.
/// Where too much waits the transfer is held back, and goes on when something was taken.
final class FrameQueue: Sendable {
  fileprivate struct State {
    var splitter: FrameSplitter
    var head: AnswerHead?
    var isHeadTaken = false
    var waiting = FrameBatch()
    /// Frames so far.
    var frames = 0
    var isHeldBack = false
    /// How often it was held back, and the most that was kept.
    var pauses = 0
    var mostBytes = 0
    /// It has ended: whole, or broken.
    var isWhole: Bool?
    var isLastTaken = false
    var taker: CheckedContinuation<Void, Never>?
    var goOn: (@Sendable () -> Void)?

    var hasSomething: Bool { !waiting.frames.isEmpty || (isWhole == true && !isLastTaken) }
  }

  private let state: Mutex<State>

  init(_ format: FrameFormat) { state = Mutex(State(splitter: FrameSplitter(format))) }

  /// Frames that came whole. All of them are taken before anybody is told how it ended.
  var frames: Int { state.withLock { $0.frames } }
  var pauses: Int { state.withLock { $0.pauses } }
  /// The most that was kept, in bytes, without what was handed out.
  var mostBytes: Int { state.withLock { $0.mostBytes } }

  /// What makes a transfer that is held back go on. It is forgotten at the end.
  func whenThereIsRoom(_ goOn: @escaping @Sendable () -> Void) {
    state.withLock { $0.goOn = goOn }
  }

  /// The answer's body begins, or has ended and was empty.
  func begin(_ head: AnswerHead) { state.withLock { $0.head = $0.head ?? head } }

  /// Takes a piece, or nothing of it where too much waits: returns whether it was taken.
  // Unsafe: the piece is lent for the call.
  func offer(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> Bool {
    let taker = try state.withLock { (state) throws(Failure) -> Taker? in
      if state.waiting.data.count >= BodyLimits.waitingBytes
        || state.waiting.frames.count >= BodyLimits.waitingFrames
      {
        state.isHeldBack = true
        state.pauses += 1
        return nil
      }
      let before = state.waiting.frames.count
      try unsafe state.splitter.take(bytes, into: &state.waiting)
      state.frames += state.waiting.frames.count - before
      state.mostBytes = max(
        state.mostBytes, state.waiting.data.count + state.splitter.heldBytes)
      return Taker(state.hasSomething ? state.taker.take() : nil)
    }
    taker?.continuation?.resume()
    return taker != nil
  }

  private struct Taker {
    let continuation: CheckedContinuation<Void, Never>?
    init(_ continuation: CheckedContinuation<Void, Never>?) { self.continuation = continuation }
  }

  func end(isWhole: Bool) {
    let taker = state.withLock { state in
      if isWhole {
        let before = state.waiting.frames.count
        state.splitter.finish(into: &state.waiting)
        state.frames += state.waiting.frames.count - before
      }
      state.isWhole = isWhole
      state.goOn = nil
      return state.taker.take()
    }
    taker?.resume()
  }

  /// What waits, as soon as something does; `nil` after all was taken.
  func next() async -> FrameBatch? {
    while true {
      let (batch, isOver, goOn) = state.withLock { $0.taken() }
      goOn?()
      if batch != nil || isOver { return batch }
      await withCheckedContinuation { continuation in
        let isReady = state.withLock { state in
          if state.hasSomething || state.isWhole != nil { return true }
          state.taker = continuation
          return false
        }
        if isReady { continuation.resume() }
      }
    }
  }
}

extension FrameQueue.State {
  /// As many frames as a batch may have, and what is to be called then.
  fileprivate mutating func taken() -> (FrameBatch?, isOver: Bool, (@Sendable () -> Void)?) {
    guard hasSomething else { return (nil, isWhole != nil, nil) }
    var (count, size) = (0, 0)
    while count < waiting.frames.count,
      count == 0 || size + waiting.frames[count].size <= BodyLimits.frameBytes
    {
      size += waiting.frames[count].size
      count += 1
    }
    var batch = FrameBatch()
    if count == waiting.frames.count {
      swap(&batch, &waiting)
    } else {
      batch.frames = Array(waiting.frames.prefix(count))
      batch.data = Array(waiting.data.prefix(size))
      waiting.frames.removeFirst(count)
      waiting.data.removeFirst(size)
    }
    if !isHeadTaken { batch.head = head }
    isHeadTaken = true
    batch.isLast = isWhole == true && waiting.frames.isEmpty
    isLastTaken = batch.isLast
    defer { isHeldBack = false }
    return (batch, false, isHeldBack ? goOn : nil)
  }
}
