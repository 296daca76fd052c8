import Foundation
import PatchbayCore
import PatchbayJSON
import Seeded
import Testing

@testable import PatchbayStore

@Suite struct BlobTests {
  private struct Place {
    let shelf: Shelf
    let blobs: Blobs
    var folder: String { shelf.folder.path + "/blobs" }

    init() async throws {
      shelf = try await Shelf()
      let vault = Vault(store: shelf.store, folder: shelf.folder.path, environment: [:])
      blobs = Blobs(
        store: shelf.store, vault: vault, leases: try FileLeases(folder: shelf.folder.path + "/l"),
        hubFolder: shelf.folder.path)
    }

    func store(_ parts: [UInt8]..., limit: Int64 = 1 << 30) async throws -> Blob {
      let writer = try await blobs.write(limitBytes: limit)
      for part in parts { try writer.write(part) }
      return try await writer.finish()
    }

    /// All files of blobs, those under way among them.
    var files: [String] { FileBytes.tree(of: folder) }
    func path(_ blob: Blob) -> String { "\(folder)/\(blob.id.prefix(2))/\(blob.id)" }

    func sweep(afterMS: Int64 = 1) async throws -> Int {
      try await blobs.sweep(unusedForMS: 0, nowMS: Time.nowMS() + afterMS)
    }
  }

  private static let chunk = BlobLayout.chunkBytes

