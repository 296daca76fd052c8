/// Letters and signs that look like others: Unicode's list, and before it what Latin words are
/// written with to a hasty eye.
enum Confusables {
  /// A Latin letter or a digit, and what looks like it. Capital letters count as what they look
  /// like, not as what they are.
  private static let looks: [(latin: String, like: String)] = [
    ("a", "АаΑαɑàáâãäåāăą"), ("b", "ВЬьΒβƄ"), ("c", "СсϹϲçćč"), ("d", "ԁɗďđ"),
    ("e", "ЕеЁёΕεèéêëēėęě"), ("f", "ƒϜ"), ("g", "ɡԍğģ"), ("h", "НһΗհ"), ("i", "ІіЇїΙιıɩìíîïīį"),
    ("j", "ЈјϳΪ"), ("k", "КкΚκķ"), ("l", "ӀӏΙ|łļľ"), ("m", "МмΜ"), ("n", "ΝηпñńňņՈո"),
    ("o", "ОоΟοσօòóôõöøōő"), ("p", "РрΡρ"), ("q", "ԛ"), ("r", "гřŕ"), ("s", "ЅѕśšşșՏ"),
    ("t", "ТтΤτťţț"), ("u", "υսùúûüūůű"), ("v", "Ѵѵν"), ("w", "ԜԝωŵШш"), ("x", "ХхΧχ"),
    ("y", "УуΥγүýÿ"), ("z", "Ζžźż"), ("0", "Օ"), ("3", "Зз"), ("6", "б"), ("ae", "æӕ"),
    ("oe", "œ"), ("ss", "ß"),
  ]

  private static let latinOf: [Unicode.Scalar: [UInt8]] = {
    var table: [Unicode.Scalar: [UInt8]] = [:]
    for (latin, like) in looks {
      // Whichever letter claims a sign first has it.
      for scalar in like.unicodeScalars where table[scalar] == nil {
        table[scalar] = Array(latin.utf8)
      }
    }
    return table
  }()

  /// The words of a text in small Latin letters and digits, as they look: letters in other forms
  /// or of other alphabets become what they resemble, accents and what is invisible goes. Letters
  /// without a likeness stay what they are, in UTF-8.
  static func latin(_ text: String) -> [[UInt8]] {
    var words: [[UInt8]] = [[]]
    for scalar in text.unicodeScalars {
      let properties = scalar.properties
      if properties.isDefaultIgnorableCodePoint { continue }
      switch properties.generalCategory {
      case .control, .format, .nonspacingMark, .enclosingMark: continue
      default: break
      }
      let plain = plain(scalar)
      if let latin = latinOf[plain] ?? latinOf[lower(plain)]
        ?? ConfusableLetters.looks[plain]
      {
        words[words.count - 1] += latin
      } else if plain.properties.isAlphabetic || plain.properties.numericType != nil {
        words[words.count - 1] += Array(plain.properties.lowercaseMapping.utf8)
      } else {
        words.append([])
      }
    }
    return words.filter { !$0.isEmpty }
  }

  private static func lower(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    let mapped = scalar.properties.lowercaseMapping.unicodeScalars
    return mapped.count == 1 ? mapped.first ?? scalar : scalar
  }

  /// ASCII for a sign that is ASCII in another form: full-width, mathematical, in a circle.
  private static func plain(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    let value = scalar.value
    func letter(_ offset: UInt32) -> Unicode.Scalar { Unicode.Scalar(UInt8(0x61 + offset % 26)) }
    switch value {
    case 0xFF01...0xFF5E: return Unicode.Scalar(UInt8(value - 0xFEE0))
    // Thirteen alphabets, each of 26 capitals and 26 small letters.
    case 0x1D400...0x1D6A3: return letter(value - 0x1D400)
    case 0x1D7CE...0x1D7FF: return Unicode.Scalar(UInt8(0x30 + (value - 0x1D7CE) % 10))
    case 0x24B6...0x24E9: return letter(value - 0x24B6)
    case 0x1F130...0x1F149: return letter(value - 0x1F130)
    default: return scalar
    }
  }

  /// Pairs that look like one letter.
  private static let pairs: [(pair: [UInt8], letter: UInt8)] = [
    ("rn", "m"), ("vv", "w"), ("cl", "d"), ("c1", "d"), ("nn", "m"),
  ].map { (Array($0.0.utf8), Array($0.1.utf8)[0]) }

  private static let signs: [UInt8: UInt8] = {
    var table: [UInt8: UInt8] = [:]
    let pairs = [
      ("0", "o"), ("1", "l"), ("i", "l"), ("2", "z"), ("3", "e"), ("4", "a"), ("5", "s"),
      ("6", "b"), ("7", "t"), ("8", "b"), ("9", "g"), ("q", "g"), ("|", "l"), ("!", "l"),
      ("$", "s"), ("@", "a"),
    ]
    for (sign, letter) in pairs { table[Array(sign.utf8)[0]] = Array(letter.utf8)[0] }
    return table
  }()

  /// Texts with the same skeleton look alike. Of small letters and digits.
  static func skeleton(_ bytes: [UInt8]) -> [UInt8] {
    var folded: [UInt8] = []
    var rest = bytes[...]
    while let byte = rest.first {
      if let found = pairs.first(where: { rest.starts(with: $0.pair) }) {
        folded.append(found.letter)
        rest = rest.dropFirst(2)
      } else {
        folded.append(signs[byte] ?? byte)
        rest = rest.dropFirst()
      }
    }
    return folded
  }

  static func skeleton(_ text: String) -> [UInt8] { skeleton(Array(text.utf8)) }
}
