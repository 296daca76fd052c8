internal import PatchbayCore
internal import PatchbayJSON

/// Reads the files of a stream, each of them whole or not at all: all of them in a full pass, new
/// and changed ones in an incremental pass. Small files are stored together.
///
/// State: `files`, for each that was read its size, its times, and how many rows it had. It is
/// stored in the transaction of the rows.
///
/// @unchecked: one thread at a time uses it, as ``SourceReading`` says; what it hands to the store
/// is used within one of its steps.
final class FolderReading: SourceReading, @unchecked Sendable {
  private let plan: FilePlan
  private let root: FolderWalk
  private let task: SourceTask
  private let settleMS: Int64
  private var known: KnownFiles
  private let knownRows: Int64
  private var waiting: [FileEntry] = []
  private let present: Set<[UInt8]>
  private var notes: [String] = []
  /// The files of the batch at hand, and which of them is being read.
  private var group: [FileEntry] = []
  private var place = 0
  private var fault: Failure?
  /// What was known before the batch at hand.
  private var before: KnownFiles
  /// After a file was refused the others of its batch are read one by one.
  private var singly = 0
  private var refused: [Failure] = []
  /// Files that are left for the next run, and that went away while others were read.
  private var unsettled = 0
  private var saidUnsettled = false
  private var vanished = 0
  private var goneRows: Int64 = 0
  private var gone: [[UInt8]]

  private static let groupFiles = 256
  private static let groupBytes: Int64 = 4 << 20

  init(_ plan: FilePlan, folder: String, settleMS: Int64, _ task: SourceTask) throws(Failure) {
    self.plan = plan
    self.task = task
    self.settleMS = settleMS
    root = try FolderWalk(folder)
    let found = try root.files(matching: plan.patterns)
    let known = KnownFiles(task.state)
    let present = Set(found.files.map { Array($0.path.utf8) })
    waiting = found.files.filter { !known.has($0) }.reversed()
    gone = known.paths.filter { !present.contains($0) }
    knownRows = known.rows
    if found.unnamed > 0 {
      vanished += found.unnamed
      notes.append(
        "\(found.unnamed) files have names that are no UTF-8 and are left out: rename them")
    }
    (self.known, before, self.present) = (known, known, present)
  }

  func next() throws(Failure) -> SourceStep {
    if let note = notes.popLast() { return .note(note) }
    before = known
    (group, place) = ([], 0)
    var bytes: Int64 = 0
    let most = singly > 0 ? 1 : Self.groupFiles
    while let entry = waiting.last, group.count < most,
      group.isEmpty || bytes.adding(clamped: entry.size) <= Self.groupBytes
    {
      waiting.removeLast()
      bytes = bytes.adding(clamped: entry.size)
      group.append(entry)
    }
    if singly > 0 { singly -= 1 }
    if !group.isEmpty { return .records(try batch()) }
    if !gone.isEmpty { return try goneFiles() }
    if unsettled > 0 && !saidUnsettled {
      saidUnsettled = true
      return .note(
        "\(unsettled) files changed in the last \(settleMS / 1000) seconds and may not be whole "
          + "yet: the next run reads them")
    }
    return .end(try end())
  }

  private func end() throws(Failure) -> SourceEnd {
    // What moved from one folder to another while they were looked through was seen in neither.
    let again = Set(try root.files(matching: plan.patterns).files.map { Array($0.path.utf8) })
    let isWhole = refused.isEmpty && vanished == 0 && unsettled == 0 && again == present
    var failure = refused.first
    if refused.count > 1 {
      failure?.message += "; and \(refused.count - 1) more files could not be read"
    }
    var end = SourceEnd(isSnapshot: isWhole, state: known.json, failure: failure)
    // Rows that a broken file had are told by what was known of it, which a full pass forgets.
    end.remembersRest = isWhole || !plan.isByRow || task.isIncremental
    return end
  }

  // MARK: A batch

  private func batch() throws(Failure) -> SourceBatch {
    let names = group.count == 1 ? "file \(group[0].path)" : "files from \(group[0].path) on"
    var batch = SourceBatch(pages: [], origin: names, most: try most())
    let pages = GroupPages { [self] () throws(Failure) in try nextFile() }
    batch.more = { [self] () throws(Failure) in
      do throws(Failure) {
        if task.isCancelled() { throw Failure(.cancelled, "sync.cancelled", "cancelled") }
        return try pages.next()
      } catch {
        fault = error
        throw error
      }
    }
    batch.stateAfter = { [self] in known.json }
    return batch
  }

