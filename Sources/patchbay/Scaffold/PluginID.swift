internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON

/// The id of a plugin to be made, and what it is called in each language.
struct PluginID {
  let text: String

  init(_ text: String) throws(Failure) {
    guard Manifest.idShape.problems(in: .string(text)).isEmpty else {
      let proposal = Self.proposal(for: text)
      let rule =
        "use 2 to 100 lower-case letters, digits, dashes, dots and underscores, a letter first"
      throw Failure(
        .config, "usage.name", "“\(text.prefix(200))” cannot be the id of a plugin",
        mend: proposal.map { "\(rule), such as \($0)" } ?? rule)
    }
    self.text = text
  }

  /// The nearest id that is one, or `nil`.
  private static func proposal(for text: String) -> String? {
    var words: [String] = [""]
    for byte in text.prefix(100).lowercased().utf8 {
      let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      if isLetter || isDigit && words != [""] {
        words[words.count - 1].append(Character(Unicode.Scalar(byte)))
      } else if words.last != "" {
        words.append("")
      }
    }
    let proposal = words.filter { !$0.isEmpty }.joined(separator: "-")
    return Manifest.idShape.problems(in: .string(proposal)).isEmpty ? proposal : nil
  }

  private var words: [Substring] { text.split { "-._".contains($0) } }

  /// `acme-books` is `AcmeBooksConnector`: with its kind it is neither a module of the system's nor
  /// a type of the SDK's.
  func swiftName(kind: String) -> String {
    let suffix = Self.capitalized(kind[...])
    let name = words.map(Self.capitalized).joined()
    return name.hasSuffix(suffix) && name != suffix ? name : name + suffix
  }

  /// `acme-books` is `acme_books`.
  var cName: String { words.joined(separator: "_") }

  private static func capitalized(_ word: Substring) -> String {
    word.prefix(1).uppercased() + word.dropFirst()
  }
}
