internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayEgress
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMessages
internal import PatchbayStore
internal import Synchronization

/// One stream of one run: steps the plugin on a thread of its own, performs what it asks for, and
/// stores pages together with the checkpoints that cover them.
actor StreamRun {
  enum Event: Sendable {
    case answered(UInt64, Result<PageContract.Page, Failure>)
    case waited(UInt64)
    case stored
    case cancelled
  }

  private let executor = SerialQueue("patchbay.stream")
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    // Unsafe: the executor lives as long as the actor.
    unsafe executor.asUnownedSerialExecutor()
  }

  let connection: OpenConnection
  private let plugin: LoadedPlugin
  let stream: Manifest.Stream
  let store: any RecordStore & StreamStore
  let run: RunID
  let tell: @Sendable (RunEvent) -> Void
  var report: StreamReport { didSet { shown.withLock { [report] in $0 = report } } }
  /// The report as it stands, also while the plugin holds this actor's thread.
  nonisolated let shown: Mutex<StreamReport>
  var record: StreamRecord
  private let staging: StagingBudget
  private let recorder: SessionRecorder?
  private let http: HTTPEffect
  var session: PluginSession?
  private var ending = PassEnding()
  /// How often the plugin told of columns.
  var catalogs = 0

  private let mail: AsyncStream<Event>
  let post: AsyncStream<Event>.Continuation
  private var tasks: [UInt64: Task<Void, Never>] = [:]
  /// Records that no checkpoint covers yet, and the bytes of the pages that hold them.
  private var staged: [UInt64: [StagedPage]] = [:]
  private var stagedBytes = 0
  private var state = ConversationState(StreamRun.role)
  /// How often each page was asked for in this run, by a hash of the request.
  private var asked: [ArraySlice<UInt8>: Int] = [:]
  private var totals = TotalCheck()
  private var proof: PassProof
  /// Requests as people read them, by correlation, for records that cannot be read.
  private var requests: [UInt64: String] = [:]

  // Storing
  private var waiting: Batch?
  private var waitingPages = 0
  private var waitingBytes = 0
  private var isStoring = false
  private var storeFailure: Failure?

  init(
    connection: OpenConnection, plugin: LoadedPlugin, stream: Manifest.Stream, record: StreamRecord,
    store: any RecordStore & StreamStore,
    run: RunID, budget: RequestBudget, staging: StagingBudget, report: StreamReport,
    recorder: SessionRecorder?,
    reading: Reading, gate: (any SpendGate)?, knowsPages: Bool,
    tell: @escaping @Sendable (RunEvent) -> Void
  ) {
    self.connection = connection
    self.plugin = plugin
    self.stream = stream
    self.record = record
    self.store = store
    self.run = run
    http = HTTPEffect(connection.line, nil) { (request) throws(Failure) in
      try budget.spend()
      request.admit = { () async throws(Failure) in try await budget.allow() }
    }
    self.staging = staging
    self.report = report
    shown = Mutex(report)
    self.recorder = recorder
    self.reading = reading
    self.gate = gate
    self.tell = tell
    proof = PassProof(record, knowsPages: knowsPages, pages: report.pages)
    (mail, post) = AsyncStream.makeStream()
  }

  /// Pages that may wait to be stored while the next is fetched: two, or more small ones, which are
  /// then stored together. Where spending is asked for, it is asked for little at a time.
  private var hasRoom: Bool {
    waitingPages < 2 || (gate == nil && waitingPages < 8 && waitingBytes < 1 << 20)
  }
  private static let role = Role.read.answering([.httpRequest, .httpCancel, .wait])

  /// Reads the stream to its end.
  nonisolated func read() async throws(Failure) -> PassEnding {
    try await StepLease.hold(plugin) { (lease) async throws(Failure) in
      try await self.read(lease)
    }
  }

  private func read(_ lease: StepLease) async throws(Failure) -> PassEnding {
    defer {
      for task in tasks.values { task.cancel() }
      staging.give(stagedBytes)
      stagedBytes = 0
    }
    session = try PluginSession(
      plugin, limits: connection.limits, recorder: recorder, lease: lease)
    defer { session = nil }
    let result = await follow()
    // The run is over, and another may have begun.
    if lease.isExpired { waiting = nil }
    // What was covered is stored, however the reading ended.
    while storeFailure == nil && (isStoring || waiting != nil) { await waitForStore() }
    do throws(Failure) {
      try result.get()
      if let storeFailure { throw storeFailure }
    } catch {
      throw connection.line.redacted(error)
    }
    return try await judged()
  }

  /// What the plugin said of the end, compared with what the vendor stated.
  private func judged() async throws(Failure) -> PassEnding {
    var ending = ending
    ending.sequence = proof.sequence
    if let doubt = ending.doubt {
      ending.doubt = connection.line.redactor.hiding(doubt)
      return ending
    }
    if !proof.knowsPages, let stream = try await store.stream(record.connection, record.stream) {
      ending.doubt = totals.mismatch(seen: stream.seen, clashing: report.counters.clashing)
    }
    if ending.doubt == nil, let doubt = proof.pointerDoubt {
      ending.doubt = doubt
      ending.isLasting = true
    }
    return ending
  }

  private func follow() async -> Result<Void, Failure> {
    do throws(Failure) {
      try feed(openMessage())
      if state.isOver { return .success(()) }
      for await event in mail {
        try await handle(event)
        if state.isOver { return .success(()) }
      }
      // The mail also ends where the task is cancelled: only the plugin's own word is an end.
      throw Failure(.cancelled, "sync.cancelled", "cancelled")
    } catch {
      return .failure(error)
    }
  }

  nonisolated func cancel() { post.yield(.cancelled) }

  private func handle(_ event: Event) async throws(Failure) {
    switch event {
    case .answered(let correlation, let result):
      tasks[correlation] = nil
      let kind = (try? result.get()) == nil ? MessageKind.failed : .httpResponse
      guard state.answers(correlation, by: kind) else { return }
      try await waitForRoom()
      switch result {
      case .success(let page): try take(page, correlation)
      case .failure(let failure):
        if failure.kind == .cancelled { throw failure }
        let shown = connection.line.redacted(failure)
        try feed(Message(.failed, correlation: correlation, head: shown.json))
      }
    case .waited(let correlation):
      try await waitForRoom()
      tasks[correlation] = nil
      if state.answers(correlation, by: .waited) {
        try feed(Message(.waited, correlation: correlation))
      }
    case .stored: if let storeFailure { throw storeFailure }
    case .cancelled:
      for task in tasks.values { task.cancel() }
      try sayGoodbye()
      throw Failure(.cancelled, "sync.cancelled", "cancelled")
    }
  }

  // MARK: The plugin

  private func openMessage() -> Message {
    connection.opening(
      Self.role,
      [
        ("stream", .string(stream.name)),
        ("mode", .string((record.pass ?? .full).rawValue)), ("state", record.state),
        ("resumes", record.resumes ? true : nil),
      ])
  }

  func feed(_ message: Message) throws(Failure) {
    guard let session else { return }
    for output in try session.step(message, .now()) { try perform(output) }
    try state.checkRest()
  }

  private func sayGoodbye() throws(Failure) {
    state.leave()
    let grace = Message(.cancel, head: ["grace_ms": 0])
    for output in try session?.step(grace, .now()) ?? [] { try perform(output) }
  }

  private func perform(_ message: Message) throws(Failure) {
    switch try state.said(message) {
    case .ask(let question):
      if question.kind == .wait { wait(question) } else { try send(question) }
    case .withdraw(let correlation):
      tasks.removeValue(forKey: correlation)?.cancel()
      _ = unstage(correlation)
    case .stage(let records): try stage(records)
    case .store(let checkpoint, let covers): self.checkpoint(checkpoint, covers)
    case .tell(let word): try tellOf(word)
    case .end(let end) where end.kind == .error: throw Failure(head: end.head)
    case .end(let end): ending = PassEnding(end.head)
    case nil: break
    }
  }

  private func send(_ message: Message) throws(Failure) {
    let correlation = message.correlation
    if message.isFlowing {
      throw Failure(
        .unsupported, "http.unsupported",
        "the plugin asks for frames, stored bodies or captured values, which reading has not yet",
        mend: "use a newer Patchbay, or another version of the plugin")
    }
    let question = try http.question(message)
    if !question.contract.plans.isEmpty {
      try notice(question.request)
      requests[correlation] = Self.shown(question.request)
    }
    let (http, post) = (http, post)
    let notice: @Sendable (WaitNotice) -> Void = { [tell, stream] in
      tell(.waiting(stream: stream.name, $0.text, kind: $0.kind))
    }
    tasks[correlation] = Task {
      do throws(Failure) {
        let page = try await http.page(question, notice: notice)
        post.yield(.answered(correlation, .success(page)))
      } catch {
        post.yield(.answered(correlation, .failure(error)))
      }
    }
  }

  /// A page that is asked for again and again names itself as its successor. Once may be a slip of
  /// the vendor's, and asking again can mend it.
  private func notice(_ request: OutgoingRequest) throws(Failure) {
    let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    let name =
      "\(request.method) \(request.url) \(query) "
      + String(decoding: request.body.identity, as: UTF8.self)
    let hash = Digest.sha256(name).prefix(16)
    asked[hash, default: 0] += 1
    if asked[hash, default: 0] > 2 {
      throw Failure(
        .data, "page.cursor_repeats",
        "the vendor's next page is the same page again: \(request.method) \(request.url)",
        mend: "run it again later; what was stored stays, and nothing was marked as deleted")
    }
  }

  /// A request as a person would write it. Credentials are put in later.
  private static func shown(_ request: OutgoingRequest) -> String {
    let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    let url = query.isEmpty ? request.url : request.url + "?" + query
    return String("\(request.method) \(url)".prefix(1000))
  }

  private func take(_ page: PageContract.Page, _ correlation: UInt64) throws(Failure) {
    proof.note(page.cuts)
    try stage(page.cuts.map { StagedPage(cut: $0, isEmitted: false) }, correlation)
    if !page.cuts.isEmpty { report.pages += 1 }
    totals.note(page)
    try feed(page.message(correlation))
  }

  private func stage(_ message: Message) throws(Failure) {
    let plan = try ExtractPlan(head: message.head["extract"] ?? .null)
    let cut = try CutPage(records: message.body, plan: plan)
    if let fault = cut.fault {
      throw Failure(
        .bug, "plugin.records", "the plugin's records cannot be cut by its plan: \(fault)")
    }
    emitted += cut.count
    try checkEmitted()
    try stage([StagedPage(cut: cut, isEmitted: true)], message.correlation)
  }

  /// Records that a plugin makes itself come from what vendors answered, somehow.
  private func checkEmitted() throws(Failure) {
    let traffic = connection.line.traffic
    guard let reason = EmittedBound.excess(emitted, traffic) else { return }
    throw Failure(
      .bug, "plugin.emits", "the plugin gave \(emitted) records of its own, and \(reason)",
      mend: "nothing that is not covered yet is stored or charged; report it to the plugin's "
        + "publisher and to the marketplace: patchbay plugin show says who they are")
  }

  private func stage(_ pages: [StagedPage], _ correlation: UInt64) throws(Failure) {
    if pages.isEmpty { return }
    let bytes = Self.bytes(pages.map(\.cut))
    try staging.take(bytes)
    staged[correlation, default: []] += pages
    state.staged(pages.reduce(0) { $0 + $1.cut.count + $1.cut.deadCount }, under: correlation)
    stagedBytes += bytes
  }

  private func unstage(_ correlation: UInt64) -> [StagedPage] {
    let pages = staged.removeValue(forKey: correlation) ?? []
    requests[correlation] = nil
    let bytes = Self.bytes(pages.map(\.cut))
    stagedBytes -= bytes
    staging.give(bytes)
    return pages
  }

  private static func bytes(_ cuts: [CutPage]) -> Int { cuts.reduce(0) { $0 + $1.body.count } }

  private func wait(_ message: Message) {
    let milliseconds = message.head["delay_ms"]?.integer ?? 0
    let (correlation, post) = (message.correlation, post)
    tasks[correlation] = Task {
      try? await Task.sleep(for: .milliseconds(milliseconds))
      post.yield(.waited(correlation))
    }
  }

  // MARK: Storing

  private func checkpoint(_ message: Message, _ covers: [UInt64]) {
    var pages: [StagedPage] = []
    var origins: [String] = []
    for correlation in covers {
      let origin = requests[correlation] ?? ""
      let covered = unstage(correlation)
      pages += covered
      origins += covered.map { _ in origin }
    }
    var batch =
      waiting
      ?? Batch(
        stream: record.id, run: run, pages: [], checkpoint: nil, stateTag: nil, nowMS: Time.nowMS())
    if batch.meter == nil {
      commits += 1
      batch.meter = reading.meter(connection, run, stream, commits)
    }
    batch.volatile = stream.volatile
    for page in pages {
      if page.isEmitted { batch.emitted.insert(batch.pages.count) }
      batch.pages.append(page.cut)
    }
    batch.requests += origins
    batch.checkpoint = message.head["state"]
    batch.stateTag = message.head["tag"]?.string
    waiting = batch
    waitingPages += pages.count
    waitingBytes += Self.bytes(pages.map(\.cut))
    if !isStoring { storeNext() }
  }

  private func storeNext() {
    guard let batch = waiting, storeFailure == nil else { return }
    waiting = nil
    isStoring = true
    let store = BatchStore(store: store, gate: gate)
    let most = Int64(batch.pages.reduce(0) { $0 + $1.count })
    Task {
      let result: Result<Counters, Failure>
      do throws(Failure) {
        result = .success(try await store.commit(batch, most: most))
      } catch {
        result = .failure(error)
      }
      self.stored(result, batch.pages)
    }
  }

  /// Which reading of its pass this is.
  private let reading: Reading
  /// Records that the plugin made itself, so far.
  private var emitted = 0
  /// Asked before anything is stored that will be charged.
  private let gate: (any SpendGate)?
  /// Batches so far: each is counted once.
  private var commits = 0
  private var waiters: [CheckedContinuation<Void, Never>] = []

  private func stored(_ result: Result<Counters, Failure>, _ pages: [CutPage]) {
    isStoring = false
    waitingPages -= pages.count
    waitingBytes -= Self.bytes(pages)
    switch result {
    case .success(let counters):
      report.counters += counters
      tell(.progress(report))
      storeFailure = proof.refusal(ofStalePages: counters.stalePages)
      if storeFailure == nil { storeNext() } else { post.yield(.stored) }
    case .failure(let failure):
      storeFailure = failure
      waiting = nil
      (waitingPages, waitingBytes) = (0, 0)
      post.yield(.stored)
    }
    let resumed = waiters
    waiters = []
    for waiter in resumed { waiter.resume() }
  }

  /// Returns when no more pages wait to be stored than may.
  private func waitForRoom() async throws(Failure) {
    while !hasRoom && storeFailure == nil { await waitForStore() }
    if let storeFailure { throw storeFailure }
  }

  private func waitForStore() async {
    if !isStoring { return storeNext() }
    await withCheckedContinuation { waiters.append($0) }
  }
}
