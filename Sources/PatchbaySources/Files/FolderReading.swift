internal import Glibc
internal import PatchbayCore
internal import PatchbayJSON

/// Reads the files of a stream, each of them whole or not at all: all of them in a full pass, new
/// and changed ones in an incremental pass.
///
/// State: `files`, for each that was read its size, its times, and how many rows it had.
///
/// @unchecked: one thread at a time uses it, as ``SourceReading`` says; what it hands to the store
/// is used within one of its steps.
final class FolderReading: SourceReading, @unchecked Sendable {
  private let plan: FilePlan
  private let root: FolderWalk
  private let task: SourceTask
  /// What was read, by path.
  private var known: [String: Known] = [:]
  private var waiting: [FileEntry] = []
  private var present: Set<String> = []
  private var notes: [String] = []
  /// The file at hand, with the pages that it gives.
  private var current: (entry: FileEntry, reading: FileReading)?
  private var fault: Failure?
  private var refused: [Failure] = []
  /// Files that are left for the next run.
  private var unsettled = 0
  private var unsavedFiles = 0
  private var unsavedBytes: Int64 = 0

  private struct Known {
    var size, modifiedNS, changedNS, rows: Int64

    init?(_ json: JSON) {
      guard let list = json.array, list.count == 4, let size = list[0].integer,
        let modified = list[1].integer, let changed = list[2].integer, let rows = list[3].integer
      else { return nil }
      (self.size, modifiedNS, changedNS, self.rows) = (size, modified, changed, rows)
    }

    init(_ entry: FileEntry, rows: Int64) {
      (size, modifiedNS, changedNS) = (entry.size, entry.modifiedNS, entry.changedNS)
      self.rows = rows
    }

    func fits(_ entry: FileEntry) -> Bool {
      size == entry.size && modifiedNS == entry.modifiedNS && changedNS == entry.changedNS
    }

    var json: JSON {
      .array([size, modifiedNS, changedNS, rows].map { .integer($0) })
    }
  }

  init(_ plan: FilePlan, folder: String, settleMS: Int64, _ task: SourceTask) throws(Failure) {
    self.plan = plan
    self.task = task
    root = try FolderWalk(folder)
    for member in task.state?["files"]?.object?.members ?? [] {
      known[member.name] = Known(member.value)
    }
    let entries = try root.files(matching: plan.patterns)
    present = Set(entries.map(\.path))
    let youngestNS = (Time.nowMS() - settleMS) * 1_000_000
    for entry in entries where known[entry.path]?.fits(entry) != true {
      // One whose time lies in the future would never settle by that.
      if settleMS > 0 && entry.changedNS > youngestNS {
        unsettled += 1
      } else {
        waiting.append(entry)
      }
    }
    waiting.reverse()
    if unsettled > 0 {
      notes.append(
        "\(unsettled) files changed in the last \(settleMS / 1000) seconds and may not be whole "
          + "yet: the next run reads them")
    }
  }

  func next() throws(Failure) -> SourceStep {
    if let note = notes.popLast() { return .note(note) }
    while let entry = waiting.popLast() {
      guard let file = try open(entry) else { continue }
      return .records(try batch(file))
    }
    if let gone = goneRows() { return .records(gone) }
    let isWhole = refused.isEmpty && unsettled == 0
    var failure = refused.first
    if refused.count > 1 {
      failure?.message += "; and \(refused.count - 1) more files could not be read"
    }
    return .end(SourceEnd(isSnapshot: isWhole, state: state, failure: failure))
  }

  private func open(_ entry: FileEntry) throws(Failure) -> OpenFile? {
    do throws(Failure) {
      return try root.open(entry)
    } catch {
      refused.append(error)
      return nil
    }
  }

  private func batch(_ file: OpenFile) throws(Failure) -> SourceBatch {
    let most = task.countsFirst ? try file.countLines() + 1 : 0
    let reading = FileReading(file, plan)
    current = (file.entry, reading)
    let rowsBefore = known[file.entry.path]?.rows ?? 0
    var batch = SourceBatch(pages: [], origin: "file \(file.entry.path)", most: most)
    batch.more = { [self] () throws(Failure) in
      do throws(Failure) {
        if task.isCancelled() { throw Failure(.cancelled, "sync.cancelled", "cancelled") }
        if let page = try reading.next() { return page }
        return closing(file.entry, reading, rowsBefore: rowsBefore)
      } catch {
        fault = error
        throw error
      }
    }
    batch.stateAfter = { [self] in stateToSave() }
    return batch
  }

  /// The file is read. Rows that an earlier form of it had and this one has not are gone.
  private func closing(_ entry: FileEntry, _ reading: FileReading, rowsBefore: Int64) -> CutPage? {
    guard current != nil else { return nil }
    current = nil
    known[entry.path] = Known(entry, rows: reading.rows)
    unsavedFiles += 1
    unsavedBytes += entry.size
    guard plan.isByRow, rowsBefore > reading.rows else { return nil }
    return gone(entry.path, rows: (reading.rows + 1)...rowsBefore)
  }

  func refused(_ failure: Failure) throws(Failure) {
    guard let fault, fault == failure, fault.kind != .cancelled, let current else { throw failure }
    refused.append(fault)
    self.fault = nil
    // What was stored of an earlier form of it stays, and it is tried again.
    known[current.entry.path]?.changedNS = -1
    self.current = nil
  }

  // MARK: What is gone

  /// Rows of files that are not there any more, where rows are known by their files.
  private func goneRows() -> SourceBatch? {
    let gone = known.keys.filter { !present.contains($0) }.sorted()
    guard let path = gone.first else { return nil }
    let rows = known[path]?.rows ?? 0
    if !plan.isByRow {
      for path in gone { known[path] = nil }
      notes.append(
        "\(gone.count) files are not there any more, such as \(path). Records that only they had "
          + "stay until a full pass: patchbay sync run NAME --full")
      return SourceBatch(pages: [], state: state, origin: "", most: 0)
    }
    known[path] = nil
    let pages = rows > 0 ? [self.gone(path, rows: 1...rows)] : []
    return SourceBatch(pages: pages, state: state, origin: "file \(path)", most: rows)
  }

  private func gone(_ path: String, rows: ClosedRange<Int64>) -> CutPage {
    let file = JSON.string(path).text
    var lines: [UInt8] = []
    for row in rows {
      lines += Array(
        ("{\"\(FilePlan.fileMember)\":\(file),\"\(FilePlan.rowMember)\":\(row),"
          + "\"\(FilePlan.goneMember)\":true}\n").utf8)
    }
    return CutPage(ByteBuffer(lines), plan: plan.extract)
  }

  // MARK: State

  /// Small files are not saved one by one: after a crash they are read again.
  private func stateToSave() -> JSON? {
    guard unsavedFiles >= 256 || unsavedBytes >= 4 << 20 else { return nil }
    (unsavedFiles, unsavedBytes) = (0, 0)
    return state
  }

  private var state: JSON {
    let files = known.sorted { $0.key < $1.key }.map { JSONObject.Member($0.key, $0.value.json) }
    return ["files": .object(JSONObject(files))]
  }
}
