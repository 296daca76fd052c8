import PatchbaySDK

/// Reads what the settings of a stream say of its parent.
struct ParentReading {
  private let stream: Part

  init(_ stream: Part) { self.stream = stream }

  func parent(query: [(name: String, value: String)]) throws(Problem) -> Configuration.Parent? {
    guard let part = stream["parent"] else { return nil }
    try part.expectMembers(["stream", "values"])
    let name = try part.needed("stream", "whose records have these, as in orders")
    let listed = try part.needed("values", "what they are asked for by, as in {order_id: /id}")
    var values: [(name: String, at: String)] = []
    for (name, place) in try listed.members("an object of names and pointers, {order_id: /id}") {
      values.append((name, try place.pointer()))
    }
    guard (1...8).contains(values.count) else { throw listed.wrong("1 to 8 values") }
    let templates = [stream["path"]?.json.string ?? ""] + query.map(\.value)
    for value in values where !templates.contains(where: { $0.contains("{\(value.name)}") }) {
      throw listed.wrong("values that stand in the path or the query, as {\(value.name)}")
    }
    try refuseOtherCursors()
    return Configuration.Parent(name: name, values: values)
  }

  /// Numbers and texts may begin anew with each parent.
  private func refuseOtherCursors() throws(Problem) {
    guard let incremental = stream["incremental"] else { return }
    let type = stream["cursor"]?["type"]?.json.string ?? "time"
    guard ["number", "text"].contains(type) else { return }
    throw incremental.wrong("a “cursor” that is a time, beside a parent")
  }
}
