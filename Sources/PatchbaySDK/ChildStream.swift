/// A stream that is asked for once for each record of another one, such as the lines of every
/// order:
///
///     ChildStream(
///       RESTStream(path: "/orders/{order_id}/lines", extract: …, pagination: …),
///       of: orders, values: [("order_id", "/id")])
///
/// Each value is read from the parent's record and stands in braces in the child's path, or in
/// values of its query. It becomes a member of every child, too, in front of the vendor's own, so
/// that keys and columns may point at it.
///
/// The parent's records are asked for anew in each pass and not stored by it. A full pass proves
/// what is gone only where the ends of the parent's list and of every child's list are proven.
/// What changed is asked for from one time on for all parents: children of a parent that came later
/// and are older than that are found by a full pass. Cursors that are no clock count for each
/// parent anew, and cannot be used.
public struct ChildStream: Sendable {
  let child: RESTStream
  let parent: RESTStream
  let values: [(name: String, at: String)]

  public init(
    _ child: RESTStream, of parent: RESTStream, values: [(name: String, at: String)]
  ) {
    self.child = child
    self.parent = parent
    self.values = values
  }

  /// The reader that follows the parent's pages, and for each of its records those of the child.
  public func reader(_ task: ReadTask) -> any Reader { ChildReader(stream: self, task: task) }
}
