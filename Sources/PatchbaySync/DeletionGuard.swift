internal import PatchbayCore
internal import PatchbayJSON

/// Whether what a full pass did not see may be marked as deleted without a person's word. Pure.
///
/// A vendor that lost a scope, or that answers for another account, sends a list that is short or
/// empty, and says that this is all.
struct DeletionGuard: Sendable, Equatable {
  /// More than this many records, and more than this part of a stream.
  var records: Int64 = 100
  var percent: Int64 = 30
  /// Streams of fewer records may become empty.
  var emptied: Int64 = 10

  init() {}

  init(_ settings: JSONObject) {
    if let records = settings["deletion_guard_records"]?.integer { self.records = records }
    if let percent = settings["deletion_guard_percent"]?.integer { self.percent = percent }
  }

  func holds(unseen: Int64, of living: Int64) -> Bool {
    if unseen <= 0 { return false }
    if unseen == living && living >= emptied { return percent < 100 }
    return unseen > records && Double(unseen) * 100 > Double(percent) * Double(living)
  }

  static func held(_ unseen: Int64, of living: Int64, _ connection: String, _ stream: String)
    -> Failure
  {
    Failure(
      .conflict, "sync.deletions_held",
      "\(unseen) of \(living) records of \(stream) were not there any more: so many are not marked "
        + "as deleted without your word",
      mend:
        "nothing was marked. Look whether the account still sees its records; if they are gone: "
        + "patchbay sync run \(connection) --stream \(stream) --full --accept-deletions")
  }
}
