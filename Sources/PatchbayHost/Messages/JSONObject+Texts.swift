package import PatchbayJSON

extension JSONObject {
  /// Texts by their names, such as the headers of an answer, in the order of the names.
  package init(texts: [String: String]) {
    self.init(texts.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })
  }
}
