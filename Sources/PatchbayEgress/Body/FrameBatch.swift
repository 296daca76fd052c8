/// How an answer is cut into frames.
package enum FrameFormat: String, Sendable, CaseIterable {
  /// Server-sent events, as the HTML standard reads them: one with data is a frame, others and an
  /// incomplete last one are not.
  case sse
  /// Lines, without their ends; blank ones are left out, and so is a mark of the byte order at the
  /// beginning. The last one needs no end.
  case ndjson
  /// Bytes as they come: a frame is whatever waits.
  case bytes
}

/// One frame; its bytes are in the batch.
package struct Frame: Sendable, Equatable {
  /// Server-sent events: the type, `nil` for the usual one.
  package var event: String?
  /// Server-sent events: the last id that was given, with this event or before it.
  package var id: String?
  /// Server-sent events: how long the vendor last asked to wait before it is asked again.
  package var retryMS: Int64?
  /// Bytes.
  package var size: Int
}

/// Frames that came together, in their order.
package struct FrameBatch: Sendable, Equatable {
  /// With the first batch only.
  package var head: AnswerHead?
  package var frames: [Frame] = []
  /// The frames' bytes, one after the other: ``BodyLimits/frameBytes`` at most.
  package var data: [UInt8] = []
  /// The answer has come whole, and nothing follows. Such a batch may be without frames.
  package var isLast = false
}

/// An answer without its body.
package struct AnswerHead: Sendable, Equatable {
  package let status: Int
  /// Names in lower case; several values of one name joined by ", ".
  package let headers: [String: String]
  /// The URL that a link led to, without what the host added to it.
  package var url: String?
}
