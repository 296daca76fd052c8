internal import Glibc
internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayStore
internal import PatchbaySync
internal import PatchbayTerminal

enum VersionVerb: Verb {
  static let scope = VerbScope.program
  static let command = Command(["version"], summary: "Show the version.")

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    if context.wantsJSON {
      context.print([
        "version": .string(CommandLineProgram.version), "abi": .string(PluginFile.abi),
      ])
    } else {
      Output.line("patchbay \(CommandLineProgram.version) (plugin ABI \(PluginFile.abi))")
    }
    return 0
  }
}

enum DoctorVerb: Verb {
  static let command = Command(
    ["doctor"], summary: "Look for what could be wrong: database, secrets, plugins, connections.")

  private struct Finding {
    let isGood: Bool
    let what: String
    let details: String
  }

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let hub = try context.hub()
    var findings: [Finding] = []
    let health = try await hub.store.health()
    let check = health["quick_check"]?.string ?? ""
    findings.append(
      Finding(
        isGood: check == "ok", what: "database",
        details: "schema \(health["schema"]?.text ?? "?"), quick check: \(check)"))
    findings.append(freeSpace(hub.folder))
    for (path, failure) in hub.registry.refused {
      findings.append(Finding(isGood: false, what: path, details: failure.description))
    }
    findings.append(
      Finding(
        isGood: !hub.registry.files.isEmpty, what: "plugins",
        details: "\(hub.registry.files.count) usable"))
    let obstacle = Isolation.obstacle
    findings.append(
      Finding(
        isGood: obstacle == nil, what: "workers",
        details: obstacle?.description ?? "Landlock and seccomp are there"))
    findings.append(
      Finding(
        isGood: MemoryDumps.areForbidden, what: "memory",
        details: MemoryDumps.areForbidden
          ? "no core files, no debugger of another process" : "core files may hold secrets"))
    for connection in try await hub.store.connections() {
      do throws(Failure) {
        _ = try await hub.vault.secrets(of: connection.name)
        try await hub.open(connection.name).plugin?.probe()
        findings.append(
          Finding(isGood: true, what: connection.name, details: "plugin loads, secrets open"))
      } catch {
        findings.append(Finding(isGood: false, what: connection.name, details: error.description))
      }
    }
    if context.wantsJSON {
      context.print(
        .array(
          findings.map {
            ["ok": .bool($0.isGood), "what": .string($0.what), "details": .string($0.details)]
          }))
    } else {
      context.print(
        Table(
          [.init(""), .init("what", mayShrink: true), .init("details", mayShrink: true)],
          rows: findings.map { [$0.isGood ? "✓" : "✗", visible($0.what), visible($0.details)] }))
    }
    return findings.allSatisfy(\.isGood) ? 0 : 1
  }

  // Unsafe: statvfs fills in a local struct.
  private static func freeSpace(_ folder: String) -> Finding {
    var info = statvfs()
    guard unsafe statvfs(folder, &info) == 0 else {
      return Finding(isGood: false, what: "disk", details: "cannot be looked at")
    }
    let free = Int64(clamping: UInt64(info.f_bavail) * UInt64(info.f_frsize))
    return Finding(isGood: free > 1 << 30, what: "disk", details: "\(formatBytes(free)) free")
  }
}

enum CompletionVerb: Verb {
  static let scope = VerbScope.program
  static let command = Command(
    ["completion"], summary: "Print a completion script for a shell.",
    discussion: "Example:\n  source <(patchbay completion bash)",
    arguments: [
      Argument("SHELL", about: "bash, zsh or fish", completion: .choices(["bash", "zsh", "fish"]))
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    guard let script = CommandLineProgram.tree.completionScript(for: context.argument(0)) else {
      throw Failure(
        .config, "usage.shell", "there is no completion for “\(context.argument(0))”",
        mend: "take bash, zsh or fish")
    }
    Output.line(script)
    return 0
  }
}

/// What completion scripts ask for while somebody types.
enum CompleteVerb: Verb {
  static let command = Command(
    ["_complete"], summary: "List words for completion.",
    arguments: [
      Argument("KIND", about: "connections, plugins, runs, organisations, views or commands")
    ],
    isHidden: true)

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    if context.argument(0) == "commands" {
      for verb in CommandLineProgram.verbs { Output.line(verb.command.line) }
      return 0
    }
    let hub = try context.hub()
    switch context.argument(0) {
    case "connections":
      for connection in try await hub.store.connections() { Output.line(visible(connection.name)) }
    case "plugins":
      for file in hub.registry.files + hub.registry.builtIn {
        Output.line("\(file.manifest.id)\t\(visible(file.manifest.about))")
      }
    case "runs":
      for run in try await hub.store.runs(limit: 50) { Output.line(run.id) }
    case "organisations" where try context.organisation().isStandard:
      for organisation in try await context.wholeHub().organisations() {
        Output.line(organisation.name)
      }
    case "views":
      for view in try await hub.store.views() { Output.line(visible(view.name)) }
    default: return 2
    }
    return 0
  }
}

extension Command {
  /// Its words, what it takes, and its options, with tabs between them.
  fileprivate var line: String {
    let options = options.map { option in
      "--\(option.name)" + (option.valueName.map { " \($0)" } ?? "")
    }
    return ([path.joined(separator: " ")] + arguments.map(\.name) + options)
      .joined(separator: "\t")
  }
}
