internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMessages

/// What it costs to ask a plugin what comes next, beside cutting the page that it is asked about.
enum CallBench {
  static func run(_ setup: Setup) throws -> [Finding] {
    let file = try PluginFile(reading: setup.connector)
    let buffer = ByteBuffer(SamplePages.page(0, of: 2))
    let plan = ExtractPlan(records: "/data", keys: ["/id"])
    let cut = Measure.seconds { precondition(CutPage(buffer, plan: plan).fault == nil) }
    let residue = CutPage(buffer, plan: plan).residue
    let here = try step(LoadedPlugin.load(file), residue)
    let worker = try LoadedPlugin.load(file, in: .worker)
    let ready = try ContinuousClock().measure { try worker.probe() } / .seconds(1)
    let apart = try step(worker, residue)
    let noticed = try crash(setup)
    return [
      Finding(
        name: "calls: a step, beside cutting its page", ours: Measure.microseconds(here),
        limit: Measure.microseconds(cut), ratio: here / cut, wanted: .atMost(0.5)),
      Finding(
        name: "calls: the way to a worker and back", ours: Measure.microseconds(apart - here),
        limit: "40 µs", ratio: (apart - here) * 25_000, wanted: .atMost(1)),
      Finding(
        name: "calls: a worker is ready", ours: Measure.milliseconds(ready), limit: "20 ms",
        ratio: ready * 50, wanted: .atMost(1)),
      Finding(
        name: "calls: a crash is noticed", ours: Measure.milliseconds(noticed), limit: "10 ms",
        ratio: noticed * 100, wanted: .atMost(1)),
    ]
  }

  /// Seconds from the step in which a plugin crashes to the error that says so.
  private static func crash(_ setup: Setup) throws -> Double {
    let plugin = try LoadedPlugin.load(
      PluginFile(reading: "\(setup.bin)/test-plugins/zoo/crashes.so"), in: .worker)
    let session = try PluginSession(plugin)
    return try ContinuousClock().measure {
      do throws(Failure) {
        _ = try session.step(open(), .now())
      } catch {
        guard error.code == "plugin.crashed" else { throw error }
      }
    } / .seconds(1)
  }

  /// Seconds that one page takes.
  private static func step(_ plugin: LoadedPlugin, _ residue: [UInt8]) throws -> Double {
    let moment = Moment(nowMS: 1_767_225_600_000, seed: 1)
    let session = try PluginSession(plugin)
    var asked = try session.step(open(), moment).filter { $0.kind == .httpRequest }
    return try Measure.seconds {
      guard let correlation = asked.first?.correlation else {
        throw Failure(.bug, "bench.calls", "the plugin asked for no page")
      }
      asked = try session.step(page(correlation, residue), moment).filter {
        $0.kind == .httpRequest
      }
    }
  }

  private static func open() -> Message {
    Message(
      .open,
      head: [
        "op": "read", "stream": "books", "mode": "full", "config": .object(JSONObject()),
        "kinds": .array(MessageKind.allCases.filter(\.isFromPlugin).map { .string($0.name) }),
        "features": ["extract.json"],
        "limits": [
          "head_bytes": .integer(1 << 20), "body_bytes": .integer(64 << 20),
          "requests_in_flight": .integer(4),
        ],
      ])
  }

  /// The answer as a sync gives it: the records are out of it.
  private static func page(_ correlation: UInt64, _ residue: [UInt8]) -> Message {
    Message(
      .httpResponse, correlation: correlation,
      head: [
        "status": .integer(200),
        "headers": ["content-type": "application/json", "date": "Thu, 01 Jan 2026 00:00:00 GMT"],
        "extracted": [
          [
            "count": .integer(200), "dead": .integer(0), "last_key": "199",
            "max_cursor": "2026-01-29T00:00:59.000Z",
          ]
        ],
      ], body: residue)
  }
}
