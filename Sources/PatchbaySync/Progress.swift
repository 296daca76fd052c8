package import PatchbayCore
package import PatchbayJSON
package import PatchbayStore

/// How one stream of a run came out, or stands.
package struct StreamReport: Sendable {
  package enum Status: String, Sendable {
    case running, done, failed, cancelled, unproven
    /// Read to its end; what is gone waits for a person's word.
    case held
  }
  package var stream: String
  package var status = Status.running
  package var pass = Pass.full
  package var counters = Counters()
  package var pages: Int64 = 0
  package var total: Int64?
  package var startedMS: Int64
  package var finishedMS: Int64?
  package var failure: Failure?
  package var notes: [String] = []
  /// How often a pass was read.
  var readings = 0

  init(_ stream: String, nowMS: Int64) {
    self.stream = stream
    startedMS = nowMS
  }

  package var json: JSON {
    var object = JSONObject([
      .init("stream", .string(stream)), .init("status", .string(status.rawValue)),
      .init("pass", .string(pass.rawValue)), .init("pages", .integer(pages)),
      .init("read", .integer(counters.read)), .init("inserted", .integer(counters.inserted)),
      .init("updated", .integer(counters.updated)),
      .init("unchanged", .integer(counters.unchanged)),
      .init("deleted", .integer(counters.deleted)), .init("dead", .integer(counters.dead)),
      .init("ms", .integer((finishedMS ?? Time.nowMS()) - startedMS)),
    ])
    if counters.repeated > 0 { object["repeated"] = .integer(counters.repeated) }
    if counters.clashing > 0 { object["same_key"] = .integer(counters.clashing) }
    if !counters.misfits.isEmpty {
      object["misfits"] = .object(
        JSONObject(
          counters.misfits.sorted { $0.key < $1.key }.map { .init($0.key, .integer($0.value)) }))
    }
    if let failure { object["error"] = failure.json }
    if !notes.isEmpty { object["notes"] = .array(notes.map { .string($0) }) }
    return .object(object)
  }
}

/// What a run tells while it works.
package enum RunEvent: Sendable {
  case progress(StreamReport)
  case note(stream: String, String)
  /// A stream waits for more than a second. `kind` stays the same for waits of one reason.
  case waiting(stream: String, String, kind: String)
}
