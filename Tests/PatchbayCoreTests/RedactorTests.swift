import PatchbayCore
import PatchbayCrypto
import PatchbayJSON
import Seeded
import Testing

/// What is shown holds no secret, in whatever form a program wrote it.
@Suite struct RedactorTests {
  private static let secret = "k3y<&>/with \"odd\"+bytes=é\u{1F511}"

  private func hidden(_ text: String, _ secrets: [String] = [secret]) -> String {
    Redactor(secrets).hiding(text)
  }

  @Test(arguments: [
    ("as it is", secret),
    ("percent", "k3y%3C%26%3E%2Fwith%20%22odd%22%2Bbytes%3D%C3%A9%F0%9F%94%91"),
    ("percent in lower case", "k3y%3c%26%3e%2fwith%20%22odd%22%2bbytes%3d%c3%a9%f0%9f%94%91"),
    ("percent in both cases", "k3y%3C%26%3e%2Fwith%20%22odd%22%2bbytes%3D%C3%a9%f0%9F%94%91"),
    ("a form", "k3y%3C%26%3E%2Fwith+%22odd%22%2Bbytes%3D%C3%A9%F0%9F%94%91"),
    ("JSON", "k3y<&>/with \\\"odd\\\"+bytes=é\u{1F511}"),
    ("JSON with slashes", "k3y<&>\\/with \\\"odd\\\"+bytes=é\u{1F511}"),
    ("JSON of Go", "k3y\\u003c\\u0026\\u003e/with \\\"odd\\\"+bytes=é\u{1F511}"),
    ("JSON in ASCII", "k3y\\u003C\\u0026\\u003E\\/with \\\"odd\\\"+bytes=\\u00E9\\uD83D\\uDD11"),
    ("JavaScript", "k3y\\x3c\\x26\\x3E/with \\\"odd\\\"+bytes=\\xc3\\xa9\\xf0\\x9f\\x94\\x91"),
    ("HTML", "k3y&lt;&amp;&gt;/with &quot;odd&quot;+bytes=é\u{1F511}"),
    ("HTML by numbers", "k3y&#60;&#38;&#x3E;&#x2f;with &#34;odd&#34;&#43;bytes&#61;&#233;"),
    ("JSON in JSON", "k3y\\\\u003c\\\\u0026\\\\u003e/with \\\\\\\"odd\\\\\\\"+bytes=é\u{1F511}"),
    ("percent twice", "k3y%253C%2526%253E%252Fwith%2520%2522odd%2522%252Bbytes%253D%25C3%25A9"),
    ("HTML in JSON", "k3y\\u0026lt;\\u0026amp;\\u0026gt;/with \\u0026quot;odd\\u0026quot;+bytes=é"),
  ])
  func `A secret is found in every form`(form: String, text: String) {
    let shown = hidden("before \(text) behind")
    #expect(shown.hasPrefix("before \(Redactor.mark)") && shown.hasSuffix(" behind"), "\(shown)")
    for part in ["k3y", "with", "odd", "bytes", "233"] {
      #expect(!shown.contains(part), "\(shown)")
    }
  }

  @Test func `Hexadecimal digits of either case tell nothing, wherever they begin`() {
    let hex = Hex.encode(Array(Self.secret.utf8))
    for text in [hex, hex.uppercased(), "f" + hex, "0x\(hex)", hex.prefix(30) + hex.dropFirst(30)] {
      #expect(!hidden("a \(text) z").lowercased().contains(hex.prefix(16)), "\(text)")
    }
  }

  @Test func `Base 64 tells nothing, wherever in it the secret begins, and of either alphabet`() {
    for short in [false, true] {
      let secret = short ? "k3y!" : Self.secret
      for before in ["", "a", "ab", "user:", "somebody@example.com:", "{\"token\":\""] {
        for behind in ["", "z", "\"}"] {
          let code = Base64.encode(Array((before + secret + behind).utf8))
          let url = Base64.encode(Array((before + secret + behind).utf8), url: true)
          for text in [code, url, code.replacing("/", with: "\\/"), percentEncoded(code)] {
            let shown = hidden("Authorization: Basic \(text), Bearer x\(text)", [secret])
            let words = "Authorization: Basic \(Redactor.mark), Bearer \(Redactor.mark)"
            #expect(shown == words, "\(text)")
          }
        }
      }
    }
  }

