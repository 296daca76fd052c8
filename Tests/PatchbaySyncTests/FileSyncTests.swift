import Built
import Glibc
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbayStore
import PatchbaySync
import Seeded
import Testing

/// Files of a folder, read by the host.
@Suite struct FileSyncTests {
  private static func bench(_ streams: JSON) async throws -> SourceBench {
    var bench = SourceBench("files")
    try FileBytes.makeFolders("\(bench.path)/in/deep")
    bench.settings["folder"] = .string("\(bench.path)/in")
    bench.settings["streams"] = streams
    bench.settings["settle_seconds"] = 0
    try await bench.save()
    return bench
  }

  private static func write(_ text: String, _ bench: SourceBench, _ name: String) throws {
    try bench.folder?.write(Array(text.utf8), to: "in/\(name)")
  }

  @Test func `No plugin may have an id by which the hub reads`() throws {
    let bench = SourceBench("files")
    let hub = try Hub(folder: "\(bench.path)/data", pluginFolders: [], environment: [:])
    #expect(Set(hub.registry.builtIn.map(\.manifest.id)) == PluginFile.ownIDs)
  }

  @Test func `Tables, lines and documents become records with typed columns`() async throws {
    let bench = try await Self.bench([
      "orders": [
        "files": "orders-*.csv", "format": "csv", "key": "/id",
        "columns": ["total": ["at": "/total", "type": "number"]],
      ],
      "people": ["files": "people.csv", "format": "csv", "separator": ";", "encoding": "latin1"],
      "log": ["files": "**/*.ndjson", "format": "ndjson"],
      "doc": ["files": "doc.json", "format": "json", "records": "/items", "key": ["/a", "/b"]],
    ])
    try Self.write(
      "\u{FEFF}id,total,note\r\n1,2.50,\"a \"\"b\"\"\r\nc\"\r\n2,x,\r\n", bench, "orders-1.csv")
    try Self.write("id,total\n3,7\n", bench, "orders-2.csv")
    try bench.folder?.write([0x6E, 0x3B, 0x6D, 0x0A, 0xE9, 0x3B, 0x31, 0x0A], to: "in/people.csv")
    try Self.write("{\"x\":1}\n\n  {}  \n", bench, "deep/a.ndjson")
    try Self.write("{\"x\":2}", bench, "b.ndjson")
    try Self.write("{\"items\":[{\"a\":1,\"b\":\"q\"}]}", bench, "doc.json")
    try Self.write("{\"x\":9}", bench, ".hidden.ndjson")
    let summary = try await bench.sync()
    #expect(summary.status == "done", "\(summary.json.text)")
    #expect(try await bench.living("orders").keys.sorted() == ["1", "2", "3"])
    #expect(
      try await bench.query("SELECT total FROM c__orders ORDER BY _key")
        == [[.number("2.5")], [.null], [7]])
    #expect(try await bench.query("SELECT n, m FROM c__people") == [["é", "1"]])
    #expect(
      try await bench.living("log") == [
        "b.ndjson\u{1F}1": #"{"_file":"b.ndjson","_row":1,"x":2}"#,
        "deep/a.ndjson\u{1F}1": #"{"_file":"deep/a.ndjson","_row":1,"x":1}"#,
        "deep/a.ndjson\u{1F}2": #"{"_file":"deep/a.ndjson","_row":2}"#,
      ])
    #expect(try await bench.living("doc").keys.sorted() == ["1\u{1F}q"])
    #expect(summary.streams.first?.counters.misfits == ["total": 1])
  }

  private static let broken: [(format: String, text: String, words: String)] = [
    ("csv", "id,v\n1,\"cut", "quote is missing"), ("csv", "id,v\n1,a\n2", "middle of a row"),
    ("csv", "id,id\n1,a\n", "first line"), ("csv", "v\n1\n", "first line"),
    ("ndjson", "{\"id\":1}\n{\"id\":2", "middle of a row"),
    ("json", "[{\"id\":1}", "JSON document"),
    ("json", "{\"id\":1}", "no list of records"),
  ]

  @Test(arguments: broken)
  func `A file that is broken is taken not at all, and those beside it are`(
    format: String, text: String, words: String
  ) async throws {
    let bench = try await Self.bench([
      "s": ["files": ["good.*", "bad.*"], "format": .string(format), "key": "/id"]
    ])
    let good =
      ["csv": "id,v\n7,a\n", "ndjson": "{\"id\":7}\n", "json": "[{\"id\":7}]"][format] ?? ""
    try Self.write(good, bench, "good.\(format)")
    try Self.write(text, bench, "bad.\(format)")
    let summary = try await bench.sync()
    #expect(summary.status == "failed")
    #expect(summary.streams[0].failure?.message.contains(words) == true, "\(summary.json.text)")
    #expect(try await bench.living("s").keys.sorted() == ["7"])
    // The next run reads it alone, once it is whole.
    try Self.write(good.replacing("7", with: "8"), bench, "bad.\(format)")
    let next = try await bench.sync()
    #expect(next.status == "done" && next.counters.read == 1, "\(next.json.text)")
    #expect(try await bench.living("s").keys.sorted() == ["7", "8"])
  }

  @Test func `Only folders that the hub's owner names are read, and no link leads out of them`()
    async throws
  {
    var bench = try await Self.bench(["s": ["files": "**/*.csv", "format": "csv"]])
    try Self.write("id\n1\n", bench, "a.csv")
    // Unsafe: the paths are lent for the calls.
    let outside = try TestFolder()
    try outside.write(Array("id\n666\n".utf8), to: "secret.csv")
    #expect(unsafe symlink(outside.file("secret.csv"), "\(bench.path)/in/link.csv") == 0)
    #expect(unsafe symlink(outside.path, "\(bench.path)/in/folder") == 0)
    #expect(unsafe mkfifo("\(bench.path)/in/pipe.csv", 0o600) == 0)
    try await bench.sync()
    #expect(try await bench.living("s").values.contains { $0.contains("666") } == false)
    #expect(try await bench.living("s").count == 1)
    for folder in [outside.path, "\(bench.path)/in/folder", "in", "\(bench.path)/in/../.."] {
      bench.settings["folder"] = .string(folder)
      let refused = await failure { try await bench.save(resets: true) }
      #expect(refused?.code == "connection.setting", "\(folder)")
    }
    bench.environment["PATCHBAY_FOLDERS"] = ""
    bench.settings["folder"] = .string("\(bench.path)/in")
    let closed = await failure { try await bench.save(resets: true) }
    #expect(closed?.mend.contains("PATCHBAY_FOLDERS") == true)
    bench.environment["PATCHBAY_FOLDERS"] = "relative"
    #expect(await failure { try await bench.save() }?.code == "hub.folders")
  }

  @Test func `A file that has just changed is left for the next run, and nothing is gone by that`()
    async throws
  {
    var bench = try await Self.bench(["s": ["files": "*.csv", "format": "csv", "key": "/id"]])
    try Self.write("id\n1\n", bench, "a.csv")
    try await bench.sync()
    bench.settings["settle_seconds"] = 1000
    try await bench.save()
    let full = try await bench.sync(full: true)
    #expect(full.streams[0].notes.contains { $0.contains("may not be whole yet") })
    #expect(try await bench.living("s").count == 1)
  }

  @Test func `A folder that cannot be read is no empty one`() async throws {
    let bench = try await Self.bench(["s": ["files": "in/*.csv", "format": "csv", "key": "/id"]])
    try FileBytes.makeFolders("\(bench.path)/in/in")
    try Self.write("id\n1\n", bench, "in/a.csv")
    try await bench.sync()
    #expect(FileBytes.move("\(bench.path)/in", to: "\(bench.path)/elsewhere"))
    let gone = await failure { _ = try await bench.sync(full: true) }
    #expect(gone?.code == "connection.setting", "\(String(describing: gone))")
    #expect(FileBytes.move("\(bench.path)/elsewhere", to: "\(bench.path)/in"))
    #expect(try await bench.living("s").count == 1)
  }

  @Test func `Many rows that are gone are marked with a person's word, and all of them`()
    async throws
  {
    var bench = try await Self.bench(["s": ["files": "*.ndjson", "format": "ndjson"]])
    let rows = String(repeating: "{}\n", count: 60_000)
    try Self.write(rows, bench, "a.ndjson")
    try Self.write("{}\n", bench, "b.ndjson")
    #expect(try await bench.sync().counters.inserted == 60_001)
    // Cut off at nothing, as a disk does that is full; then gone, as one that is not mounted.
    for change in ["truncate", "remove"] {
      if change == "truncate" {
        try Self.write("", bench, "a.ndjson")
      } else {
        // Unsafe: the path is lent for the call.
        unsafe unlink("\(bench.path)/in/a.ndjson")
      }
      let held = try await bench.sync()
      #expect(held.streams[0].failure?.code == "sync.deletions_held", "\(held.json.text)")
      #expect(held.counters.deleted == 0)
    }
    let accepted = try await bench.sync(accepts: true)
    #expect(accepted.status == "done" && accepted.counters.deleted == 60_000)
    #expect(try await bench.living("s").count == 1)
    bench.settings["deletion_guard_percent"] = 100
    try await bench.save()
    unsafe unlink("\(bench.path)/in/b.ndjson")
    #expect(try await bench.sync().counters.deleted == 1)
  }

  @Test func `Rows by file that are gone are deleted whatever marks deletions in the file`()
    async throws
  {
    let bench = try await Self.bench([
      "s": ["files": "*.ndjson", "format": "ndjson", "deleted": "/removed"]
    ])
    try Self.write("{\"x\":1}\n{\"x\":2}\n{\"removed\":1}\n", bench, "a.ndjson")
    try await bench.sync()
    #expect(try await bench.living("s").count == 2)
    try Self.write("{\"x\":1}\n", bench, "a.ndjson")
    try await bench.sync()
    #expect(try await bench.living("s").keys.sorted() == ["a.ndjson\u{1F}1"])
  }

  @Test func `Odd times, names and patterns end nothing`() async throws {
    var bench = try await Self.bench(["s": ["files": "**/*.csv", "format": "csv", "key": "/id"]])
    try Self.write("id\n1\n", bench, "old.csv")
    // Unsafe: the arguments are lent for the calls.
    for (name, seconds) in [("old.csv", -9_000_000_000), ("new.csv", 14_000_000_000)] {
      try Self.write("id\n\(name)\n", bench, name)
      var times = [timespec(tv_sec: seconds, tv_nsec: 1), timespec(tv_sec: seconds, tv_nsec: 1)]
      _ = unsafe utimensat(AT_FDCWD, "\(bench.path)/in/\(name)", &times, 0)
    }
    #expect(try await bench.sync().counters.inserted == 2)
    try Self.write("id\n3\n", bench, "deep/three.csv")
    let stars = String(repeating: "**/", count: 60)
    bench.settings["streams"] = [
      "s": ["files": .string("\(stars)*.csv"), "format": "csv", "key": "/id"]
    ]
    try await bench.save(resets: true)
    #expect(try await bench.sync().counters.read == 3)
    let name = [CChar](
      Array("\(bench.path)/in/x".utf8CString.dropLast()) + [-1, 46, 99, 115, 118, 0])
    #expect(unsafe close(creat(name, 0o600)) == 0)
    let summary = try await bench.sync(full: true)
    #expect(summary.streams[0].notes.contains { $0.contains("no UTF-8") })
  }

  @Test func `A table with more rows than a page has is read in several`() async throws {
    let bench = try await Self.bench(["s": ["files": "*.csv", "format": "csv", "key": "/a"]])
    let rows = (0..<120_000).map { "\($0)\n" }.joined()
    try Self.write("a\n" + rows, bench, "a.csv")
    let summary = try await bench.sync()
    #expect(summary.status == "done" && summary.counters.inserted == 120_000)
  }

  /// Files that come, change, break and go, in any order, over runs of both kinds.
  @Test func `After each run the store has the rows of the files as they were last whole`()
    async throws
  {
    for seed in Scale.seeds(quick: 6, nightly: 200) {
      var draw = Draw(seed)
      let isKeyed = draw.below(2) == 0
      var stream: JSON = ["files": "*.csv", "format": "csv"]
      if isKeyed { stream = ["files": "*.csv", "format": "csv", "key": "/id"] }
      let bench = try await Self.bench(["s": stream])
      // Rows of each file by its name; `nil` while it is broken.
      var whole: [String: [String]] = [:]
      var broken: Set<String> = []
      for round in 0..<8 {
        for _ in 0..<(1 + draw.below(4)) {
          let name = "f\(draw.below(5)).csv"
          if draw.below(5) == 0 {
            // Unsafe: the path is lent for the call.
            unsafe unlink("\(bench.path)/in/\(name)")
            whole[name] = nil
            broken.remove(name)
            continue
          }
          let rows = (0..<draw.below(6)).map { "\(name)-\($0),\(draw.below(3))" }
          let isBroken = draw.below(4) == 0
          let text = (["id,v"] + rows).joined(separator: "\n") + "\n"
          try Self.write(isBroken ? text + "x,\"" : text, bench, name)
          if isBroken {
            broken.insert(name)
          } else {
            broken.remove(name)
            whole[name] = rows
          }
        }
        let summary = try await bench.sync(full: draw.below(3) == 0, accepts: true)
        #expect((summary.status == "done") == broken.isEmpty, "seed \(seed), round \(round)")
        let stored = try await bench.living("s").values.map { raw -> String in
          let json = try? JSON(reading: raw)
          return "\(json?["id"]?.string ?? ""),\(json?["v"]?.string ?? "")"
        }
        // Without a key every row of a whole file is there, and no other.
        let expected = whole.filter { !broken.contains($0.key) }.values.flatMap { $0 }
        let known = stored.filter { row in !broken.contains { row.hasPrefix($0) } }
        if !isKeyed {
          #expect(known.sorted() == expected.sorted(), "seed \(seed), round \(round)")
        } else {
          #expect(Set(expected).isSubset(of: known), "seed \(seed), round \(round)")
        }
      }
      for name in broken { try Self.write("id,v\n", bench, name) }
      for name in broken { whole[name] = [] }
      let last = try await bench.sync(full: true, accepts: true)
      #expect(last.status == "done")
      #expect(try await bench.living("s").count == whole.values.reduce(0) { $0 + $1.count })
    }
  }
}
