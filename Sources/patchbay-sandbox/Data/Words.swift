/// What the values are made of. A good part of it is meant to trip a careless reader.
enum Words {
  static let firstNames = [
    "Ada", "Zoë", "Jose\u{301}", "Søren", "Siobhán", "李", "محمد", "דניאל", "Ольга", "さくら", "Łukasz",
    "Anne Marie", "X Æ", "👩‍💻 Kim", "O", "İpek", "ﬁona", "Null",
  ]
  static let lastNames = [
    "Lovelace", "O'Brien", "d’Arc", "Müller-Lüdenscheidt", "小龍", "الخوارزمي", "כהן", "Иванова",
    "van der \"Berg\"", "Smith; DROP TABLE contacts", "Nguyễn", "\u{202E}desrever", "Á\u{200D}B",
    "True", "1e5", "García Márquez",
  ]
  static let companies = [
    "Acme", "Bäcker & Söhne", "C:\\Temp\\Ltd", "50% Off, Inc.", "株式会社みらい", "שלום בע\"מ",
    "<b>Bold</b> Co",
    "Ümläut 🚀 Labs", "=SUM(A1:A9)", "Tab\tCo", "N/A", "Crème de la Crème",
  ]
  static let cities = ["Berlin", "São Paulo", "東京", "Zürich", "القاهرة", "Reykjavík", "New York"]
  static let countries = ["Germany", "Brasil", "日本", "Schweiz", "مصر", "Ísland", "United States"]
  static let titles = [
    "Renewal", "Onboarding — phase 2", "“Quoted” offer", "Größe XL", "Re: Re: Fwd:", "café ☕️",
    "שדרוג",
    "Line\nbreak", "back\\slash", "comma, separated", "semi;colon", "🏳️‍🌈 launch",
  ]
  static let prose = [
    "Plain words about nothing in particular.",
    "First line\nsecond line\r\nthird line\ttabbed",
    "She said \"no\", then \\\"maybe\\\" – and left for C:\\new\\table.",
    "مرحبا بالعالم mixed with English and עברית in one sentence",
    "👨‍👩‍👧‍👦👍🏽🇩🇪 and a lone combining mark: \u{0301}",
    "e\u{0301} is not é to every reader; nor is ﷽ one column wide",
    "<p>Some <b>HTML</b> &amp; an entity &#x1F600;</p><script>alert('x')</script>",
    "zero\u{200B}width, non\u{00A0}breaking, line\u{2028}separator, \u{FEFF}byte order mark",
    "{\"looks\":\"like JSON\",\"but\":[\"is\",\"text\"]}",
    "𝕬𝖘𝖙𝖗𝖆𝖑 𝖕𝖑𝖆𝖓𝖊 𠜎𠜱𠝹 \u{10FFFD}",
    "Ünïcödé at the end of the page ends here…",
    "null",
  ]
}
