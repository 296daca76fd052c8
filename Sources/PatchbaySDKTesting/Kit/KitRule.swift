package import PatchbayCore

/// One thing that every plugin must get right.
public struct KitRule: Sendable {
  /// Stable, for machines: such as `state.resumes`.
  public let id: String
  /// What is asked of the plugin, in one line.
  public let about: String
  let check: @Sendable (KitBench) throws -> KitReport.Verdict

  init(
    _ id: String, _ about: String,
    _ check: @escaping @Sendable (KitBench) throws -> KitReport.Verdict
  ) {
    self.id = id
    self.about = about
    self.check = check
  }

  /// Whether a plugin that breaks it cannot be talked to.
  var isFirst: Bool { id.hasPrefix("file.") || id == "talk.loads" }

  /// All rules, in the order in which they are looked at.
  public static let all = [file, talk, sameness, endings, pages].flatMap { $0 }

  /// The rules of these ids, in the order in which they are looked at; all where none is named.
  package static func named(_ ids: [String]) throws(Failure) -> [KitRule] {
    for id in ids where !all.contains(where: { $0.id == id }) {
      throw Failure(
        .config, "usage.rule", "the kit has no rule “\(id)”",
        mend: "its rules: \(all.map(\.id).joined(separator: ", "))")
    }
    return ids.isEmpty ? all : all.filter { ids.contains($0.id) }
  }
}
