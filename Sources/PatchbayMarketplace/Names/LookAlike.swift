/// A name that could be taken for somebody else's.
///
/// Names of plugins are ASCII (`[a-z][a-z0-9._-]*`), display names are any text. A publisher's own
/// names are never complained about. What is found is for a person to judge: short or general names
/// are alike by chance.
package struct LookAlike: Sendable, Equatable {
  /// In what way, the plainest first.
  package enum Kind: String, Sendable, CaseIterable {
    /// The same name.
    case same
    /// The same but for `-`, `.` and `_`.
    case separators
    /// The same to a hasty eye: 0 and o, rn and m.
    case confusable
    /// The same with a word or a number that sounds official: `-sdk`, `the-`, `-v2`.
    case affix
    /// A letter or two were changed, left out, put in or swapped.
    case edit
    /// Display names look the same, or one mixes alphabets within a word.
    case display
  }

  package let kind: Kind
  /// The name of the known plugin; empty where a display name mixes alphabets and is like none.
  package let other: String
  /// For the publisher and whoever reviews, in English.
  package let why: String

  /// What a new plugin could be taken for; for each known one the plainest reason.
  ///
  /// Takes time in proportion to the known ones: microseconds for each.
  package static func of(
    _ name: String, display: String, publisher: String,
    among known: [(name: String, display: String, publisher: String)]
  ) -> [LookAlike] {
    let new = NameForms(name, display)
    var found = known.compactMap { old -> LookAlike? in
      if old.publisher == publisher { return nil }
      guard let (kind, how) = new.likeness(to: NameForms(old.name, old.display)) else { return nil }
      return LookAlike(
        kind: kind, other: old.name, why: "“\(name)” \(how) “\(old.name)” of \(old.publisher)")
    }
    if !found.contains(where: { $0.kind == .display }),
      let (word, alphabets) = Alphabet.mixture(in: display)
    {
      found.append(
        LookAlike(
          kind: .display, other: "",
          why: "“\(word)” in the display name mixes \(alphabets.joined(separator: " and ")) letters"
        ))
    }
    return found
  }
}

/// A name in the forms by which it is compared.
private struct NameForms {
  let name: String
  let bare: [UInt8]
  let skeleton: [UInt8]
  /// Without words that say nothing of whose it is.
  let core: Core
  let display: [UInt8]
  let displayCore: Core

  struct Core {
    let text: [UInt8]
    /// Without numbers too: what it may be taken for, if that has none.
    let withoutNumbers: [UInt8]
  }

  /// Words by which a copy says that it is the original, or what it is.
  private static let words = Set(
    [
      "official", "original", "genuine", "real", "true", "verified", "authentic", "the", "my",
      "pro", "plus", "inc", "hq", "team", "app", "api", "sdk", "client", "plugin", "addon",
      "connector", "connect", "integration", "sync", "io",
    ].map(Confusables.skeleton))
  /// Of those, what is also found where it is glued on without a separator.
  private static let glued = words.filter { $0.count >= 3 }
  /// What is left of a name must say something when glued words go.
  private static let coreCount = 4

  init(_ name: String, _ display: String) {
    self.name = name
    bare = Array(name.lowercased().utf8.filter { !"-._".utf8.contains($0) })
    skeleton = Confusables.skeleton(bare)
    core = Self.core(name.utf8.split { "-._".utf8.contains($0) }.map(Array.init))
    let words = Confusables.latin(display)
    self.display = Confusables.skeleton(words.flatMap(\.self))
    displayCore = Self.core(words)
  }

  private static func core(_ parts: [[UInt8]]) -> Core {
    func joined(_ isLeftOut: ([UInt8]) -> Bool) -> [UInt8] {
      let kept = parts.filter { !isLeftOut($0) }
      return Confusables.skeleton((kept.isEmpty ? parts : kept).flatMap(\.self))
    }
    func isWord(_ part: [UInt8]) -> Bool { words.contains(Confusables.skeleton(part)) }
    return Core(
      text: joined(isWord),
      withoutNumbers: joined { part in
        let digits = part.first == UInt8(ascii: "v") ? part.dropFirst() : part[...]
        return isWord(part) || isNumber(digits)
      })
  }

  private static func isNumber(_ bytes: ArraySlice<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy { (0x30...0x39).contains($0) }
  }

  func likeness(to old: NameForms) -> (LookAlike.Kind, String)? {
    if name == old.name { return (.same, "is the name of") }
    if bare == old.bare { return (.separators, "differs only by separators from") }
    if skeleton == old.skeleton { return (.confusable, "looks the same as") }
    if isExtended(old) { return (.affix, "sounds like an official form of") }
    if isMistyped(old) { return (.edit, "is a slip of the finger away from") }
    if isShownAs(old) { return (.display, "is shown by a name that looks the same as") }
    return nil
  }

  /// The old name with words, or with a number where it had none.
  private func isExtended(_ old: NameForms) -> Bool {
    if Self.isMet(old.skeleton, old.core, by: core) { return true }
    if old.skeleton.count < Self.coreCount { return false }
    if bare.starts(with: old.bare), Self.isNumber(bare[old.bare.count...]) {
      return !Self.isNumber(old.bare.suffix(1))
    }
    return Self.glued.contains {
      skeleton == $0 + old.skeleton || skeleton == old.skeleton + $0
    }
  }

  /// One letter from five letters on (`rest` and `test` are two words), two from eight. Numbers at
  /// the end tell things apart: `oauth1` is no slip of `oauth2`.
  private func isMistyped(_ old: NameForms) -> Bool {
    let count = min(bare.count, old.bare.count)
    let limit = count < 5 ? 0 : count < 8 ? 1 : 2
    if limit == 0 || abs(bare.count - old.bare.count) > limit { return false }
    let (stem, oldStem) = (Self.stem(bare), Self.stem(old.bare))
    if stem == oldStem && stem.count < count { return false }
    return editDistance(bare, old.bare) <= limit
  }

  private static func stem(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
    bytes.prefix(upTo: (bytes.lastIndex { !(0x30...0x39).contains($0) } ?? -1) + 1)
  }

  /// Also by the old one's name, and with words that sound official.
  private func isShownAs(_ old: NameForms) -> Bool {
    if display.count < 2 { return false }
    return display == old.display || display == old.skeleton
      || Self.isMet(old.display, old.displayCore, by: displayCore)
      || Self.isMet(old.skeleton, old.core, by: displayCore)
  }

  private static func isMet(_ skeleton: [UInt8], _ old: Core, by new: Core) -> Bool {
    [new.text, new.withoutNumbers].contains {
      $0.count >= 2 && ($0 == skeleton || $0 == old.text)
    }
  }
}
