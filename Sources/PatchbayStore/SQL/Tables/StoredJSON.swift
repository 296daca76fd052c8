internal import PatchbayCore
internal import PatchbayJSON

extension JSON {
  /// Reads JSON that the store wrote. Throws `store.json` for anything else.
  init(stored text: String, _ what: String) throws(Failure) {
    do {
      self = try JSON(reading: text)
    } catch {
      throw Failure(
        .data, "store.json", "the \(what) in the database cannot be read: \(error)",
        mend: "the file was changed by other hands; restore it from a backup")
    }
  }
}
