package import PatchbayCore
package import PatchbayStore

/// Where the body of one attempt's answer goes, if it is one of 2xx.
struct Reception {
  let format: FrameFormat
  /// What was taken of an answer that broke off counts for nothing, and it may be asked for again.
  let isRepeatable: Bool
  let take: (FrameBatch) async throws(Failure) -> Void
}

/// What came of a request whose answer was to be delivered in frames.
package enum FramedAnswer: Sendable {
  /// It was 2xx: so many frames were delivered, and it came whole.
  case delivered(frames: Int)
  /// One of the request's `statuses` that is not 2xx.
  case whole(IncomingResponse)
}

/// What came of a request whose answer was to be stored.
package enum StoredAnswer: Sendable {
  /// It was 2xx.
  case stored(AnswerHead, Blob)
  /// One of the request's `statuses` that is not 2xx.
  case whole(IncomingResponse)
}

extension Line {
  /// Sends a request and delivers the answer in frames while it comes. All that holds for
  /// ``send(_:notice:accept:)`` holds for it; its place at the gate is kept until the answer's end.
  ///
  /// An answer of 2xx is handed to `deliver`, a batch at a time, and the last batch says so. While
  /// `deliver` works more is read, until ``BodyLimits/waitingBytes`` or
  /// ``BodyLimits/waitingFrames`` wait; then the vendor is held back. An answer of another status
  /// that the request names is returned whole, with the bounds of any answer; any other one is a
  /// refusal, of which 64 KiB are read.
  ///
  /// The request's `timeoutMS` is for the whole answer; the line's is the longest time without a
  /// byte, not counting that in which the vendor is held back.
  ///
  /// - Throws: what `deliver` throws, which ends the request. `egress.frame` for a frame of more
  ///   than ``BodyLimits/frameBytes``. `egress.stream`, never retried, where the answer broke off
  ///   after a frame had come whole: all such frames have been delivered then, and `params` has
  ///   their number as `frames`. Before the first one the usual rules for retries hold. Cancelling
  ///   the task ends it with `egress.cancelled`.
  package func send(
    _ request: OutgoingRequest, framed format: FrameFormat,
    notice: @escaping @Sendable (WaitNotice) -> Void = { _ in },
    deliver: @escaping (FrameBatch) async throws(Failure) -> Void
  ) async throws(Failure) -> FramedAnswer {
    var frames = 0
    let reception = Reception(format: format, isRepeatable: false) { batch throws(Failure) in
      frames += batch.frames.count
      try await deliver(batch)
    }
    return try await perform(request, notice, receive: { () throws(Failure) in reception }) {
      response throws(Failure) in
      Self.flowed(response) ? .delivered(frames: frames) : .whole(response)
    }
  }

  /// Sends a request and stores the body of its answer, where that is 2xx. Limits of time and other
  /// statuses are as for frames; nothing is returned before all of it is on disk.
  ///
  /// - Parameter writer: called for each attempt. What an attempt that failed has written is gone
  ///   with its writer.
  /// - Throws: `blob.size` for a body of more than the writer takes; what the disk says. Where the
  ///   answer breaks off the usual rules for retries hold.
  package func send(
    _ request: OutgoingRequest, notice: @escaping @Sendable (WaitNotice) -> Void = { _ in },
    into writer: () async throws(Failure) -> BlobWriter
  ) async throws(Failure) -> StoredAnswer {
    var draft: BlobWriter?
    return try await perform(
      request, notice,
      receive: { () throws(Failure) in
        let fresh = try await writer()
        draft = fresh
        return Reception(format: .bytes, isRepeatable: true) { batch throws(Failure) in
          try fresh.write(batch.data)
        }
      },
      accept: { response throws(Failure) in
        guard Self.flowed(response), let draft else { return .whole(response) }
        let head = AnswerHead(
          status: response.status, headers: response.headers, url: response.url)
        return .stored(head, try await draft.finish())
      })
  }

  private static func flowed(_ response: IncomingResponse) -> Bool {
    (200..<300).contains(response.status)
  }

  /// Does a transfer and hands on what comes of it. Returns also why the taker wants no more.
  func flow(
    _ transfer: @escaping @Sendable (@escaping @Sendable (Transfer.Result) -> Void) -> Transfer,
    _ queue: FrameQueue, _ reception: Reception
  ) async -> (Transfer.Result, Failure?) {
    await withTaskGroup(of: Transfer.Result.self) { group in
      group.addTask { [loop] in await loop.run(transfer) }
      var refusal: Failure?
      do throws(Failure) {
        while let batch = await queue.next() { try await reception.take(batch) }
      } catch {
        refusal = error
        group.cancelAll()
      }
      var result: Transfer.Result?
      for await finished in group { result = finished }
      return (result ?? Transfer.Result.aborted, refusal)
    }
  }
}
