public import PatchbayCore
internal import PatchbayABI
internal import PatchbayHost
public import PatchbayMessages
public import PatchbaySDK
internal import Synchronization

/// A host for the tests of a plugin: no network, no store, no library to load.
///
///     let host = try TestHost(MyConnector())
///     let run = try host.read("customers", answers: [
///       .json(["data": [["id": "1"]], "next": "b"]),
///       .json(["data": [["id": "2"]]]),
///     ])
///     #expect(run.requests.map(\.description) == [
///       "GET {base_url}/customers", "GET {base_url}/customers?cursor=b",
///     ])
///     #expect(run.records.map(\.key) == ["1", "2"])
///
/// The plugin is spoken to through the ABI, as in the hub, and pages are judged and cut by the
/// hub's own code. A plugin that breaks the contract, or that says something else when it is given
/// the same messages again, makes a run throw ``Failure`` with the code `plugin.contract`.
public struct TestHost: Sendable {
  public enum Mode: String, Sendable { case full, incremental }

  let manifest: Manifest
  /// What the host can do: all that the manifest requires, or all that there is.
  private let features: [String]
  private let make: @Sendable () -> any Session

  /// The moment at which a run begins; only a plugin's `wait` moves it.
  public var nowMS: Int64 = 1_772_784_000_000
  /// How much a step may emit before it is told that there is no room.
  public var limits = SessionLimits()
  /// Answers what is neither a request nor a wait: `crypto` and `claim`.
  public var effect: @Sendable (Message) -> Message? = { _ in nil }

  /// A host for a connector. With the bytes of its plugin.json the settings have their defaults,
  /// and only the features that it requires are offered.
  public init(_ connector: some Connector, manifest: [UInt8]? = nil) throws(Failure) {
    try self.init(manifest: manifest) { ConnectorSession(connector) }
  }

  /// A host for sessions of any kind.
  public init(manifest: [UInt8]? = nil, session: @escaping @Sendable () -> any Session)
    throws(Failure)
  {
    let unnamed = #"""
      {"manifest":1,"id":"plugin","version":"0.0.0","kind":"connector","name":"plugin",
       "publisher":"tests","abi":"\#(PluginFile.abi)","operations":["read"]}
      """#
    self.manifest = try Manifest(reading: manifest ?? Array(unnamed.utf8), from: "plugin.json")
    features = manifest == nil ? HostFeatures.all : self.manifest.requires
    make = session
  }

  /// Reads a stream. `answer` is asked once for every request, in their order; `nil` ends the test.
  ///
  /// `state` is what an earlier run's checkpoint said; `resumes`: it was in the midst of a pass.
  public func read(
    _ stream: String, _ mode: Mode = .full, state: JSON? = nil, resumes: Bool = false,
    config: JSON = [:], answer: (SentRequest) -> Answer?
  ) throws(Failure) -> Run {
    var more = JSONObject([.init("stream", .string(stream)), .init("mode", .string(mode.rawValue))])
    more["state"] = state
    more["resumes"] = resumes ? true : nil
    return try run("read", .object(more), config: config, answer: answer)
  }

  /// Reads a stream with answers in their order. Each must be asked for.
  public func read(
    _ stream: String, _ mode: Mode = .full, state: JSON? = nil, resumes: Bool = false,
    config: JSON = [:], answers: [Answer]
  ) throws(Failure) -> Run {
    var left = answers[...]
    let run = try read(stream, mode, state: state, resumes: resumes, config: config) { _ in
      left.popFirst()
    }
    if left.isEmpty { return run }
    throw Failure(.bug, "test.answers", "\(left.count) answers were never asked for")
  }

  /// Goes on after a checkpoint of an earlier run as if the hub had been killed there. What comes
  /// back holds the records of both.
  public func resume(_ run: Run, after index: Int, answer: (SentRequest) -> Answer?)
    throws(Failure) -> Run
  {
    var opening = run.opening
    opening["state"] = run.checkpoints[index].state
    opening["resumes"] = true
    var resumed = try play(opening, answer: answer)
    resumed.checkpoints = run.checkpoints[...index] + resumed.checkpoints
    return resumed
  }

  /// Writes records of a stream. Each is an object with `action`, `key` and `record`, as in
  /// `["action": "update", "key": "7", "record": ["title": "a"]]`.
  public func write(
    _ stream: String, _ records: [JSON], config: JSON = [:], answer: (SentRequest) -> Answer?
  ) throws(Failure) -> Run {
    var body: [UInt8] = []
    for (index, record) in records.enumerated() {
      var line = record.object ?? JSONObject()
      line["idempotency_key"] = .string("key-\(index)")
      body += JSON.object(line).bytes + [UInt8(ascii: "\n")]
    }
    let input = Message(
      .input, head: ["count": .integer(Int64(records.count)), "last": true], body: body)
    return try run(
      "write", ["stream": .string(stream)], config: config, inputs: [input], answer: answer)
  }

  /// Runs any operation. `more` are further members of `open`, such as `input`.
  public func run(
    _ operation: String, _ more: JSON = [:], config: JSON = [:],
    body: [UInt8] = [], inputs: [Message] = [], answer: (SentRequest) -> Answer?
  ) throws(Failure) -> Run {
    var opening = JSONObject([.init("op", .string(operation))])
    for member in more.object?.members ?? [] { opening[member.name] = member.value }
    var settings = config.object ?? JSONObject()
    for setting in manifest.settings where settings[setting.name] == nil {
      settings[setting.name] = setting.initial
    }
    opening["config"] = .object(settings)
    opening["kinds"] = .array(
      MessageKind.allCases.filter(\.isFromPlugin).map { .string($0.name) })
    opening["features"] = .array(features.map { .string($0) })
    opening["limits"] = [
      "head_bytes": .integer(Int64(limits.headBytes)),
      "body_bytes": .integer(Int64(limits.bodyBytes)), "requests_in_flight": 64,
    ]
    return try play(opening, body: body, inputs: inputs, answer: answer)
  }

  private func play(
    _ opening: JSONObject, body: [UInt8] = [], inputs: [Message] = [],
    answer: (SentRequest) -> Answer?
  ) throws(Failure) -> Run {
    var stage = Stage(Run(opening: opening), session: try open(), host: self)
    try stage.play([Message(.open, head: .object(opening), body: body)] + inputs, answer)
    try stage.repeatAll(with: try open())
    return stage.run
  }

  /// Makes the host's helpers (JSON, times, base64) work outside a run, to test single functions.
  // Unsafe: the host's table lives as long as the process.
  public static func offerHelpers() { unsafe HostServices.connect(HostTable.pointer) }

  /// The table that plugins hand out makes sessions of the last kind it was given.
  private static let opening = Mutex(())

  private func open() throws(Failure) -> PluginSession {
    try Self.opening.withLock { (_) throws(Failure) in
      // Unsafe: the table lives as long as the process.
      guard let table = unsafe PluginTable.serve(PATCHBAY_ABI_VERSION, make) else {
        throw Failure(.bug, "test.abi", "the SDK does not serve this host's ABI")
      }
      return try unsafe PluginSession(LoadedPlugin(linked: manifest, table), limits: limits)
    }
  }
}
