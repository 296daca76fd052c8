import Testing

@testable import PatchbayMarketplace

@Suite("Look-alike names") struct LookAlikeTests {
  static func find(
    _ name: String, _ display: String = "Something of ours", of publisher: String = "mallory",
    among known: (name: String, display: String)...
  ) -> [LookAlike] {
    LookAlike.of(
      name, display: display, publisher: publisher,
      among: known.map { (name: $0.name, display: $0.display, publisher: "alice") })
  }

  @Test(
    arguments: [
      ("stripe", "stripe", .same), ("hub-spot", "hubspot", .separators),
      ("my.shop_x", "myshop-x", .separators), ("str1pe", "stripe", .confusable),
      ("g1thub", "github", .confusable), ("arnazon", "amazon", .confusable),
      ("tvvitter", "twitter", .confusable), ("clocker", "docker", .confusable),
      ("c1ocker", "docker", .confusable), ("n0tion", "notion", .confusable),
      ("salesf0rce", "salesforce", .confusable), ("goog1e-drive", "google_drive", .confusable),
      ("5lack", "slack", .confusable), ("githab", "github", .edit), ("gihtub", "github", .edit),
      ("stripee", "stripe", .edit), ("strpe", "stripe", .edit), ("slacc", "slack", .edit),
      ("salesfroce", "salesforce", .edit), ("salefors", "saleforce", .edit),
      ("hubspots", "hubspot", .edit), ("stripe-official", "stripe", .affix),
      ("the-real-stripe", "stripe", .affix), ("stripe-sdk", "stripe", .affix),
      ("stripe.connector", "stripe", .affix), ("officialstripe", "stripe", .affix),
      ("stripeplugin", "stripe", .affix), ("0fficial-str1pe", "stripe", .affix),
      ("stripe-plugin", "stripe-connector", .affix), ("stripe-v2", "stripe", .affix),
      ("stripe2", "stripe", .affix), ("stripe-2", "stripe", .affix), ("jira-sdk", "jira", .affix),
      ("notes", "notes-plugin", .affix),
    ] as [(String, String, LookAlike.Kind)])
  func `are found`(new: String, old: String, kind: LookAlike.Kind) {
    let found = Self.find(new, among: (old, "Of someone else"))
    #expect(found.map(\.kind) == [kind] && found.map(\.other) == [old], "\(found)")
    #expect(found.allSatisfy { $0.why.contains(new) && $0.why.contains("alice") })
  }

  @Test(arguments: [
    ("notes", "notion"), ("rest", "test"), ("mail", "main"), ("jira", "lira"), ("s3", "s4"),
    ("shop", "ship"), ("books", "boots-and-shoes"), ("oauth1", "oauth2"), ("sap-4", "sap-5"),
    ("acme-books", "acme-films"), ("github", "gitlab"), ("postgres", "postgis-tools"),
    ("the-sdk", "plugin"), ("theme", "me"), ("apiary", "ary"), ("studio", "stud"),
    ("dropbox", "box"), ("outlook", "look"), ("salesforce", "sales"), ("google-drive", "onedrive"),
    ("acid", "add"), ("x", "y"), ("web3", "web2"),
  ])
  func `are not found where names are only near`(new: String, old: String) {
    #expect(Self.find(new, among: (old, "Of someone else")) == [])
    #expect(Self.find(old, among: (new, "Of someone else")) == [])
  }

  @Test(arguments: [
    "Stripe", "stripe", "S t r i p e", "STRIPE", "Str\u{456}pe", "\u{405}tripe", "Strіре",
    "Ｓｔｒｉｐｅ", "S\u{200B}tripe", "Str\u{AD}ipe", "Strípe", "Stri\u{301}pe", "𝐒𝐭𝐫𝐢𝐩𝐞",
    "Ⓢⓣⓡⓘⓟⓔ", "Stripe™", "Str1pe", "Stripe Official", "The real Stripe", "Stripe\u{202E}",
    "Strιpe", "Stripe 2", "Stripe Connector", "ꓢtripe", "Ꮪtripe", "Strịpẹ", "Ṩtripe", "Stгⅰpℯ",
  ])
  func `are found among display names`(display: String) {
    let found = Self.find("pay-easily", display, among: ("money-mill", "Stripe"))
    #expect(found.map(\.kind) == [.display] && found.map(\.other) == ["money-mill"], "\(found)")
    let byName = Self.find("pay-easily", display, among: ("stripe", "Payments"))
    #expect(byName.map(\.kind) == [.display], "\(byName)")
  }

  @Test(arguments: [
    "Stripes of zebras", "Pay", "Ð", "", "™", "Страйп", "ストライプ", "条纹", "Stripe for Acme",
  ])
  func `are not found where display names are others`(display: String) {
    #expect(Self.find("pay-easily", display, among: ("money-mill", "Stripe")) == [])
  }

  @Test func `with letters of two alphabets in a word are found without a twin`() throws {
    for (display, alphabets) in [
      ("Paypаl", "Latin and Cyrillic"), ("Παy", "Greek and Latin"), ("My Shοp", "Latin and Greek"),
    ] {
      let found = Self.find("pay-easily", display)
      #expect(found.map(\.kind) == [.display] && found.map(\.other) == [""], "\(found)")
      #expect(found.first?.why.contains(alphabets) == true, "\(found)")
    }
    for display in ["Яндекс Mail", "Café Zürich", "LINEスタンプ", "µTask", "Ωμέγα 3"] {
      #expect(Self.find("pay-easily", display) == [], "\(display)")
    }
  }

  @Test func `of the same publisher are nobody else's`() {
    let found = Self.find("stripe-sdk", "Stripe", of: "alice", among: ("stripe", "Stripe"))
    #expect(found == [])
  }

  @Test func `are told with each known name once, by the plainest reason`() {
    let found = Self.find(
      "stripe", "Stripe", among: ("stripe", "Stripe"), ("str1pe", "Stripe"), ("pay", "Stripe"),
      ("other", "Other"))
    #expect(found.map(\.kind) == [.same, .confusable, .display])
  }

  @Test func `are as far apart as letters were changed`() {
    for (one, other, distance) in [
      ("", "", 0), ("", "abc", 3), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "ab", 1),
      ("kitten", "sitting", 3), ("ca", "abc", 3), ("abcd", "badc", 2),
    ] {
      #expect(editDistance(Array(one.utf8), Array(other.utf8)) == distance, "\(one) \(other)")
      #expect(editDistance(Array(other.utf8), Array(one.utf8)) == distance, "\(one) \(other)")
    }
  }
}
