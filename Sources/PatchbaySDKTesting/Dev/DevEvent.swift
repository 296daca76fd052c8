package import PatchbayCore
package import PatchbayHost
package import PatchbayJSON

/// What happens while a plugin is worked on.
package enum DevEvent: Sendable {
  /// The first round begins.
  case begun(folder: String, command: String)
  /// Files were saved, by their paths in the folder; none where anything may have changed.
  case changed([String])
  /// The build has run for so long, and printed this last. Not for machines.
  case building(line: String)
  case built(BuildCommand.Outcome)
  /// This rule is tried, or transcript done again, after so many others. Not for machines.
  case testing(String, done: Int, total: Int)
  case rule(KitReport.Entry)
  /// A transcript was done again: by its path, with its steps and the first difference.
  case replayed(String, steps: Int, Replay.Difference?)
  /// The round could not be done to its end.
  case failed(Failure)
  case ended(DevRound)
  /// The next save is waited for. Not for machines but for the first time.
  case waiting(isFirst: Bool)
  /// So many builds in a row changed these files themselves: the next save is waited for.
  case looping([String], builds: Int)
}

/// One build with its tests.
package struct DevRound: Sendable {
  /// Counted from 1.
  package let number: Int
  /// What failed, in order: `build`, ids of rules, paths of transcripts, codes of failures.
  package internal(set) var failures: [String] = []
  /// What the build made.
  package internal(set) var plugin: DevPlugin?
  /// The plugin of the last round that passed, this one included.
  package internal(set) var good: DevPlugin?
  package internal(set) var milliseconds: Int64 = 0
  package internal(set) var rules = 0
  package internal(set) var transcripts = 0

  package var hasPassed: Bool { failures.isEmpty }
}

extension DevEvent {
  /// The event for machines; `nil` where there is none.
  package var json: JSON? {
    switch self {
    case .building, .testing, .waiting(isFirst: false): return nil
    case .begun(let folder, let command):
      return ["event": "begin", "folder": .string(folder), "command": .string(command)]
    case .changed(let files):
      return [
        "event": "change", "files": .array(files.map { .string($0) }),
        "everything": .bool(files.isEmpty),
      ]
    case .built(let outcome):
      return [
        "event": "build", "passed": .bool(outcome.hasPassed),
        "exit_code": .integer(Int64(outcome.exitCode)), "ms": .integer(outcome.milliseconds),
        "output": .string(outcome.output),
      ]
    case .rule(let entry):
      return .object(JSONObject([.init("event", "rule")] + entry.members.members))
    case .replayed(let file, let steps, let difference):
      var json = JSONObject([
        .init("event", "replay"), .init("file", .string(file)),
        .init("steps", .integer(Int64(steps))), .init("same", .bool(difference == nil)),
      ])
      for member in difference?.json.object?.members ?? [] { json[member.name] = member.value }
      return .object(json)
    case .failed(let failure): return ["event": "error", "error": failure.json]
    case .ended(let round): return round.json
    case .waiting: return ["event": "wait"]
    case .looping(let files, let builds):
      return [
        "event": "loop", "files": .array(files.map { .string($0) }),
        "builds": .integer(Int64(builds)),
      ]
    }
  }
}

extension DevRound {
  fileprivate var json: JSON {
    var json = JSONObject([
      .init("event", "round"), .init("number", .integer(Int64(number))),
      .init("passed", .bool(hasPassed)), .init("ms", .integer(milliseconds)),
      .init("failures", .array(failures.map { .string($0) })),
    ])
    if let plugin { json["plugin"] = plugin.json }
    if let good { json["good"] = good.json }
    return .object(json)
  }
}

extension DevPlugin {
  fileprivate var json: JSON {
    [
      "id": .string(id), "version": .string(version), "path": .string(path),
      "sha256": .string(sha256),
    ]
  }
}
