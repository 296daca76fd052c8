import Foundation
import Testing

/// `patchbay plugin pack`, with a plugin that is built already.
@Suite("A pack") struct PackTests {
  /// A plugin's folder as an author has it before publishing.
  private struct Folder {
    let scratch: Scratch
    var path: String { "\(scratch.path)/plugin" }
    var plugin: String { "\(path)/webhook.so" }

    init() throws {
      scratch = try Scratch()
      for name in ["Fixtures", "docs", "Sources"] {
        try FileManager.default.createDirectory(
          atPath: "\(path)/\(name)", withIntermediateDirectories: true)
      }
      try FileManager.default.copyItem(
        atPath: "\(Program.folder)/test-plugins/webhookverifier.so", toPath: plugin)
      for (name, text) in [
        ("listing.json", Self.listing), ("README.md", "# Webhooks\n"),
        ("LICENSE", "Do what you like.\n"),
        ("docs/setup.md", "# Setup\n"), ("docs/draft.txt", "no\n"),
        ("Sources/main.c", "int main;\n"), (".env", "SECRET=1\n"),
      ] { try write(name, text) }
      try FileManager.default.copyItem(
        atPath: "\(Program.root)/Tests/Plugins/WebhookVerifier/Fixtures/orders.ndjson",
        toPath: "\(path)/Fixtures/a.ndjson")
    }

    static let listing = """
      {"listing": 1, "name": "patchbay/webhook-verifier",
       "uuid": "6f0d3a52-9a5e-4b7e-8d0c-2f6a1c94e7b3", "license": "MIT",
       "compatibility": {"host": ">=0.1.0 <1.0.0"},
       "terms": {"currency": "EUR", "prices": [],
         "shares": [{"party": "patchbay", "ppm": 1000000}]}}
      """

    func write(_ name: String, _ text: String) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }

    func remove(_ name: String) throws {
      try FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }

