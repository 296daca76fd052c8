import Built
import Glibc
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import Seeded
import Testing

@testable import PatchbaySources
@testable import PatchbaySync

/// Numbers of settings, files and checkpoints that nobody means.
@Suite struct StrangeFileTests {
  @Test func `A setting of the host is within its range, or refused by its name`() throws {
    for setting in HostSetting.all where setting.kind == .number {
      for text in Extreme.numbers {
        let value = try JSON(reading: text)
        do throws(Failure) {
          try setting.check(value)
          #expect(setting.range.map { $0.contains(value.double ?? .nan) } != false, "\(text)")
        } catch {
          #expect(error.message.contains(setting.name), "\(error)")
        }
      }
    }
  }

  /// Reads the folder of a stream to its end, and returns what could not be read.
  private func read(_ folder: String, _ state: JSON?, format: String = "csv") throws -> [Failure] {
    let plan = try FilePlan("rows", ["files": "*", "format": .string(format)], folder: folder)
    let task = SourceTask(
      isIncremental: true, state: state, resumes: false, countsFirst: true,
      removal: { gone, known in
        gone > 1000 ? Failure(.conflict, "guard", "\(gone) of \(known)") : nil
      }, isCancelled: { false })
    let reading = try FolderReading(plan, folder: folder, settleMS: 0, task)
    var refused: [Failure] = []
    for _ in 0..<20 {
      switch try reading.next() {
      case .note: break
      case .end(let end): return refused + [end.failure].compactMap { $0 }
      case .records(let batch):
        #expect(batch.most >= 0)
        do throws(Failure) {
          while let more = batch.more, try more() != nil {}
        } catch {
          refused.append(error)
          try reading.refused(error)
        }
      }
    }
    return refused
  }

  @Test func `A checkpoint of files may name any size, time and number of rows`() throws {
    let folder = try TestFolder()
    try folder.write(Array("a\n1\n2\n".utf8), to: "a.csv")
    let state = #"{"files":{"a.csv":[4,5,6,2],"b.csv":[4,5,6,2],"c.csv":[4,5,6,9]}}"#
    for text in Extreme.variants(of: state) {
      do { _ = try read(folder.path, JSON(reading: text)) } catch let failure as Failure {
        // Files that are gone had so many rows that somebody is asked first.
        #expect(failure.code == "guard", "\(text)")
      }
    }
  }

  @Test func `Files of any size stand beside each other`() throws {
    let folder = try TestFolder()
    try folder.write(Array("a\n1\n".utf8), to: "a.csv")
    // A file system keeps what it can of these.
    for (index, size) in [Int.max, Int.max - 1, 1 << 43, 3 << 30].enumerated() {
      let path = folder.file("huge-\(index).csv")
      try FileBytes.replace(path, with: [0x61])
      // Unsafe: the path is lent for the call.
      _ = unsafe truncate(path, size)
    }
    #expect(try read(folder.path, nil).contains { $0.message.contains("2 GiB") })
    // Sizes as a file system of another kind may tell of them.
    var info = stat()
    (info.st_size, info.st_mtim) = (.max, timespec(tv_sec: .max, tv_nsec: 999_999_999))
    let entry = FileEntry("a", info)
    #expect(entry.size == .max && entry.modifiedNS == .max && entry.changedNS == 0)
  }
}
