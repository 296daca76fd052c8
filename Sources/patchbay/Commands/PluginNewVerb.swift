internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMarketplace
internal import PatchbayTerminal

enum PluginNewVerb: Verb {
  private static let kinds = ["connector", "model", "identity"]
  private static let languages = ["swift", "c"]

  static let command = Command(
    ["plugin", "new"], summary: "Begin a plugin: a folder that builds, is tested and works.",
    discussion: """
      NAME is the plugin's id, and the name of its folder. What is in it is a small plugin that
      works, to be changed into yours: `make` builds it, `make test` tests it, README.md says what
      is where.

      Examples:
        patchbay plugin new acme-books
        patchbay plugin new acme-chat --kind model --language c --into ~/plugins
      """,
    options: [
      Option(
        "kind", valueName: "KIND", about: "connector (default), model or identity",
        completion: .choices(kinds)),
      Option(
        "language", valueName: "LANGUAGE", about: "swift (default) or c",
        completion: .choices(languages)),
      Option(
        "lang", valueName: "LANGUAGE", about: "the same as --language",
        completion: .choices(languages)),
      Option(
        "into", valueName: "DIR", about: "the folder to make it in (default: this one)",
        completion: .directories),
    ],
    arguments: [Argument("NAME", about: "id of the plugin, as in acme-books")])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let id = try PluginID(context.argument(0))
    let kind = try context.choice(["kind"], among: kinds) ?? kinds[0]
    let language =
      try context.choice(["language", "lang"], among: languages) ?? languages[0]
    let sdk = try SDK(environment: context.environment)
    let blanks = [
      "PluginName": id.swiftName(kind: kind), "plugin_name": id.cName, "plugin-name": id.text,
      "PLUGIN_ABI": PluginFile.abi, "PATCHBAY_PROGRAM": "\(ThisProgram.folder)/patchbay",
      "PATCHBAY_SDK_FOLDER": sdk.folder, "PLUGIN_UUID": Listing.freshUUID(),
    ].map { (blank: Array($0.key.utf8), text: Array($0.value.utf8)) }
    let path = (context.invocation.value("into").map { "\($0)/" } ?? "") + id.text
    let draft = try FolderDraft(path)
    var names: [String] = []
    for file in try sdk.template(kind: kind, language: language) {
      let name = String(decoding: fill(Array(file.name.utf8), blanks), as: UTF8.self)
      names.append(name)
      try draft.write(name, fill(file.bytes, blanks))
    }
    try draft.publish()
    report(context, path, id.text, kind, language, names)
    return 0
  }

  private static func report(
    _ context: Context, _ path: String, _ id: String, _ kind: String, _ language: String,
    _ names: [String]
  ) {
    let next = ["cd \(path)", "make", "make test"]
    if context.wantsJSON {
      context.print([
        "id": .string(id), "kind": .string(kind), "language": .string(language),
        "path": .string(FileBytes.absolute(path) ?? path),
        "files": .array(names.map { .string($0) }),
        "next": .array(next.map { .string($0) }),
      ])
    }
    let spoken = language == "c" ? "C" : "Swift"
    let article = kind == "identity" ? "an" : "a"
    context.say("Made \(visible(path)), \(article) \(kind) in \(spoken) that works. Next:\n")
    for line in next { context.say("  \(visible(line))") }
    context.say("\nREADME.md there says how to try it, and what to change.")
  }

  /// Puts texts into the blanks of a template.
  private static func fill(_ bytes: [UInt8], _ blanks: [(blank: [UInt8], text: [UInt8])])
    -> [UInt8]
  {
    var filled: [UInt8] = []
    var rest = bytes[...]
    while let first = rest.first {
      if let found = blanks.first(where: { rest.starts(with: $0.blank) }) {
        filled += found.text
        rest = rest.dropFirst(found.blank.count)
      } else {
        filled.append(first)
        rest = rest.dropFirst()
      }
    }
    return filled
  }
}
