import PatchbayTerminal
import Testing

@Suite("Widths, harmless text and figures")
struct TextTests {
  @Test(
    "the width is that of the columns a terminal uses",
    arguments: [
      ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("한글", 4),
      ("\u{1112}\u{1161}\u{11AB}", 2), ("ﾊﾝ", 2), ("Ａ", 2), ("😀", 2), ("👩‍👩‍👧", 2), ("👍🏽", 2), ("🇫🇷", 2),
      ("❤️", 2), ("❤", 1), ("1️⃣", 2), ("\u{1B}", 0), ("a\r\nb", 2), ("a\tb", 2), ("\u{200B}", 0),
      ("\u{9B}", 0), ("─█▏…", 4), ("␛", 1), ("𠀀", 2), ("नि", 2), ("ไทย", 3), ("ที่", 1),
    ])
  func widths(_ text: String, _ width: Int) {
    #expect(displayWidth(text) == width, "\(text.unicodeScalars.map(\.value))")
  }

  @Test("escape sequences, newlines and other controls become visible")
  func escapes() {
    #expect(visible("\u{1B}[31mred\u{1B}[0m") == "␛[31mred␛[0m")
    #expect(visible("\u{1B}]0;title\u{7}") == "␛]0;title␇")
    #expect(visible("a\r\nb\tc\u{0}\u{7F}") == "a␍␊b␉c␀␡")
    #expect(visible("\u{9B}2J") == "<U+009B>2J")
    #expect(visible("\u{85}") == "<U+0085>")
    #expect(visible("a\u{2028}b") == "a<U+2028>b")
  }

  @Test("bidirectional overrides and invisible characters become visible")
  func overrides() {
    #expect(visible("a\u{202E}txt.exe") == "a<U+202E>txt.exe")
    #expect(visible("\u{2066}x\u{2069}") == "<U+2066>x<U+2069>")
    #expect(visible("\u{200B}\u{FEFF}") == "<U+200B><U+FEFF>")
    #expect(visible("\u{E0041}") == "<U+E0041>")
  }

  @Test("ordinary text of all scripts stays as it is")
  func ordinary() {
    for text in ["plain", "日本語", "שלום", "مرحبا", "👩‍👩‍👧 ok", "می‌خواهم", "e\u{301}", "❤️"] {
      #expect(visible(text) == text)
    }
  }

  @Test("every scalar is harmless after it was made visible")
  func everyScalar() {
    for value in UInt32(0)...0x10FFFF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let shown = visible(String(scalar))
      let isSafe = shown.unicodeScalars.allSatisfy {
        $0.properties.generalCategory != .control && !(0x202A...0x202E).contains($0.value)
          && !(0x2066...0x2069).contains($0.value)
      }
      if !isSafe { Issue.record("U+\(String(value, radix: 16)) is not harmless") }
    }
  }

  @Test("counts have their thousands apart")
  func counts() {
    #expect(formatCount(0) == "0")
    #expect(formatCount(999) == "999")
    #expect(formatCount(1000) == "1,000")
    #expect(formatCount(-1_234_567) == "-1,234,567")
    #expect(formatCount(.min) == "-9,223,372,036,854,775,808")
  }

  @Test("bytes are shown in powers of 1024 and never as 1024 of a unit")
  func bytes() {
    #expect(formatBytes(0) == "0 B")
    #expect(formatBytes(1023) == "1023 B")
    #expect(formatBytes(1536) == "1.5 KiB")
    #expect(formatBytes(1024 * 1024 - 1) == "1 MiB")
    #expect(formatBytes(123 << 20) == "123 MiB")
    #expect(formatBytes(.max) == "8 EiB")
    #expect(formatBytes(-2048) == "-2 KiB")
  }

  @Test("durations have two units at most")
  func durations() {
    #expect(formatDuration(0) == "0 ms")
    #expect(formatDuration(999) == "999 ms")
    #expect(formatDuration(12_399) == "12.3 s")
    #expect(formatDuration(59_999) == "59.9 s")
    #expect(formatDuration(185_000) == "3 min 05 s")
    #expect(formatDuration(7_620_000) == "2 h 07 min")
    #expect(formatDuration(356_400_000) == "4 d 3 h")
    #expect(formatDuration(-1500) == "-1.5 s")
    #expect(formatDuration(.min).hasSuffix(" h"))
  }

  @Test("rates are short and survive what is not a number")
  func rates() {
    #expect(formatRate(0) == "0/s")
    #expect(formatRate(.nan) == "0/s")
    #expect(formatRate(-.infinity) == "0/s")
    #expect(formatRate(0.01) == "<0.1/s")
    #expect(formatRate(12.34) == "12.3/s")
    #expect(formatRate(99.96) == "100/s")
    #expect(formatRate(1234.4) == "1,234/s")
    #expect(formatRate(5_240_000) == "5.2M/s")
    #expect(formatRate(.greatestFiniteMagnitude) == ">1,000T/s")
  }
}
