import PatchbayCore
import PatchbayCrypto
import PatchbayJSON
import PatchbayTUF
import Testing

@Suite("Delegations") struct DelegationTests {
  /// A delegation: from, to, terminating, and for which paths.
  struct Edge: Sendable {
    let from: String
    let to: String
    var isTerminating = false
    var patterns = ["*"]

    init(_ from: String, _ to: String, isTerminating: Bool = false, _ patterns: String...) {
      self.from = from
      self.to = to
      self.isTerminating = isTerminating
      self.patterns = patterns.isEmpty ? ["*"] : patterns
    }
  }

  struct Graph: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let edges: [Edge]
    let visited: [String]

    init(_ name: String, _ edges: Edge..., visits visited: [String]) {
      testDescription = name
      self.edges = edges
      self.visited = visited
    }
  }

  static let graphs: [Graph] = [
    Graph("one", Edge("targets", "A"), visits: ["A"]),
    Graph("two beside each other", Edge("targets", "A"), Edge("targets", "B"), visits: ["A", "B"]),
    Graph(
      "two levels", Edge("targets", "A"), Edge("targets", "B"), Edge("B", "C"),
      visits: ["A", "B", "C"]),
    Graph(
      "depth first, over two levels", Edge("targets", "A"), Edge("targets", "B"), Edge("A", "C"),
      Edge("A", "D"), visits: ["A", "C", "D", "B"]),
    Graph(
      "depth first, over three levels", Edge("targets", "A"), Edge("targets", "B"), Edge("A", "C"),
      Edge("C", "D"), visits: ["A", "C", "D", "B"]),
    Graph(
      "a terminating one on the second level", Edge("targets", "A"), Edge("targets", "B"),
      Edge("A", "C", isTerminating: true), Edge("A", "D"), visits: ["A", "C"]),
    Graph(
      "what is below a terminating one", Edge("targets", "A"), Edge("targets", "B"),
      Edge("A", "C", isTerminating: true), Edge("C", "D"), visits: ["A", "C", "D"]),
    Graph(
      "a terminating one for other paths", Edge("targets", "A", isTerminating: true, "*.py"),
      Edge("targets", "B"), visits: ["B"]),
    Graph(
      "other paths on the first level", Edge("targets", "A", "*.py"), Edge("targets", "B"),
      Edge("A", "C"), visits: ["B"]),
    Graph(
      "other paths on the second level", Edge("targets", "A"), Edge("targets", "B"),
      Edge("A", "C", "*.py"), Edge("C", "D"), visits: ["A", "B"]),
    Graph(
      "a circle", Edge("targets", "A"), Edge("targets", "B"), Edge("B", "C"), Edge("C", "D"),
      Edge("D", "B"), visits: ["A", "B", "C", "D"]),
    Graph(
      "two that delegate to a third", Edge("targets", "A"), Edge("targets", "B"), Edge("B", "C"),
      Edge("A", "C"), visits: ["A", "C", "B"]),
    Graph(
      "two that delegate other paths to a third", Edge("targets", "A"), Edge("targets", "B"),
      Edge("B", "C"), Edge("A", "C", "*.py"), visits: ["A", "B", "C"]),
  ]

  private let folder: TrustFolder
  private var repo: Repo

  init() throws {
    folder = try TrustFolder()
    repo = try Repo()
  }

  private mutating func build(_ edges: [Edge]) throws {
    for edge in edges {
      try repo.delegate(
        to: edge.to, from: edge.from, .patterns(edge.patterns), isTerminating: edge.isTerminating)
    }
  }

  @Test(arguments: graphs) mutating func `Roles are asked in order, depth first, and once`(
    _ graph: Graph
  ) async throws {
    try build(graph.edges)
    try repo.publishAll()
    let (role, failure) = try await repo.find("missing", folder)
    #expect(role == nil && failure == nil)
    #expect(repo.log.names.dropFirst(4) == graph.visited.map { "1.\($0).json" }[...])
    // The second time, nothing of it is fetched.
    _ = try await repo.find("missing", folder)
    #expect(repo.log.names == ["2.root.json", "timestamp.json"])
  }

  @Test(
    arguments: [
      ("targetfile", "targets", []), ("README.md", "A", ["A"]),
      ("releases/x/x_v1", "C", ["B", "C"]),
      ("releases/y/y_v1.zip", "D", ["B", "D"]), ("releases/z/z_v1.zip", nil, ["B"]),
      ("releases/README.md", nil, []), ("foo-1.tgz", "A", ["A"]), ("foo-alpha.tgz", nil, []),
      ("README.MD", nil, []),
    ] as [(String, String?, [String])])
  mutating func `A target is found where everybody on the way may speak of it`(
    _ path: String, _ role: String?, _ visited: [String]
  ) async throws {
    try build([
      Edge("targets", "A", "*.doc", "*.md", "foo-?.tgz"), Edge("targets", "B", "releases/*/*"),
      Edge("B", "C", "releases/x/*"), Edge("B", "D", "releases/y/*.zip"),
    ])
    try repo.add([0], at: "targetfile")
    for path in ["README.md", "releases/README.md", "foo-1.tgz", "foo-alpha.tgz"] {
      try repo.add([1], at: path, to: "A")
    }
    try repo.add([2], at: "releases/x/x_v1", to: "C")
    try repo.add([3], at: "releases/y/y_v1.zip", to: "D")
    try repo.add([4], at: "releases/z/z_v1.zip", to: "D")
    try repo.publishAll()
    let found = try await repo.find(path, folder)
    #expect(found.role == role && found.1 == nil)
    #expect(repo.log.names.dropFirst(4) == visited.map { "1.\($0).json" }[...])
  }

  @Test mutating func `The first who describes a target is believed`() async throws {
    try build([Edge("targets", "A"), Edge("A", "C"), Edge("targets", "B")])
    try repo.add([2], at: "x", to: "B")
    try repo.add([1], at: "x", to: "C")
    try repo.publishAll()
    #expect(try await repo.find("x", folder).role == "C")
  }

  @Test mutating func `Bins are found by the hash of a path`() async throws {
    let hash = Hex.encode(Digest.sha256("a/file"))
    let others = "0123456789abcdef".filter { $0 != hash.first }.map { String($0) }
    try repo.delegate(to: "bin-1", .hashPrefixes(others), isTerminating: true)
    try repo.delegate(to: "bin-2", .hashPrefixes([String(hash.prefix(3))]), isTerminating: true)
    try repo.add([1], at: "a/file", to: "bin-2")
    try repo.publishAll()
    #expect(try await repo.find("a/file", folder).role == "bin-2")
    #expect(!folder.has("bin-1.json"))
  }

  @Test mutating func `A search ends after 32 roles that are delegated to`() async throws {
    var last = "targets"
    for number in 1...33 {
      try repo.delegate(to: "r\(number)", from: last)
      last = "r\(number)"
    }
    try repo.add([1], at: "near", to: "r32")
    try repo.add([2], at: "far", to: "r33")
    try repo.publishAll()
    #expect(try await repo.find("near", folder).role == "r32")
    let (role, failure) = try await repo.find("far", folder)
    #expect(role == nil && failure?.code == "tuf.delegations")
    #expect(!folder.has("r33.json"))
  }

  /// A role that two delegate to, with keys of their own, and only one of them has signed.
  @Test mutating func `A role is held against the keys of the delegator it is reached through`()
    async throws
  {
    try build([
      Edge("targets", "parent-a", "team-a/*"), Edge("targets", "parent-b", "team-b/*"),
      Edge("parent-a", "release", "team-a/*"), Edge("parent-b", "release", "team-b/*"),
    ])
    repo.signers["release"]?.removeLast()
    try repo.add([1], at: "team-a/root", to: "release")
    try repo.add([2], at: "team-b/root", to: "release")
    try repo.publishAll()
    var client = try repo.client(folder)
    let target = try await client.find("team-a/root").orThrow().target
    #expect(try await client.download(target) == [1])
    let failure = await #expect(throws: Failure.self) { try await client.find("team-b/root") }
    #expect(failure?.code == "tuf.signatures")
    // Nor from the folder, in another client and without one.
    #expect(try await repo.find("team-b/root", folder).1?.code == "tuf.signatures")
    let trust = try TUFTrust(folder.path)
    #expect(try trust.find("team-a/root")?.role == "release")
    #expect(throws: Failure.self) { try trust.find("team-b/root") }
  }

  @Test mutating func `A role that the snapshot does not have is not even fetched`() async throws {
    try repo.delegate(to: "a")
    try repo.publish("a", "targets")
    repo.snapshot.files["a.json"] = nil
    try repo.publish("snapshot", "timestamp")
    let (_, failure) = try await repo.find("x", folder)
    #expect(failure?.code == "tuf.missing")
    #expect(!repo.log.names.contains("1.a.json"))
    #expect(!folder.has("a.json"))
  }

  @Test(arguments: [
    ("?", "%3F"), ("#", "%23"), ("/a", "%2Fa"), ("../a", "..%2Fa"), ("..", ".."), ("%2F", "%252F"),
    ("a b\n", "a%20b%0A"), ("é", "%C3%A9"), ("~-_.", "~-_."), ("\u{0}", "%00"),
  ]) mutating func `The name of a role is one name in URLs and in the folder`(
    _ role: String, _ encoded: String
  ) async throws {
    try repo.delegate(to: role)
    try repo.add([1], at: "x", to: role)
    try repo.publishAll()
    #expect(try await repo.find("x", folder).role == role)
    #expect(repo.log.names.last == "1.\(encoded).json")
    #expect(Set(folder.names).contains("\(encoded).json") || encoded.hasPrefix("."))
    #expect(try FileBytes.read("\(folder.path)/\(encoded).json") == repo.newest(role))
  }

  /// The same letters to Swift, not the same file.
  @Test mutating func `Names that only look alike are not the same`() async throws {
    try repo.delegate(to: "cafe\u{301}")
    try repo.publishAll()
    let file = repo.snapshot.files.removeValue(forKey: "cafe\u{301}.json")
    repo.snapshot.files["caf\u{E9}.json"] = file
    try repo.publish("snapshot", "timestamp")
    #expect(try await repo.find("x", folder).1?.code == "tuf.missing")
  }
}