    func pack(_ arguments: String...) throws -> Program.Result {
      try Program("patchbay", ["plugin", "pack"] + arguments).wait()
    }
  }

  private static let secret = "ghp_" + "q7Xw2Lp9Zt4Rm8Vk3Hs6Nd1Yb5Gc0JfUa7Te"

  @Test func `holds what belongs to the plugin, and nothing else`() throws {
    let folder = try Folder()
    let out = "\(folder.scratch.path)/a.patchbay"
    let packed = try folder.pack(folder.path, "--out", out, "--json")
    try #require(packed.exitCode == 0, "\(packed)")
    let json = try JSONSerialization.jsonObject(with: Data(packed.output.utf8)) as? [String: Any]
    let names = (json?["files"] as? [[String: Any]])?.compactMap { $0["path"] as? String }
    let wanted = [
      "Fixtures/a.ndjson", "LICENSE", "README.md", "docs/setup.md", "listing.json", "plugin.so",
    ]
    #expect(names == wanted)
    #expect((json?["findings"] as? [Any])?.isEmpty == true && json?["path"] as? String == out)
    let size = try FileManager.default.attributesOfItem(atPath: out)[.size] as? Int
    #expect(size == json?["size"] as? Int)
    // Any program for archives reads it.
    let listed = try Program("/bin/tar", ["-tvzf", out, "--utc", "--full-time"]).wait()
    #expect(listed.exitCode == 0 && listed.errors == "", "\(listed)")
    let lines = listed.output.split(separator: "\n")
    #expect(lines.count == wanted.count)
    for line in lines {
      #expect(line.contains("0/0 ") && line.contains("1970-01-01 00:00:00"), "\(line)")
      #expect(line.hasPrefix(line.hasSuffix("plugin.so") ? "-rwxr-xr-x" : "-rw-r--r--"), "\(line)")
    }
    let sum = try Program("/usr/bin/sha256sum", [out]).wait().output.prefix(64)
    #expect(json?["sha256"] as? String == String(sum))
  }

  @Test func `is the same from another folder, by another name and on another day`() throws {
    let (one, other) = (try Folder(), try Folder())
    let old = try Program(
      "/usr/bin/find", [other.path, "-exec", "touch", "-d", "2001-02-03", "{}", "+"]
    ).wait()
    #expect(old.exitCode == 0)
    try FileManager.default.moveItem(atPath: other.plugin, toPath: "\(other.path)/renamed.so")
    let files = [one, other].map { "\($0.scratch.path)/out" }
    #expect(try one.pack(one.path, "--out", files[0]).exitCode == 0)
    #expect(try other.pack("\(other.path)/renamed.so", "--out", files[1]).exitCode == 0)
    let bytes = files.map { FileManager.default.contents(atPath: $0) }
    #expect(bytes[0] != nil && bytes[0] == bytes[1])
    try other.write("README.md", "# Others\n")
    #expect(try other.pack(other.path, "--out", files[1]).exitCode == 0)
    #expect(FileManager.default.contents(atPath: files[1]) != bytes[0])
  }

  @Test func `is named after the plugin, in the folder where one is`() throws {
    let folder = try Folder()
    let script = "cd \"$0\" && exec \"$@\""
    let program = "\(Program.folder)/patchbay"
    let packed = try Program(
      "/bin/sh", ["-c", script, folder.scratch.path, program, "plugin", "pack", "plugin"]
    ).wait()
    try #require(packed.exitCode == 0, "\(packed)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.scratch.path)
    let name = try #require(names.first { $0.hasSuffix(".patchbay") })
    #expect(name.contains(/^[a-z0-9.-]+-\d+\.\d+\.\d+-linux-(x86_64|aarch64)\.patchbay$/))
    #expect(packed.output.contains(name) && packed.output.contains("docs/setup.md"))
    #expect(packed.output.contains("sha256 ") && packed.errors == "", "\(packed)")
  }

  @Test func `is not written where a secret would be in it`() throws {
    let folder = try Folder()
    let out = "\(folder.scratch.path)/a.patchbay"
    for name in ["docs/setup.md", "Fixtures/a.ndjson", "listing.json"] {
      let before = try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)
      let note = "\"notes\": \"\(Self.secret)\""
      try folder.write(
        name,
        name == "listing.json"
          ? before.replacingOccurrences(of: "\"license\"", with: "\(note), \"license\"")
          : before + "{\(note)}\n")
      let refused = try folder.pack(folder.path, "--out", out)
      #expect(refused.exitCode == 1 && refused.errors.contains("error: \(name): a token"))
      #expect(refused.errors.contains("no pack was written"), "\(refused.errors)")
      #expect(!(refused.output + refused.errors).contains(Self.secret.prefix(9)))
      #expect(!FileManager.default.fileExists(atPath: out))
      try folder.write(name, before)
    }
    #expect(try folder.pack(folder.path, "--out", out).exitCode == 0)
  }

  @Test func `is not written without a licence, and is without a README`() throws {
    let folder = try Folder()
    let out = "\(folder.scratch.path)/a.patchbay"
    try folder.remove("LICENSE")
    let refused = try folder.pack(folder.path, "--out", out, "--json")
    #expect(refused.exitCode == 1 && refused.output.contains("\"file.license\""), "\(refused)")
    #expect(
      !refused.output.contains("\"sha256\": \"\"") && !refused.output.contains("\"path\": \"\(out)")
    )
    try folder.write("LICENSE", "Yours.\n")
    try folder.remove("README.md")
    let packed = try folder.pack(folder.path, "--out", out)
    #expect(packed.exitCode == 0 && packed.errors.contains("warning: README.md"), "\(packed)")
  }

  /// What would be refused when it is published is told before it is handed in.
  @Test(
    arguments: [
      ("{}", "listing.shape", "/name"),
      (
        Folder.listing.replacingOccurrences(of: "patchbay/", with: "others/"), "listing.plugin",
        "others/webhook-verifier"
      ),
      (
        Folder.listing.replacingOccurrences(of: "-verifier", with: "s"), "listing.plugin",
        "patchbay/webhooks"
      ),
      (
        Folder.listing.replacingOccurrences(of: "1000000", with: "999999"), "listing.terms",
        "999999"
      ),
    ])
  func `is not written where it would not be published`(
    listing: String, rule: String, words: String
  ) throws {
    let folder = try Folder()
    let out = "\(folder.scratch.path)/a.patchbay"
    try folder.write("listing.json", listing)
    let refused = try folder.pack(folder.path, "--out", out)
    #expect(refused.exitCode == 1 && refused.errors.contains("error: listing.json"), "\(refused)")
    #expect(refused.errors.contains("(\(rule)") && refused.errors.contains(words), "\(refused)")
    #expect(!FileManager.default.fileExists(atPath: out))
  }

  @Test func `is not written where its plugin breaks rules`() throws {
    let folder = try Folder()
    let out = "\(folder.scratch.path)/a.patchbay"
    let path = "\(folder.path)/Fixtures/a.ndjson"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let other = text.replacingOccurrences(of: "sha256=8de4", with: "sha256=0000")
    try #require(other != text)
    try folder.write("Fixtures/a.ndjson", other)
    let refused = try folder.pack(folder.path, "--out", out)
    #expect(refused.exitCode == 1 && refused.errors.contains("error: plugin.so"), "\(refused)")
    #expect(!FileManager.default.fileExists(atPath: out))
  }

  @Test func `needs one plugin and a listing, and says so`() throws {
    let folder = try Folder()
    let out = "\(folder.scratch.path)/a.patchbay"
    func expectRefused(_ arguments: [String], _ code: Int32, _ text: String) throws {
      let refused = try Program("patchbay", ["plugin", "pack"] + arguments + ["--out", out]).wait()
      #expect(refused.exitCode == code && refused.errors.contains(text), "\(refused)")
      #expect(!FileManager.default.fileExists(atPath: out))
    }
    try expectRefused(["\(folder.path)/docs"], 2, "there is no .so file in \(folder.path)/docs")
    try expectRefused([folder.path, "--listing", "\(folder.path)/no.json"], 1, "no.json")
    try folder.write("listing.json", "{nope}")
    try expectRefused([folder.path], 1, "listing.json cannot be read")
    try folder.remove("listing.json")
    try expectRefused([folder.path], 1, "listing.json is missing")
    try folder.write("other.json", Folder.listing)
    let packed = try folder.pack(
      folder.path, "--listing", "\(folder.path)/other.json", "--out", "\(out).2")
    #expect(packed.exitCode == 0, "\(packed)")
    try folder.write("second.so", "no plugin")
    try expectRefused([folder.path], 2, "there are 2 .so files")
    try expectRefused(["\(folder.path)/second.so"], 1, "refused")
  }

  @Test func `is made by make when the tests have passed`() throws {
    let plugin = try PluginFolder("acme-books", "--kind", "model", "--language", "c")
    let without = try plugin.make("pack")
    #expect(without.exitCode != 0 && without.errors.contains("LICENSE: there is no such file"))
    try Data("Yours.\n".utf8).write(to: URL(fileURLWithPath: "\(plugin.path)/LICENSE"))
    let made = try plugin.make("pack")
    #expect(made.exitCode == 0, "\(made.output) \(made.errors)")
    let names = try FileManager.default.contentsOfDirectory(atPath: plugin.path)
    #expect(names.contains { $0.hasPrefix("acme-books-0.1.0-linux-") && $0.hasSuffix(".patchbay") })
    #expect(
      made.output.contains("keeps all") && made.output.contains("Fixtures/"), "\(made.output)")
  }
}
