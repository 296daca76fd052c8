/// A plugin that reads records: give each stream a ``Reader`` and the rest is done here.
public protocol Connector: Sendable {
  /// A request that succeeds only with good credentials.
  func check(_ settings: Settings) -> Request
  /// The reader of a stream; `nil` for a stream that does not exist.
  func reader(of stream: String, _ task: ReadTask) -> (any Reader)?
  /// The writer of a stream; `nil` for a stream that is not written. Only for a plugin whose
  /// manifest names `write`.
  func writer(of stream: String, _ task: WriteTask) -> (any Writer)?
  /// The streams of a connection, where its settings say which there are; throws what is wrong with
  /// these. Only for a plugin whose manifest names `discover`, and no streams.
  func streams(_ settings: Settings) throws(Problem) -> [StreamListing]
}

extension Connector {
  public func writer(of stream: String, _ task: WriteTask) -> (any Writer)? { nil }

  public func streams(_ settings: Settings) throws(Problem) -> [StreamListing] {
    throw Problem(.unsupported, "op.unsupported", "this plugin does not do “discover”")
  }
}

/// A stream that a connection has, as a manifest would tell of it.
public struct StreamListing: Sendable {
  public typealias Column = (name: String, at: String, type: String)

  /// Lower-case letters, digits, dots, dashes and underscores, beginning with a letter.
  public var name: String
  public var about = ""
  public var isIncremental = false
  /// Synced where no stream is named.
  public var isDefault = true
  public var columns: [Column] = []
  /// The program that maps its pages: the host tries whether it can be used.
  public var jq: String?
  /// Changes with every setting that gives records and state their meaning: the host refuses to go
  /// on from a state with another one.
  public var fingerprint: String?
  /// Members whose change alone is no change of a record, as JSON Pointers.
  public var volatile: [String] = []

  public init(_ name: String) { self.name = name }

  var head: JSON {
    var head = JSONObject([
      .init("stream", .string(name)), .init("columns", Steps.json(columns)),
      .init("incremental", .bool(isIncremental)), .init("default", .bool(isDefault)),
    ])
    if !about.isEmpty { head["about"] = .string(about) }
    head["jq"] = jq.map { .string($0) }
    head["fingerprint"] = fingerprint.map { .string($0) }
    if !volatile.isEmpty { head["volatile"] = .array(volatile.map { .string($0) }) }
    return .object(head)
  }
}

/// What is to be read.
public struct ReadTask: Sendable {
  public let stream: String
  /// Only what changed since ``state``; otherwise everything.
  public let isIncremental: Bool
  /// What the last checkpoint said.
  public let state: JSON?
  /// The state is in the midst of a pass that was interrupted, not at the end of one.
  public let resumes: Bool
  public let settings: Settings
}

/// The settings of a connection.
public struct Settings: Sendable {
  public let json: JSON

  public init(_ json: JSON) { self.json = json }

  public func text(_ name: String) -> String? { json[name]?.plainText }

  /// A list, or a text of names with commas between them.
  public func list(_ name: String) -> [String] {
    let parts =
      json[name]?.array?.compactMap(\.plainText)
      ?? (text(name) ?? "").split(separator: ",").map { String($0) }
    return parts.map(\.withoutOuterSpaces).filter { !$0.isEmpty }
  }
}

extension String {
  fileprivate var withoutOuterSpaces: String {
    var part = drop { $0 == " " }
    while part.last == " " { part.removeLast() }
    return String(part)
  }
}

/// Reads one stream, one answer after the other.
public protocol Reader {
  mutating func start(_ steps: inout Steps)
  mutating func received(_ response: Response, _ steps: inout Steps)
  /// A request failed for good. Unless a reader knows better, so does the stream.
  mutating func failed(_ problem: Problem, correlation: UInt64, _ steps: inout Steps)
}

extension Reader {
  public mutating func failed(_ problem: Problem, correlation: UInt64, _ steps: inout Steps) {
    steps.fail(problem)
  }
}

/// What a reader does next.
public struct Steps {
  public let moment: Moment
  var output = Output()
  var nextCorrelation: UInt64

  init(_ moment: Moment, nextCorrelation: UInt64) {
    self.moment = moment
    self.nextCorrelation = nextCorrelation
  }

  /// Sends a request; its answer carries the same number.
  @discardableResult
  public mutating func send(_ request: Request) -> UInt64 {
    defer { nextCorrelation += 1 }
    output.send(request.message(nextCorrelation))
    return nextCorrelation
  }

  /// Drops a request that is under way, or the records of an answer that came.
  public mutating func cancel(_ correlation: UInt64) {
    output.send(Message(.httpCancel, correlation: correlation))
  }

  /// The records of these answers are complete; from `state` the rest can be read.
  public mutating func checkpoint(_ state: JSON, covers correlations: [UInt64]) {
    output.send(
      Message(
        .checkpoint,
        head: ["state": state, "covers": .array(correlations.map { .integer(Int64($0)) })]))
  }

  public mutating func checkpoint(_ state: JSON, covers correlations: UInt64...) {
    checkpoint(state, covers: correlations)
  }

  /// Columns of the stream that the vendor told of.
  public mutating func catalog(
    _ stream: String, _ columns: [(name: String, at: String, type: String)]
  ) {
    output.send(
      Message(.catalog, head: ["stream": .string(stream), "columns": Self.json(columns)]))
  }

