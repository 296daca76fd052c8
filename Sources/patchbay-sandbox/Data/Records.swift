/// Every record there is, as a value: a seed, a count per type, and the changes made since.
struct Records: Sendable {
  struct Change: Sendable {
    var createdMS: Int64?
    var modifiedMS: Int64
    var revision: Int
    var isArchived: Bool
    var isDeleted = false
  }

  /// How many records in a row share one modification time.
  static let runLength = 350
  private static let epochMS: Int64 = 1_640_995_200_000
  private static let idStride: Int64 = 13

  let seed: UInt64
  /// The records of each type before any were created.
  let seeded: Int
  private(set) var counts: [Int]
  private(set) var changes: [[Int: Change]]
  /// Grows with every change, so that what was computed from an older state can be told.
  private(set) var version: Int
  private let order: Order

  init(seed: UInt64, count: Int, version: Int = 0) {
    self.seed = seed
    self.version = version
    seeded = count
    counts = ObjectType.allCases.map { _ in count }
    changes = ObjectType.allCases.map { _ in [:] }
    order = Order(count: count, seed: seed)
  }

  func count(_ type: ObjectType) -> Int { counts[type.ordinal] }

  private func noise(_ type: ObjectType, _ index: Int) -> UInt64 {
    Noise.mix(seed &* 31 &+ UInt64(type.ordinal), UInt64(index))
  }

  // MARK: Ids

  func id(_ type: ObjectType, _ index: Int) -> Int64 {
    let gap = Int64(Noise.mix(noise(type, index) ^ 0x1D) % UInt64(Self.idStride))
    return type.firstID + Int64(index) * Self.idStride + gap
  }

  func index(_ type: ObjectType, id: Int64) -> Int? {
    guard id >= type.firstID else { return nil }
    let near = (id - type.firstID) / Self.idStride
    guard near < Int64(count(type)), self.id(type, Int(near)) == id else { return nil }
    return Int(near)
  }

  /// The first index with an id greater than `id`.
  func index(_ type: ObjectType, after id: Int64) -> Int {
    guard id >= type.firstID else { return 0 }
    let near = (id - type.firstID) / Self.idStride
    guard near < Int64(count(type)) else { return count(type) }
    return self.id(type, Int(near)) > id ? Int(near) : Int(near) + 1
  }

  // MARK: Reading

  /// `nil` for a record that was deleted or never was.
  func isArchived(_ type: ObjectType, _ index: Int) -> Bool? {
    guard index >= 0, index < count(type) else { return nil }
    if let change = change(type, index) { return change.isDeleted ? nil : change.isArchived }
    return isArchivedFromTheStart(type, index)
  }

  func isArchivedFromTheStart(_ type: ObjectType, _ index: Int) -> Bool {
    Noise.mix(noise(type, index) ^ 0xA5) % 50 == 0
  }

  func modifiedMS(_ type: ObjectType, _ index: Int) -> Int64 {
    change(type, index)?.modifiedMS ?? seededModifiedMS(type, index)
  }

  private func seededModifiedMS(_ type: ObjectType, _ index: Int) -> Int64 {
    let run = order.rank(index) / Self.runLength
    let jitter = Noise.mix(seed ^ UInt64(type.ordinal), UInt64(run)) % 3_599_000
    return Self.epochMS + Int64(run) * 3_600_000 + Int64(jitter)
  }

  func record(_ type: ObjectType, _ index: Int) -> Record? {
    guard let isArchived = isArchived(type, index) else { return nil }
    let own = noise(type, index)
    let change = change(type, index)
    let start = change?.createdMS == nil ? seededModifiedMS(type, index) : 0
    return Record(
      type: type, index: index, id: id(type, index),
      createdMS: change?.createdMS ?? start - Int64(own % 7_776_000_000),
      modifiedMS: change?.modifiedMS ?? start, isArchived: isArchived,
      revision: change?.revision ?? 0, noise: own)
  }

  func record(_ type: ObjectType, id: Int64) -> Record? {
    index(type, id: id).flatMap { record(type, $0) }
  }

  private func change(_ type: ObjectType, _ index: Int) -> Change? {
    let changed = changes[type.ordinal]
    return changed.isEmpty ? nil : changed[index]
  }

  // MARK: Changing

  mutating func create(_ type: ObjectType, atMS: Int64) -> Int {
    let index = count(type)
    counts[type.ordinal] += 1
    set(
      type, index, Change(createdMS: atMS, modifiedMS: atMS, revision: 0, isArchived: false))
    return index
  }

  mutating func edit(_ type: ObjectType, _ index: Int, atMS: Int64) {
    modify(type, index, atMS: atMS) { $0.revision += 1 }
  }

  mutating func archive(_ type: ObjectType, _ index: Int, atMS: Int64) {
    modify(type, index, atMS: atMS) { $0.isArchived = true }
  }

  mutating func delete(_ type: ObjectType, _ index: Int, atMS: Int64) {
    modify(type, index, atMS: atMS) { $0.isDeleted = true }
  }

  private mutating func modify(
    _ type: ObjectType, _ index: Int, atMS: Int64, _ body: (inout Change) -> Void
  ) {
    var change =
      change(type, index)
      ?? Change(
        modifiedMS: atMS, revision: 0, isArchived: isArchivedFromTheStart(type, index))
    change.modifiedMS = atMS
    body(&change)
    set(type, index, change)
  }

  private mutating func set(_ type: ObjectType, _ index: Int, _ change: Change) {
    changes[type.ordinal][index] = change
    version += 1
  }
}

/// A permutation of the seeded records, so that the order of changes is not the order of ids.
struct Order: Sendable {
  private let count: Int
  private let factor: Int
  private let shift: Int

  init(count: Int, seed: UInt64) {
    self.count = max(count, 1)
    var factor = max(1, Int(Double(self.count) * 0.618))
    while Self.commonDivisor(factor, self.count) != 1 { factor += 1 }
    self.factor = factor
    shift = Int(Noise.mix(seed) % UInt64(self.count))
  }

  func rank(_ index: Int) -> Int { (index * factor + shift) % count }

  private static func commonDivisor(_ first: Int, _ second: Int) -> Int {
    var (larger, smaller) = (first, second)
    while smaller != 0 { (larger, smaller) = (smaller, larger % smaller) }
    return larger
  }
}