  /// The pages of the next file of the batch; `nil` behind the last.
  private func nextFile() throws(Failure) -> (() throws(Failure) -> CutPage?)? {
    guard place < group.count else { return nil }
    let entry = group[place]
    guard let file = try root.open(entry) else {
      vanished += 1
      place += 1
      return { () throws(Failure) in nil }
    }
    // It may have been a long time since the folder was looked through.
    if settleMS > 0 && file.entry.changedNS / 1_000_000 >= Time.nowMS() - settleMS {
      unsettled += 1
      place += 1
      return { () throws(Failure) in nil }
    }
    let reading = FileReading(file, plan)
    var isRead = false
    return { [self] () throws(Failure) in
      if !isRead, let page = try reading.next() { return page }
      if !isRead {
        isRead = true
        return try close(file.entry, rows: reading.rows)
      }
      return try tombstones.next()
    }
  }

  /// The file is read. Rows that an earlier form of it had and this one has not are gone.
  private func close(_ entry: FileEntry, rows: Int64) throws(Failure) -> CutPage? {
    let rowsBefore = known.rows(of: entry.path)
    known.set(entry, rows: rows)
    place += 1
    tombstones = .none
    guard plan.isByRow, rowsBefore > rows else { return nil }
    try hold(rowsBefore - rows)
    tombstones = Tombstones(plan, entry.path, rows: (rows + 1)...rowsBefore)
    return try tombstones.next()
  }

  private var tombstones = Tombstones.none

  /// That so many are gone is believed of a stream only as a full pass would be.
  private func hold(_ rows: Int64) throws(Failure) {
    if let failure = task.removal(goneRows + rows, knownRows) { throw failure }
    goneRows += rows
  }

  func refused(_ failure: Failure) throws(Failure) {
    guard let fault, fault == failure, fault.kind != .cancelled, place < group.count else {
      throw failure
    }
    self.fault = nil
    refused.append(fault)
    known = before
    // What was stored of an earlier form of it stays, and it is tried again.
    known.forgetTimes(of: group[place].path)
    // Nothing of the batch was stored: the others come again, one by one.
    let others = group.indices.filter { $0 != place }.map { group[$0] }
    waiting += others.reversed()
    singly = others.count
  }

  /// Records that the batch brings at most, where somebody must know.
  private func most() throws(Failure) -> Int64 {
    guard task.countsFirst else { return 0 }
    var most: Int64 = 0
    for entry in group {
      most += known.rows(of: entry.path)
      // One that is too large is refused, not read.
      if entry.size > FileReading.fileLimit { continue }
      if plan.format == .json {
        most += min(entry.size / 2, 250_000)
      } else if let file = try? root.open(entry) {
        most += ((try? file.countLines()) ?? entry.size) + 1
      }
    }
    return most
  }

  // MARK: What is gone

  /// Files that are not there any more. Where rows are known by them, these are gone, too.
  private func goneFiles() throws(Failure) -> SourceStep {
    let first = String(decoding: gone[0], as: UTF8.self)
    guard plan.isByRow else {
      for path in gone { known.remove(path) }
      if task.isIncremental {
        notes.append(
          "\(gone.count) files are not there any more, such as \(first). Records that only they "
            + "had stay until a full pass: patchbay sync run NAME --full")
      }
      gone = []
      return .records(SourceBatch(pages: [], state: known.json, origin: "", most: 0))
    }
    let path = gone.removeFirst()
    let rows = known.rows(of: first)
    do throws(Failure) {
      try hold(rows)
    } catch {
      gone = []
      refused.append(error)
      return .records(SourceBatch(pages: [], state: known.json, origin: "", most: 0))
    }
    known.remove(path)
    var batch = SourceBatch(pages: [], state: known.json, origin: "file \(first)", most: rows)
    if rows > 0 {
      let tombstones = Tombstones(plan, first, rows: 1...rows)
      batch.more = { () throws(Failure) in try tombstones.next() }
    }
    return .records(batch)
  }
}

/// Pages of one file after the other.
///
/// @unchecked: it belongs to one batch, which one thread at a time uses.
private final class GroupPages: @unchecked Sendable {
  private let nextFile: () throws(Failure) -> (() throws(Failure) -> CutPage?)?
  private var current: (() throws(Failure) -> CutPage?)?

  init(_ nextFile: @escaping () throws(Failure) -> (() throws(Failure) -> CutPage?)?) {
    self.nextFile = nextFile
  }

  func next() throws(Failure) -> CutPage? {
    while true {
      if let current, let page = try current() { return page }
      guard let next = try nextFile() else { return nil }
      current = next
    }
  }
}
