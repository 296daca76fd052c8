import PatchbaySDK

/// The settings of a connection, read whole: the first thing that is wrong is thrown.
struct Configuration {
  struct Stream {
    var listing: StreamListing
    var source: RESTStream
    /// What it is asked for by, once for each record of another stream.
    var parent: Parent?

    func reader(_ task: ReadTask) -> any Reader {
      guard let parent, let stream = parent.stream else { return source.reader(task) }
      return ChildStream(source, of: stream, values: parent.values).reader(task)
    }
  }

  /// What a stream's settings say of the stream whose records have its records.
  struct Parent {
    let name: Part
    let values: [(name: String, at: String)]
    var stream: RESTStream?
  }

  private(set) var streams: [Stream] = []

  init(_ settings: JSON) throws(Problem) {
    let all = Part(json: settings, place: "")
    let headers = try Self.headers(all["headers"])
    let parameters = try Self.values(all["parameters"])
    let named = try all.needed("streams", "what to read, by name")
      .members("an object with a member for each stream")
    if named.isEmpty {
      throw Part(json: settings["streams"] ?? .null, place: "streams").wrong("at least one stream")
    }
    for (name, part) in named {
      guard Self.isName(name) else {
        throw Part(json: .string(name), place: "streams").wrong(
          "names of lower-case letters, digits and underscores, beginning with a letter")
      }
      var reading = StreamReading(name: name, part: part, parameters: parameters)
      var stream = try reading.stream()
      stream.source.headers = headers
      streams.append(stream)
    }
    try findParents()
  }

  /// Parents may stand before or behind their children.
  private mutating func findParents() throws(Problem) {
    for index in streams.indices {
      guard let parent = streams[index].parent else { continue }
      let others = streams.filter { $0.parent == nil }
      let names = others.map(\.listing.name)
      let name = try parent.name.choice(names)
      guard let found = others.first(where: { $0.listing.name == name }) else { continue }
      streams[index].parent?.stream = found.source
      let own = streams[index].listing.fingerprint ?? ""
      streams[index].listing.fingerprint = Spelling.digest(
        of: "\(own) of \(found.listing.fingerprint ?? "")")
    }
  }

  /// What may be part of the name of a view.
  private static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, (0x61...0x7A).contains(first) else { return false }
    return name.utf8.count <= 64
      && name.utf8.allSatisfy {
        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
      }
  }

  private static func headers(_ part: Part?) throws(Problem) -> [(name: String, value: String)] {
    var headers: [(name: String, value: String)] = []
    for (name, value) in try part?.members("an object of headers and their values") ?? [] {
      headers.append((name, try value.scalar()))
    }
    guard let (name, objection) = RequestHeader.objection(to: headers) else { return headers }
    var problem = Problem(
      .config, "connection.setting",
      "the setting “headers” holds “\(name)”, which \(objection.text)")
    problem.mend =
      objection == .credential
      ? "give the secret token, api_key or password instead: --secret token=env:VARIABLE"
      : "take it out"
    throw problem
  }

  static func values(_ part: Part?) throws(Problem) -> [String: String] {
    var values: [String: String] = [:]
    for (name, value) in try part?.members("an object of names and values") ?? [] {
      values[name] = try value.scalar()
    }
    return values
  }
}
