internal import Glibc
internal import PatchbayCore
internal import PatchbayEgress
internal import PatchbayTUF
internal import PatchbayTerminal

/// A client of repositories in TUF's format, with the command line that its conformance suite asks
/// for. It keeps trusted metadata in a folder, and downloads what that describes.
enum Program {
  private static let tree = CommandTree(
    name: "patchbay-tuf", summary: "Follows a signed repository in TUF's format.",
    globalOptions: [
      Option(
        "metadata-dir", valueName: "DIR", about: "where trusted metadata is kept",
        completion: .directories),
      Option("metadata-url", valueName: "URL", about: "where the repository has its metadata"),
    ],
    commands: [
      Command(
        ["init"], summary: "Trusts a root, in a folder that trusts none.",
        arguments: [
          Argument("ROOT", about: "a root.json that you can trust", completion: .files)
        ]),
      Command(["refresh"], summary: "Brings trusted metadata up to date."),
      Command(
        ["download"], summary: "Downloads targets and checks them.",
        options: [
          Option(
            "target-name", valueName: "PATH", isRepeated: true, isRequired: true,
            about: "a target of the repository"),
          Option(
            "target-base-url", valueName: "URL", isRequired: true,
            about: "where the repository has its targets"),
          Option(
            "target-dir", valueName: "DIR", isRequired: true, about: "where the files go",
            completion: .directories),
        ]),
    ])

  /// Returns the exit code: 0, 1 where something failed, 2 for wrong usage.
  static func run(_ arguments: [String]) async -> Int32 {
    switch tree.parse(arguments) {
    case .help(let text):
      say(text, 1)
      return 0
    case .usage(let error):
      say(error.text, 2)
      return 2
    case .run(let invocation):
      do throws(Failure) {
        try await perform(invocation)
        return 0
      } catch {
        say("patchbay-tuf: \(error)", 2)
        return 1
      }
    }
  }

  private static func perform(_ invocation: Invocation) async throws(Failure) {
    let folder = try needed("metadata-dir", invocation)
    if invocation.path == ["init"] {
      return try TUFClient.initialize(folder, root: FileBytes.read(invocation.arguments[0]))
    }
    let downloads = try Downloads()
    defer { downloads.close() }
    let repository = Repository(
      downloads, metadata: try needed("metadata-url", invocation),
      targets: invocation.value("target-base-url") ?? "")
    var client = try TUFClient(folder, source: repository)
    try await client.refresh()
    for path in invocation.values("target-name") {
      try await download(path, to: needed("target-dir", invocation), &client)
    }
  }

  private static func download(_ path: String, to folder: String, _ client: inout TUFClient)
    async throws(Failure)
  {
    guard let target = try await client.find(path)?.target else {
      throw Failure(
        .config, "tuf.target", "the repository describes no target “\(path)”",
        mend: "check its name, upper and lower case included")
    }
    // One flat name: nothing in a path leads out of the folder.
    let place = "\(folder)/\(percentEncoded(path))"
    if has(target, at: place) { return }
    try FileBytes.replace(place, with: try await client.download(target), mode: 0o644)
    FileBytes.syncFolder(folder)
  }

  private static func has(_ target: TargetFile, at place: String) -> Bool {
    do throws(Failure) {
      try target.check(FileBytes.read(place, limit: target.length))
      return true
    } catch {
      return false
    }
  }

  private static func needed(_ option: String, _ invocation: Invocation) throws(Failure) -> String {
    if let value = invocation.value(option) { return value }
    throw Failure(
      .config, "usage.arguments", "--\(option) is missing", mend: "see patchbay-tuf --help")
  }

  private static func say(_ text: String, _ descriptor: Int32) {
    let bytes = Array("\(text)\n".utf8)
    // Unsafe: the array is lent for the call.
    _ = unsafe write(descriptor, bytes, bytes.count)
  }
}