  static func json(_ columns: [StreamListing.Column]) -> JSON {
    .array(
      columns.map {
        ["name": .string($0.name), "at": .string($0.at), "type": .string($0.type)]
      })
  }

  /// Everything was read, as far as the reader knows. The host then marks nothing as deleted on its
  /// own: a reader that knows more says so by ``done(_:)``.
  public mutating func done() { output.done() }

  /// Everything was read, and the vendor said so.
  public mutating func done(_ end: PassEnd) { output.done(end.head) }

  /// It ended, but whether everything was read is not sure.
  public mutating func doneUnproven(_ why: String) { output.done(["unproven": .string(why)]) }

  public mutating func fail(_ problem: Problem) { output.fail(problem) }

  public mutating func note(_ text: String, isWarning: Bool = false) {
    output.note(text, isWarning: isWarning)
  }
}

/// The session of a connector: `check`, `discover`, `read` and `write`.
public struct ConnectorSession<C: Connector>: Session {
  private let connector: C
  private var reader: (any Reader)?
  private var writer: (any Writer)?
  private var queue = WriteQueue()
  private var isCheck = false
  private var nextCorrelation: UInt64 = 1
  /// Requests whose answers have not come yet.
  private var unanswered: Set<UInt64> = []
  private var features = HostFeatures([])

  public init(_ connector: C) { self.connector = connector }

  public mutating func receive(_ message: Message, at moment: Moment, into output: inout Output) {
    switch message.kind {
    case .open: begin(message.head, moment, &output)
    case .httpResponse, .failed:
      // Nobody asked for it, or it was given up while its answer was on its way.
      guard unanswered.remove(message.correlation) != nil else { return }
      answered(message, moment, &output)
    case .input: write(message, moment, &output)
    case .cancel: output.fail(Problem(.cancelled, "cancelled", "cancelled"))
    default: break
    }
  }

  private mutating func answered(_ message: Message, _ moment: Moment, _ output: inout Output) {
    switch message.kind {
    case .httpResponse where isCheck: output.done()
    case .failed where isCheck: output.fail(Problem(message.head))
    case .failed:
      let problem = Problem(message.head)
      run(moment, &output) { $0.failed(problem, correlation: message.correlation, &$1) }
      runWriter(moment, &output) { $0.failed(problem, correlation: message.correlation, &$1) }
    default:
      run(moment, &output) { $0.received(Response(message), &$1) }
      runWriter(moment, &output) { $0.received(Response(message), &$1) }
    }
  }

  private mutating func write(_ message: Message, _ moment: Moment, _ output: inout Output) {
    do throws(Problem) {
      let inputs = try queue.take(message)
      runWriter(moment, &output) { if !inputs.isEmpty { $0.write(inputs, &$1) } }
    } catch {
      output.fail(error)
    }
  }

  private mutating func begin(_ head: JSON, _ moment: Moment, _ output: inout Output) {
    let settings = Settings(head["config"] ?? .object(JSONObject()))
    features = HostFeatures(head["features"]?.array?.compactMap(\.string) ?? [])
    switch head["op"]?.string {
    case "check":
      isCheck = true
      unanswered.insert(1)
      output.send(connector.check(settings).message(1))
    case "discover":
      do throws(Problem) {
        for stream in try connector.streams(settings) {
          output.send(features.fitting(Message(.catalog, head: stream.head)))
        }
        output.done()
      } catch {
        output.fail(error)
      }
    case "read":
      let stream = head["stream"]?.string ?? ""
      let task = ReadTask(
        stream: stream, isIncremental: head["mode"]?.string == "incremental", state: head["state"],
        resumes: head["resumes"]?.bool ?? false, settings: settings)
      reader = connector.reader(of: stream, task)
      if reader == nil {
        output.fail(Problem(.config, "stream.unknown", "there is no stream “\(stream)”"))
      }
      run(moment, &output) { $0.start(&$1) }
    case "write":
      let stream = head["stream"]?.string ?? ""
      writer = connector.writer(of: stream, WriteTask(stream: stream, settings: settings))
      if writer == nil {
        output.fail(
          Problem(.config, "stream.not_written", "the stream “\(stream)” is not written"))
      }
    case let other:
      output.fail(
        Problem(.unsupported, "op.unsupported", "this plugin does not do “\(other ?? "")”"))
    }
  }

  private mutating func run(
    _ moment: Moment, _ output: inout Output, _ body: (inout any Reader, inout Steps) -> Void
  ) {
    guard var current = reader else { return }
    step(moment, &output) { body(&current, &$0) }
    reader = current
  }

  private mutating func runWriter(
    _ moment: Moment, _ output: inout Output, _ body: (inout any Writer, inout Steps) -> Void
  ) {
    guard var current = writer else { return }
    step(moment, &output) { body(&current, &$0) }
    writer = current
    if queue.isOver { output.done() }
  }

  /// Sends what a reader or a writer does next.
  private mutating func step(
    _ moment: Moment, _ output: inout Output, _ body: (inout Steps) -> Void
  ) {
    var steps = Steps(moment, nextCorrelation: nextCorrelation)
    body(&steps)
    nextCorrelation = steps.nextCorrelation
    for message in steps.output.messages {
      if message.kind == .httpRequest { unanswered.insert(message.correlation) }
      if message.kind == .httpCancel { unanswered.remove(message.correlation) }
      if message.kind == .outcome { queue.note(message) }
      output.send(features.fitting(message))
    }
  }
}
