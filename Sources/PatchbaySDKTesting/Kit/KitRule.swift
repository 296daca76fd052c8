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

  /// All rules, in the order in which they are looked at.
  public static let all = [file, talk, sameness, endings, pages].flatMap { $0 }
}
