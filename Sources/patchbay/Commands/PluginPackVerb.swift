internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMarketplace
internal import PatchbayTerminal

enum PluginPackVerb: Verb {
  static let command = Command(
    ["plugin", "pack"], summary: "Put a plugin and what belongs to it into one file, to publish.",
    discussion: """
      Taken are, from the folder that is named or in which the .so lies: the plugin (the one .so
      there), listing.json, README.md, LICENSE, icon.svg or icon.png, Fixtures/*.ndjson and
      docs/*.md. The rest stays out. The same files make the same pack, on any day.

      All that “market publish” would refuse is looked for first: what does not fit in listing.json,
      passwords, keys and tokens, a missing LICENSE, rules of “plugin test” that are broken. Where
      there is an error, no pack is written.

      Examples:
        patchbay plugin pack acme-books
        patchbay plugin pack acme.so --listing store/listing.json --out acme.patchbay
      """,
    options: [
      Option(
        "listing", valueName: "FILE",
        about: "what the marketplace shows (default: listing.json in the folder)",
        completion: .files),
      Option(
        "out", valueName: "FILE",
        about: "the pack (default: ID-VERSION-linux-PROCESSOR.patchbay in this folder)",
        completion: .files),
    ],
    arguments: [
      Argument("FOLDER", about: "the plugin's folder, or its .so file", completion: .files)
    ])

  #if arch(x86_64)
    private static let platform = "linux-x86_64"
  #elseif arch(arm64)
    private static let platform = "linux-aarch64"
  #endif

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let source = try PackSource(context.argument(0), listing: context.invocation.value("listing"))
    let manifest = try PluginFile(reading: source.plugin).manifest
    let pack = try source.pack()
    let findings = PackReview(pack, gate: publishingRules(context).gate).findings
    let errors = findings.count { $0.level == .error }
    var report = JSONObject([
      .init("id", .string(manifest.id)), .init("version", .string(manifest.version)),
      .init("platform", .string(platform)), .init("files", .array(pack.files.map(json))),
      .init("findings", .array(findings.map(json))),
    ])
    var written: (path: String, size: Int, sha256: String)?
    if errors == 0 {
      let bytes = try pack.archived()
      let name = "\(manifest.id)-\(manifest.version)-\(platform).patchbay"
      let path = context.invocation.value("out") ?? name
      try FileBytes.replace(path, with: bytes, mode: 0o644)
      written = (path, bytes.count, Hex.encode(Digest.sha256(bytes)))
    }
    if let written {
      report["path"] = .string(written.path)
      report["size"] = .integer(Int64(written.size))
      report["sha256"] = .string(written.sha256)
    }
    if context.wantsJSON { context.print(.object(report)) } else { show(pack, findings, context) }
    if let written {
      context.say("\n\(visible(written.path))")
      context.say("\(formatBytes(Int64(written.size))), sha256 \(written.sha256)")
    } else {
      let what = errors == 1 ? "the error is" : "the \(errors) errors are"
      Output.error("patchbay: no pack was written; there will be one when \(what) mended")
    }
    return errors == 0 ? 0 : 1
  }

  private static func show(_ pack: Pack, _ findings: [Finding], _ context: Context) {
    if !context.isQuiet {
      context.print(
        Table(
          [.init("file", mayShrink: true), .init("size", alignment: .right)],
          rows: pack.files.map { [visible($0.path), formatBytes(Int64($0.bytes.count))] }))
    }
    for finding in findings {
      Output.error("\(finding.level.rawValue): \(visible(finding.file)): \(visible(finding.what))")
      Output.error("  → \(visible(finding.mend)) (\(finding.rule))")
    }
  }

  private static func json(_ file: Pack.File) -> JSON {
    [
      "path": .string(file.path), "size": .integer(Int64(file.bytes.count)),
      "sha256": .string(file.sha256),
    ]
  }

  private static func json(_ finding: Finding) -> JSON {
    [
      "level": .string(finding.level.rawValue), "rule": .string(finding.rule),
      "file": .string(finding.file), "what": .string(finding.what), "mend": .string(finding.mend),
    ]
  }
}