  @Test func `Every piece of twelve bytes is found, and fewer are not`() {
    let secret = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
    for start in 0...(secret.count - 12) {
      let piece = String(decoding: secret[start..<start + 12], as: UTF8.self)
      #expect(hidden("<\(piece)>", ["abcdefghijklmnopqrstuvwxyz0123456789"]) == "<•••>")
      let less = String(piece.dropLast())
      #expect(hidden("<\(less)>", ["abcdefghijklmnopqrstuvwxyz0123456789"]) == "<\(less)>")
    }
  }

  @Test func `Short secrets are found whole, and those of three bytes are not looked for`() {
    #expect(hidden("key=abcd, abc, xabcdx", ["abcd", "ab"]) == "key=•••, abc, x•••x")
    #expect(hidden("a%62c%64 \\u0061bcd 61626364", ["abcd"]) == "••• ••• •••")
    #expect(hidden("abcde", ["abcd", "abcde"]) == "•••")
    #expect(hidden("token", ["token\n"]) == "•••")
  }

  @Test func `Bytes are compared, not characters: no mark beside a secret hides it`() {
    let secret = "e-secret-key-e"
    for mark in ["\u{301}", "\u{200D}\u{1F469}", "\u{FE0F}", "\u{20DD}"] {
      // With a mark behind it, the last letter is part of another character, and CR LF is one.
      for text in ["\(secret)\(mark)", "x\(mark)\(secret)\(mark)y", "\r\(secret)\r\n"] {
        let shown = hidden(text, [secret])
        #expect(shown.utf8.count < text.utf8.count && !shown.contains("secret"), "\(shown)")
      }
    }
    #expect(hidden("\(secret)\u{301}", [secret]).utf8.elementsEqual("•••\u{301}".utf8))
  }

  @Test func `A piece that ends within a character takes the whole of it`() {
    let secret = "0123456789éééééé"
    let cut = Array("<0123456789é\u{E8}>".utf8)
    let shown = Redactor([secret]).hiding(cut)
    #expect(String(validating: shown, as: UTF8.self) != nil)
    #expect(!String(decoding: shown, as: UTF8.self).contains("0123456789"))
  }

  @Test func `Bytes that are no text are looked through as well`() {
    let bytes: [UInt8] = [0xFF, 0x00] + Array(Self.secret.utf8) + [0xC3]
    #expect(Redactor([Self.secret]).hiding(bytes) == [0xFF, 0x00] + Array("•••".utf8) + [0xC3])
  }

  @Test func `JSON stays JSON, and a number that is a secret becomes a text`() {
    let json: JSON = [
      "id": 12_345_678, "n": 1, "Bearer s3cret-t0ken": [true, nil, "x s3cret-t0ken\n"],
    ]
    let shown = Redactor(["s3cret-t0ken", "12345678"]).hiding(json)
    #expect(shown == ["id": "•••", "n": 1, "Bearer •••": [true, nil, "x •••\n"]])
  }

  @Test func `A secret across the end of a block is found`() {
    for padding in (65_536 - 16)...(65_536 + 16) {
      let text = String(repeating: ".", count: padding)
      #expect(hidden("\(text)\\u0061bcd\(text)", ["abcd"]) == "\(text)•••\(text)")
    }
  }

  /// Texts by chance, in which a secret stands in two forms at once, one around the other.
  @Test func `No form of a form tells a piece of it`() {
    for seed in seeds {
      var draw = Draw(seed)
      let letters = Array("aZ09 <>&/+=%\"'\\é".unicodeScalars)
      var secret = ""
      for _ in 0..<30 { secret.unicodeScalars.append(draw.pick(letters)) }
      let forms: [(String) -> String] = [
        { $0 }, { percentEncoded($0) }, { percentEncoded($0).replacing("%20", with: "+") },
        { String(JSON.string($0).text.dropFirst().dropLast()) },
        {
          $0.utf16.map { "\\u" + Hex.encode([UInt8($0 >> 8), UInt8($0 & 255)]) }.joined()
        },
        { $0.unicodeScalars.map { "&#\($0.value);" }.joined() },
      ]
      for outer in forms {
        for inner in forms {
          let text = outer(inner(secret))
          #expect(hidden("\(text)", [secret]) == "•••", "seed \(seed): \(secret) as \(text)")
        }
      }
    }
  }
}
