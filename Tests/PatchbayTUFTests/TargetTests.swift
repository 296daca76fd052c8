import PatchbayCore
import PatchbayCrypto
import PatchbayJSON
import PatchbayTUF
import Testing

@Suite("Targets") struct TargetTests {
  private let folder: TrustFolder
  private var repo: Repo

  init() throws {
    folder = try TrustFolder()
    repo = try Repo()
  }

  /// A description with hashes of the test's own.
  private static func described(_ path: String, _ length: Int, _ hashes: [String: String]) throws
    -> TargetFile
  {
    let file: JSON = [
      "length": .integer(Int64(length)),
      "hashes": .object(
        JSONObject(hashes.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })),
    ]
    var object = try TargetsMetadata(version: 1, expiresMS: 0).json.object.orThrow()
    object["targets"] = .object(JSONObject([.init(path, file)]))
    return try TargetsMetadata(.object(object)).target(path).orThrow()
  }

  private func download(_ path: String) async throws -> ([UInt8]?, Failure?) {
    repo.log.clear()
    var client = try repo.client(folder)
    do throws(Failure) {
      guard let target = try await client.find(path)?.target else { return (nil, nil) }
      return (try await client.download(target), nil)
    } catch {
      return (nil, error)
    }
  }

  @Test(arguments: ["target.txt", "path/to/a/target.txt", "a/", "%2F?#", "ü/é"])
  mutating func `A target is fetched by its hash, within its length`(_ path: String) async throws {
    let bytes = Array("contents".utf8)
    try repo.add(bytes, at: path)
    try repo.publishAll()
    #expect(try await download(path).0 == bytes)
    let hash = Hex.encode(Digest.sha256(bytes))
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let name = (parts.dropLast() + ["\(hash).\(parts.last ?? "")"]).joined(separator: "/")
    #expect(repo.log.names.last == "targets/\(name)")
    #expect(repo.log.limit(of: "targets/\(name)") == bytes.count)
  }

  @Test mutating func `Contents that were replaced are refused`() async throws {
    try repo.add([1, 2, 3], at: "a")
    try repo.publishAll()
    let name = try repo.contents.keys.first.orThrow()
    for (bytes, code) in [
      ([1, 2, 4], "tuf.hash"), ([1, 2], "tuf.length"), ([1, 2, 3, 4], "tuf.length"),
      ([], "tuf.length"),
    ] as [([UInt8], String)] {
      repo.contents[name] = bytes
      let (found, failure) = try await download("a")
      #expect(found == nil && failure?.code == code)
      #expect(failure?.message.contains("the target a") == true)
    }
    repo.contents = [:]
    #expect(try await download("a").1?.code == "tuf.missing")
  }

  @Test mutating func `A target that changes is followed`() async throws {
    for number in UInt8(0)..<5 {
      try repo.add([number], at: "a")
      try repo.publish("targets", "snapshot", "timestamp")
      #expect(try await download("a").0 == [number])
    }
  }

  @Test(arguments: [["sha256"], ["sha512"], ["sha256", "sha512"], ["md5", "sha512"]])
  mutating func `Every known hash counts`(_ algorithms: [String]) async throws {
    let bytes: [UInt8] = [1, 2, 3]
    var hashes = [
      "sha256": Hex.encode(Digest.sha256(bytes)), "sha512": Hex.encode(Digest.sha512(bytes)),
      "md5": "00",
    ].filter { algorithms.contains($0.key) }
    try repo.add(Self.described("a", 3, hashes), bytes)
    try repo.publishAll()
    #expect(try await download("a").0 == bytes)
    for algorithm in algorithms where algorithm != "md5" {
      let right = hashes[algorithm]
      hashes[algorithm] = right.map { String($0.reversed()) }
      let target = try Self.described("a", 3, hashes)
      let failure = #expect(throws: Failure.self) { try target.check(bytes) }
      #expect(failure?.code == "tuf.hash")
      hashes[algorithm] = right
    }
  }

  @Test(arguments: [["sha3": "00"], [:], ["SHA256": "00"]])
  mutating func `A target without a known hash is refused`(_ hashes: [String: String]) async throws
  {
    try repo.add(Self.described("a", 1, hashes), [1])
    try repo.publishAll()
    let (found, failure) = try await download("a")
    #expect(found == nil && failure?.code == "tuf.hash" && failure?.kind == .unsupported)
  }

  /// SHA-512 of “abc”, from FIPS 180-4.
  @Test func `SHA-512 is the standard's`() {
    #expect(
      Hex.encode(Digest.sha512(Array("abc".utf8)))
        == "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")
  }

  @Test func `Hexadecimal digits are read in pairs, and nothing else`() {
    #expect(Hex.decode("00fFa0") == [0, 255, 160])
    #expect(Hex.decode("") == [])
    for text in ["0", "0g", "+1", " 00", "0x00", "００"] { #expect(Hex.decode(text) == nil) }
  }
}
