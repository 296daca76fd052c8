internal import CPatchbay

/// The kinds of messages by name, as transcripts and errors write them.
public enum MessageKind: UInt32, Sendable, CaseIterable {
  case open = 1
  case httpResponse, httpEvents, waited, result, failed, credit, input, cancel
  case httpRequest = 64
  case httpCancel, records, checkpoint, wait, outcome, crypto, claim, reply, event, delta
  case principal, catalog, note, progress, error, done

  public var name: String {
    switch self {
    case .open: "open"
    case .httpResponse: "http.response"
    case .httpEvents: "http.events"
    case .waited: "waited"
    case .result: "result"
    case .failed: "failed"
    case .credit: "credit"
    case .input: "input"
    case .cancel: "cancel"
    case .httpRequest: "http.request"
    case .httpCancel: "http.cancel"
    case .records: "records"
    case .checkpoint: "checkpoint"
    case .wait: "wait"
    case .outcome: "outcome"
    case .crypto: "crypto"
    case .claim: "claim"
    case .reply: "reply"
    case .event: "event"
    case .delta: "delta"
    case .principal: "principal"
    case .catalog: "catalog"
    case .note: "note"
    case .progress: "progress"
    case .error: "error"
    case .done: "done"
    }
  }

  public init?(name: String) {
    guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = kind
  }

  public var isFromPlugin: Bool { rawValue >= PATCHBAY_HTTP_REQUEST }
}
