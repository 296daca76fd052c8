import Built
import CLinux
import Foundation
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbaySDKTesting
import Testing

/// Rounds of building and testing, each begun by a save that is made when the last one is over.
@Suite(.serialized) struct PluginDevTests {
  private let folder = SourceFolder()

  /// Runs rounds, and does what `saves` says while each next one is waited for, then stops. Returns
  /// all that was told.
  private func run(
    _ command: String, rules: [String] = ["file.sound"],
    during: @escaping (DevEvent) throws -> Void = { _ in },
    _ saves: [() throws -> Void] = []
  ) throws -> [DevEvent] {
    Built.nameWorker()
    let stop = try StopSwitch()
    var left = saves[...]
    var told: [DevEvent] = []
    let dev = try PluginDev(
      DevFolder(folder.path, build: command), rules: rules, stop: stop
    ) { event in
      told.append(event)
      do {
        try during(event)
        guard case .waiting(isFirst: true) = event else { return }
        if let save = left.popFirst() { try save() } else { stop.set() }
      } catch {
        Issue.record(error)
        stop.set()
      }
    }
    try dev.run()
    return told
  }

  private func rounds(_ events: [DevEvent]) -> [DevRound] {
    events.compactMap { if case .ended(let round) = $0 { round } else { nil } }
  }

  /// A folder whose build copies a plugin that is right.
  private func prepare() throws -> String {
    let path = try Built.path("faulty/none.so")
    try folder.write("plugin.json", PluginFile(reading: path).manifest.json.text)
    return "grep -q broken Sources/a.c && echo 'a.c: broken' && exit 7; cat '\(path)' > none.so"
  }

  @Test func `A build that fails keeps the last good plugin, and the next save is tried`() throws {
    let events = try run(
      prepare(),
      [
        { try folder.write("Sources/a.c", "broken") },
        { try folder.write("Sources/a.c", "mended") },
      ])
    let rounds = rounds(events)
    #expect(rounds.map(\.failures) == [[], ["build"], []])
    #expect(rounds.map(\.number) == [1, 2, 3])
    let good = try #require(rounds[0].good)
    #expect(rounds.allSatisfy { $0.good?.path == good.path })
    #expect(try PluginFile(reading: good.path).sha256 == good.sha256)
    #expect(DevFolder.lastGoodID(of: folder.path) == good.id)
    let builds = events.compactMap { if case .built(let outcome) = $0 { outcome } else { nil } }
    #expect(builds.map(\.exitCode) == [0, 7, 0])
    #expect(builds[1].output == "a.c: broken\n")
    let changes = events.compactMap { if case .changed(let files) = $0 { files } else { nil } }
    #expect(changes == [["Sources/a.c"], ["Sources/a.c"]])
  }

  @Test func `A plugin that breaks a rule does not replace the last good one`() throws {
    let command = try prepare()
    let bad = try Built.path("faulty/loads.so")
    let events = try run(
      command + "; ! grep -q bad Sources/a.c || cat '\(bad)' > none.so", rules: ["talk.loads"],
      [{ try folder.write("Sources/a.c", "bad") }])
    let rounds = rounds(events)
    #expect(rounds.map(\.failures) == [[], ["talk.loads"]])
    #expect(rounds[1].plugin?.sha256 != rounds[1].good?.sha256)
    #expect(rounds[1].good?.sha256 == rounds[0].plugin?.sha256)
  }

  /// A plugin that runs has its bytes in memory: a build may do anything to the file.
  @Test func `A plugin that runs is not disturbed by builds that write its file in place`() throws {
    let command = try prepare()
    var running: LoadedPlugin?
    _ = try run(
      command + "; ! grep -q short Sources/a.c || : > none.so",
      during: { event in
        guard case .ended(let round) = event, round.number == 1, let plugin = round.plugin else {
          return
        }
        running = try LoadedPlugin.alone(PluginFile(reading: plugin.path))
        try running?.probe()
      }, [{ try folder.write("Sources/a.c", "short") }])
    #expect(try FileBytes.read(folder.path + "/none.so") == [])
    try #require(running).probe()
  }

