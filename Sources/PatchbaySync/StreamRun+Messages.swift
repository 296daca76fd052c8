internal import PatchbayCore
internal import PatchbayEgress
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMessages
internal import PatchbayStore

extension StreamRun {
  private static let noteLimit = 100

  /// Notes, progress and columns: nothing that the plugin waits for.
  func tellOf(_ message: Message) throws(Failure) {
    switch message.kind {
    case .note:
      // Notes beyond the limit are dropped.
      if report.notes.count >= Self.noteLimit { return }
      let text = connection.line.redactor.hiding(message.head["text"]?.string ?? "")
      report.notes.append(text)
      tell(.note(stream: stream.name, text))
    case .progress:
      report.total = message.head["total"]?.integer
      tell(.progress(report))
    case .catalog:
      catalogs += 1
      guard catalogs <= Self.noteLimit else {
        throw Failure(
          .bug, "plugin.catalogs", "the plugin tells of columns more than \(Self.noteLimit) times",
          mend: "report it to the plugin's publisher")
      }
      guard message.head["stream"]?.string == stream.name else {
        throw Failure(
          .bug, "plugin.catalogs",
          "the plugin tells of columns of another stream while it reads \(stream.name)",
          mend: "report it to the plugin's publisher")
      }
      let columns = (message.head["columns"]?.array ?? []).map {
        Column(
          name: $0["name"]?.string ?? "", at: $0["at"]?.string ?? "",
          kind: $0["type"]?.string.flatMap(Column.Kind.init) ?? .text)
      }
      let description = StreamDescription(
        connection: connection.name, stream: stream.name, columns: stream.columns + columns,
        unified: stream.unified)
      let (store, tell, name) = (store, tell, stream.name)
      Task {
        do throws(Failure) {
          let prepared = try await store.prepare(description)
          if !prepared.addedColumns.isEmpty && prepared.record.completedMS != nil {
            let names = prepared.addedColumns.prefix(10).joined(separator: ", ")
            tell(.note(stream: name, "\(prepared.addedColumns.count) new columns: \(names)"))
          }
        } catch {
          tell(.note(stream: name, "the view was not updated: \(error)"))
        }
      }
    default: break
    }
  }
}