  @Test(arguments: [0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk, 3 * chunk + 7])
  func `A body of any size comes back, whole and in parts`(size: Int) async throws {
    let place = try await Place()
    var draw = Draw(Scale.fresh)
    let bytes = (0..<size).map { _ in UInt8(draw.below(256)) }
    let writer = try await place.blobs.write(limitBytes: 1 << 30)
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = rest.prefix(1 + draw.below(100_000))
      try writer.write(Array(part))
      rest = rest.dropFirst(part.count)
    }
    let blob = try await writer.finish()
    #expect(blob.size == Int64(size))
    let reader = try await place.blobs.read(blob.id)
    #expect(try reader.read(size + 10, at: 0) == bytes)
    for _ in 0..<20 {
      let start = draw.below(size + 2)
      let count = draw.below(Self.chunk * 2)
      let wanted = Array(bytes.dropFirst(start).prefix(count))
      #expect(try reader.read(count, at: Int64(start)) == wanted, "\(start), \(count)")
    }
  }

  @Test func `The same content is stored once, and is nowhere in clear`() async throws {
    let place = try await Place()
    let text = Array("a planted body 5512, again and again".utf8)
    let one = try await place.store(text)
    let two = try await place.store(Array(text.prefix(7)), Array(text.dropFirst(7)))
    #expect(one == two && place.files.count == 1)
    #expect(try await place.store(text + [0]) != one)
    for file in place.files {
      let stored = try Data(contentsOf: URL(fileURLWithPath: "\(place.folder)/\(file)"))
      #expect(stored.range(of: Data("planted".utf8)) == nil)
    }
  }

  @Test func `Every changed, missing or added byte is found out`() async throws {
    let place = try await Place()
    let blob = try await place.store([UInt8](repeating: 7, count: Self.chunk + 5))
    let path = place.path(blob)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    var draw = Draw(Scale.fresh)
    for turn in 0..<60 {
      var bytes = whole
      switch turn % 3 {
      case 0: bytes[draw.below(bytes.count)] ^= 1
      case 1: bytes.removeLast(1 + draw.below(bytes.count))
      default: bytes.append(0)
      }
      try bytes.write(to: URL(fileURLWithPath: path))
      await #expect(throws: Failure.self, "turn \(turn)") {
        try await place.blobs.read(blob.id).read(Int(blob.size), at: 0)
      }
    }
    // Chunks that changed their places.
    var moved = whole
    let head = BlobLayout.headBytes
    let size = BlobLayout.sealedChunkBytes
    moved.replaceSubrange(head..<head + size, with: [UInt8](repeating: 0, count: size))
    try moved.write(to: URL(fileURLWithPath: path))
    await #expect(throws: Failure.self) {
      try await place.blobs.read(blob.id).read(10, at: 0)
    }
    // Stored again it is sound again.
    #expect(try await place.store([UInt8](repeating: 7, count: Self.chunk + 5)) == blob)
    #expect(try await place.blobs.read(blob.id).read(3, at: 0) == [7, 7, 7])
  }

  @Test func `A blob lives as long as a record uses it`() async throws {
    let place = try await Place()
    let (shelf, store) = (place.shelf, place.shelf.store)
    let stream = try await shelf.stream()
    let (one, two) = (try await place.store([1]), try await place.store([2]))
    func commit(_ records: [String], _ blobs: [String: [String]]) async throws {
      var batch = Batch(
        stream: stream.id, run: shelf.run, pages: [page(records)], checkpoint: nil, stateTag: nil,
        nowMS: 5)
      batch.blobs = blobs
      _ = try await store.commit(batch)
    }
    try await commit(
      [#"{"id":"a"}"#, #"{"id":"b"}"#], ["a": [one.id, one.id], "b": [one.id, two.id]])
    #expect(try await store.uses(of: one.id) == 2)
    #expect(try await place.sweep() == 0)
    // Another version of a record uses others.
    try await commit([#"{"id":"b","v":2}"#], ["b": []])
    #expect(try await place.sweep() == 1)
    #expect(try await store.blob(two.id) == nil && place.files.count == 1)
    // A record that uses what is not there is refused with all of its batch.
    await #expect(throws: Failure.self) { try await commit([#"{"id":"c"}"#], ["c": [two.id]]) }
    #expect(try await store.records(stream.id, limit: 9).count == 2)
    try await store.removeConnection("crm")
    #expect(try await place.sweep() == 1)
    #expect(place.files.isEmpty)
  }

  @Test func `What was stored lately is not swept, and an open one is read to its end`()
    async throws
  {
    let place = try await Place()
    let blob = try await place.store([UInt8](repeating: 9, count: 3 * Self.chunk))
    #expect(try await place.blobs.sweep() == 0)
    let reader = try await place.blobs.read(blob.id)
    #expect(try await place.sweep() == 1)
    #expect(try reader.read(1, at: Int64(2 * Self.chunk)) == [9])
    await #expect(throws: Failure.self) { _ = try await place.blobs.read(blob.id) }
  }

  @Test func `What is not finished, too large, or left by a killed process goes`() async throws {
    let place = try await Place()
    do {
      let writer = try await place.blobs.write(limitBytes: 10)
      try writer.write([1, 2, 3])
      #expect(place.files.count == 1)
      let failure = #expect(throws: Failure.self) {
        try writer.write([UInt8](repeating: 0, count: 8))
      }
      #expect(failure?.code == "blob.size")
    }
    #expect(place.files.isEmpty)
    let left = "\(place.folder)/0011.999999999.next"
    try Data([1]).write(to: URL(fileURLWithPath: left))
    // In its place, and not yet noted.
    let blob = try await place.store([4, 5, 6])
    try place.shelf.folder.database().execute("DELETE FROM blobs")
    #expect(place.files.count == 2)
    _ = try await place.sweep()
    #expect(place.files.isEmpty, "\(blob)")
  }

  @Test func `Writers and sweeps at the same time lose nothing that is noted`() async throws {
    let place = try await Place()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        group.addTask {
          for turn in 0..<15 {
            let blob = try await place.store([UInt8(turn % 3), UInt8(writer % 2)])
            if try await place.shelf.store.blob(blob.id) != nil {
              _ = try? await place.blobs.read(blob.id).read(1, at: 0)
            }
          }
        }
      }
      group.addTask { for _ in 0..<20 { _ = try await place.sweep() } }
      try await group.waitForAll()
    }
    let noted = try await place.shelf.store.unusedBlobs(storedBeforeMS: .max)
    #expect(Set(noted) == Set(place.files.map { String($0.dropFirst(3)) }))
  }
}