  @Test func `A save during a build leads to one more build`() throws {
    var hasSaved = false
    let events = try run(prepare()) { event in
      guard case .building = event, !hasSaved else { return }
      hasSaved = true
      for name in ["Sources/a.c", "Sources/b.c"] { try folder.write(name, "later") }
    }
    #expect(rounds(events).count == 2)
  }

  @Test func `What a build writes again as it was leads to no other`() throws {
    let events = try run(prepare() + "; echo made > Sources/made.h; echo x > Sources/a.o")
    #expect(rounds(events).map(\.failures) == [[], []])
  }

  @Test func `A build that changes its own source is not run for ever`() throws {
    let events = try run(
      prepare() + "; echo x >> Sources/made.h", [{ try folder.write("Sources/a.c", "x") }])
    let loops = events.compactMap { if case .looping(let files, _) = $0 { files } else { nil } }
    #expect(loops == [["Sources/made.h"], ["Sources/made.h"]])
    #expect(rounds(events).count < 30)
  }

  @Test func `A manifest that is not in the file, or is none, is told`() throws {
    let command = try prepare()
    let text = String(
      decoding: try FileBytes.read(folder.path + "/plugin.json"), as: UTF8.self)
    let other = text.replacingOccurrences(of: "\"version\":\"", with: "\"version\":\"9")
    #expect(other != text)
    let events = try run(
      command,
      [
        { try folder.write("plugin.json", other) }, { try folder.write("plugin.json", "{") },
        { try folder.write("plugin.json", text) }, { try folder.remove("plugin.json") },
      ])
    let failures = rounds(events).map(\.failures)
    #expect(failures.count == 5)
    #expect([failures[0], failures[1], failures[3]] == [[], ["dev.embedded"], []])
    #expect(failures[2] != [] && failures[4] != [])
  }

  @Test(.timeLimit(.minutes(1)))
  func `A build is ended with all that it began`() throws {
    let stop = try StopSwitch()
    let build = BuildCommand("sh -c 'trap \"\" TERM; echo $$; sleep 1000' & wait", in: "/")
    var inner: Int32 = -1
    let outcome = try build.run(stop) { line in
      guard let number = pid_t(line) else { return }
      inner = linux_process_descriptor(number)
      stop.set()
    }
    #expect(outcome == nil)
    try #require(inner >= 0)
    // It can be read once the process has ended.
    var wish = pollfd(fd: inner, events: Int16(POLLIN), revents: 0)
    // Unsafe: poll fills in a local struct.
    #expect(unsafe poll(&wish, 1, -1) == 1)
    close(inner)
  }

  @Test func `The beginning and the end of what a build prints are kept`() throws {
    let build = BuildCommand("echo first; seq 100000; echo last >&2; exit 3", in: "/")
    let outcome = try #require(try build.run(StopSwitch()))
    #expect(outcome.exitCode == 3)
    #expect(outcome.output.hasPrefix("first\n1\n2\n"))
    #expect(outcome.output.hasSuffix("\n100000\nlast\n"))
    #expect(outcome.output.utf8.count < 100_000)
    let missing = try #require(try BuildCommand("no-such-tool", in: "/").run(StopSwitch()))
    #expect(missing.exitCode == 127 && missing.mend.contains("install"))
  }

  @Test func `What is missing is said with what to do`() throws {
    func failure(_ path: String, _ build: String? = nil) -> Failure? {
      #expect(throws: Failure.self) { try DevFolder(path, build: build) }
    }
    #expect(failure("/nonexistent")?.code == "usage.folder")
    #expect(failure(folder.path + "/plugin.json")?.message.contains("is not a folder") == true)
    #expect(failure(folder.path + "/Sources", "make")?.code == "dev.manifest")
    #expect(failure(folder.path)?.mend.contains("--build COMMAND") == true)
  }
}

extension DevFolder {
  /// The id of the last good plugin, as it is found by a hub that is given its folder.
  fileprivate static func lastGoodID(of path: String) -> String? {
    let index = path + "/.build/index"
    let registry = try? Registry(folders: [path + "/.build/dev/good"], index: index)
    return registry?.files.first?.manifest.id
  }
}
