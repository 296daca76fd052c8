import Glibc
import PatchbayCore
import PatchbayStore
import Testing

/// Who could put another file at a path. Unsafe: paths are read during the calls only.
@Suite("The way to a file") struct WayTests {
  /// A folder of its own, `safe`, whose parts tests open to others.
  private let root: String

  init() throws {
    var template = Array("/tmp/patchbay-way-XXXXXX".utf8CString)
    try #require(unsafe mkdtemp(&template) != nil)
    root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    for name in ["safe", "safe/inner", "other"] {
      #expect(unsafe mkdir("\(root)/\(name)", 0o755) == 0)
    }
    try FileBytes.replace("\(root)/safe/inner/a.so", with: [1], mode: 0o644)
  }

  private func refusal(_ path: String) -> Failure? {
    do throws(Failure) {
      try Rights.checkWay(to: path)
      return nil
    } catch { return error }
  }

  @Test func `is good where only this user and root can write`() {
    defer { FileBytes.removeTree(root) }
    // /tmp is everybody's, and nobody may touch another's files there.
    for path in ["safe", "safe/inner/a.so", "safe/../safe/./inner", "safe/nothing/at/all", ""] {
      #expect(refusal("\(root)/\(path)") == nil, "\(path)")
    }
    #expect(refusal("/") == nil && refusal("/usr/bin/env") == nil)
    #expect(refusal("/tmp")?.code == "store.rights", "anybody puts files there")
  }

  @Test(arguments: ["safe", "safe/inner", "safe/inner/a.so"], [0o777, 0o775, 0o757] as [mode_t])
  func `is refused where others can write`(part: String, mode: mode_t) {
    defer { FileBytes.removeTree(root) }
    #expect(unsafe chmod("\(root)/\(part)", mode) == 0)
    let failure = refusal("\(root)/safe/inner/a.so")
    #expect(failure?.code == "store.rights" && failure?.mend == "chmod go-w \(root)/\(part)")
  }

  @Test func `is looked at behind links, and on the way to them`() {
    defer { FileBytes.removeTree(root) }
    #expect(unsafe symlink("../safe/inner", "\(root)/other/link") == 0)
    #expect(unsafe symlink("\(root)/other/link", "\(root)/chain") == 0)
    #expect(unsafe symlink("round", "\(root)/round") == 0)
    #expect(refusal("\(root)/chain/a.so") == nil)
    #expect(refusal("\(root)/round/a.so")?.message.contains("too many links") == true)
    #expect(unsafe chmod("\(root)/other", 0o777) == 0)
    #expect(refusal("\(root)/chain/a.so")?.mend == "chmod go-w \(root)/other")
    #expect(unsafe chmod("\(root)/other", 0o755) == 0)
    #expect(unsafe chmod("\(root)/safe", 0o777) == 0)
    #expect(refusal("\(root)/chain/a.so")?.mend == "chmod go-w \(root)/safe")
  }

  /// Only root can give a file away.
  @Test(.enabled(if: geteuid() == 0)) func `is refused where it is another user's`() {
    defer { FileBytes.removeTree(root) }
    #expect(unsafe lchown("\(root)/safe/inner", 65_534, 65_534) == 0)
    #expect(refusal("\(root)/safe/inner/a.so")?.message.contains("65534") == true)
  }
}
