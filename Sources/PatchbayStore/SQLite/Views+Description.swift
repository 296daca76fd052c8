internal import PatchbayCore
internal import PatchbayJSON

extension Views {
  /// All views that there are, by name, with where each column comes from.
  func descriptions() throws(Failure) -> [ViewDescription] {
    let streams = try streams()
    let made = Set(
      try database.makeStatement("SELECT name FROM shared_views").rows { $0.text(0) })
    var named: Set<String> = []
    let shared = Self.shared(streams)
      .filter { made.contains($0.name) && named.insert($0.name).inserted }
    let own = streams.map {
      Shared(name: $0.view, kind: .stream, isAll: false, streams: [$0])
    }
    return (own + shared).map(Self.description).sorted { $0.name < $1.name }
  }

  private static func description(of view: Shared) -> ViewDescription {
    if view.kind == .unified {
      return unified(
        view.isAll ? String(view.name.dropLast(4)) : view.name, view.streams, view.isAll)
    }
    return description(of: view.streams[0], view.name, view.kind, view.isAll)
  }

  private static func description(
    of stream: ViewStream, _ name: String, _ kind: ViewDescription.Kind, _ isAll: Bool
  ) -> ViewDescription {
    ViewDescription(
      name: name, kind: kind, isAll: isAll, streams: [stream.path],
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
