internal import PatchbayCore
internal import PatchbayJSON

extension Views {
  /// All views that there are, by name, with where each column comes from.
  func descriptions() throws(Failure) -> [ViewDescription] {
    let streams = try streams()
    let made = Set(
      try database.makeStatement("SELECT name FROM sqlite_schema WHERE type = 'view'")
        .rows { $0.text(0) })
    var found: [ViewDescription] = []
    var named: Set<String> = []
    for stream in streams {
      let isFirst = named.insert(stream.name).inserted
      for isAll in [false, true] {
        found.append(Self.description(of: stream, stream.view, .stream, isAll))
      }
      // A name that something else has is no alias.
      let isTaken = found.contains { $0.name.lowercased() == stream.name.lowercased() }
      if isFirst && !isTaken {
        found.append(Self.description(of: stream, stream.name, .alias, false))
      }
    }
    let unified = Set(streams.flatMap { $0.unified.object?.names ?? [] })
    for view in unified {
      let sources = streams.filter { $0.unified[view] != nil }
      for isAll in [false, true] { found.append(Self.unified(view, sources, isAll)) }
    }
    return found.filter { made.contains($0.name) }.sorted { $0.name < $1.name }
  }

  private static func description(
    of stream: ViewStream, _ name: String, _ kind: ViewDescription.Kind, _ isAll: Bool
  ) -> ViewDescription {
    ViewDescription(
      name: name + (isAll ? "_all" : ""), kind: kind, isAll: isAll, streams: [stream.path],
      columns: stream.shown(isAll: isAll).map { column in
        .init(
          name: column.name, type: column.type,
          sources: column.pointer.map { [stream.path: $0] } ?? [:])
      })
  }

  /// Each column with where it stands in the records of each stream that has it.
  private static func unified(_ view: String, _ sources: [ViewStream], _ isAll: Bool)
    -> ViewDescription
  {
    let names = unifiedColumns(view, sources)
    let parts = sources.map { (path: $0.path, shown: $0.shown(names, of: view, isAll: isAll)) }
    let columns = (parts.first?.shown ?? []).indices.map { index in
      let shown = parts.map { $0.shown[index] }
      let types = Set(shown.filter { $0.pointer != nil }.map(\.type))
      var pointers: [String: String] = [:]
      for part in parts { pointers[part.path] = part.shown[index].pointer }
      return ViewDescription.ViewColumn(
        name: shown[0].name, type: types.count == 1 ? types.first ?? "text" : shown[0].type,
        sources: pointers)
    }
    return ViewDescription(
      name: view + (isAll ? "_all" : ""), kind: .unified, isAll: isAll,
      streams: sources.map(\.path), columns: columns)
  }
}
