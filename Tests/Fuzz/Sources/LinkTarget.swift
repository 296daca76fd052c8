import PatchbayCore
import PatchbayABI

@testable import PatchbaySDK

extension FuzzTarget {
  /// `Link` and `Date` headers, as a plugin reads them.
  static let link = FuzzTarget(
    name: "link",
    seeds: {
      [
        "<https://a.test/?p=2>; rel=\"next\", <https://a.test/?p=9>; rel=\"last\"",
        "<?a,b>;title=\"x, <y>; rel=next\";rel=prev,</z>; REL = \"first next\"",
        "Sun, 06 Nov 1994 08:49:37 GMT",
      ].map { Array($0.utf8) }
    },
    words: ["rel=\"next\"", "; rel=next", ", <", ">;", "\",\"", " GMT", "Nov"], run: checkLink)
}

// Unsafe: the table of the host lives as long as the process.
private let helpers: Void = unsafe HostServices.connect(HostTable.pointer)

private func checkLink(_ bytes: [UInt8]) {
  _ = helpers
  let text = String(decoding: bytes, as: UTF8.self)
  if let target = LinkHeader.next(text) {
    expect(text.contains("<\(target)>"), "the link “\(target)” is not in the header")
    expect(text.lowercased().contains("next"), "a next link where none is named so")
  }
  // What stands before does not hide a link, if it is whole.
  if !text.utf8.contains(where: { "\"\\".utf8.contains($0) }) {
    let header = "</before>; title=\"\(text)\", </after>; rel=\"next\""
    expect(LinkHeader.next(header) == "/after", "a link is lost in: \(header)")
  }
  if let ms = HTTPDate.milliseconds(text) {
    expect(ms % 1000 == 0 || text.contains("."), "\(text) has parts of a second")
    expect(Time.parse(Time.format(ms)) == ms, "the date \(text) is another when written")
  }
}
