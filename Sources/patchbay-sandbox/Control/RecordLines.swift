internal import Synchronization

/// All records of a type as NDJSON, made a piece at a time.
final class RecordLines: Sendable {
  private let records: Records
  private let type: ObjectType
  private let isArchived: Bool
  private let next = Mutex(0)

  init(_ records: Records, _ type: ObjectType, isArchived: Bool) {
    self.records = records
    self.type = type
    self.isArchived = isArchived
  }

  /// Whole lines, about 64 KiB of them; empty at the end.
  func piece() -> [UInt8] {
    let properties = Schema.of(type).properties
    return next.withLock { index in
      var output: [UInt8] = []
      while index < records.count(type), output.count < 65_536 {
        if records.isArchived(type, index) == isArchived, let record = records.record(type, index) {
          record.write(properties, into: &output)
          output.append(UInt8(ascii: "\n"))
        }
        index += 1
      }
      return output
    }
  }
}
