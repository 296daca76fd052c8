internal import PatchbayJSON
internal import Synchronization

/// What a test may ask and order, without a token.
extension Sandbox {
  /// The end of the year 9999.
  private static let lastMS: Int64 = 253_402_300_799_999

  func control(_ request: Request) throws(APIError) -> Reply {
    switch (request.method, request.path) {
    case ("GET", "/_sandbox/stats"): return Reply(json: state.withLock { $0.stats }.json)
    case ("GET", "/_sandbox/records"): return try lines(request)
    case ("POST", "/_sandbox/reset"): return try reset(request)
    case ("POST", "/_sandbox/mutate"): return try mutate(request)
    case ("POST", "/_sandbox/faults"):
      let faults = try Fault.list(try body(request))
      state.withLock { $0.faults = faults }
      return Reply(json: ["faults": .integer(Int64(faults.count))])
    default: throw APIError(404, "no such control: \(request.method) \(request.path)")
    }
  }

  private func objectType(_ name: String?) throws(APIError) -> ObjectType {
    guard let type = ObjectType(spelling: name ?? "") else {
      throw APIError(400, "“type” must name a kind of object")
    }
    return type
  }

  private func lines(_ request: Request) throws(APIError) -> Reply {
    let type = try objectType(request["type"])
    var reply = Reply(200, [])
    reply.contentType = "application/x-ndjson"
    reply.lines = RecordLines(records, type, isArchived: try flag("archived", request))
    return reply
  }

  /// Forgets changes, counts, faults and tokens.
  private func reset(_ request: Request) throws(APIError) -> Reply {
    let json = request.body.isEmpty ? [:] : try body(request)
    let current = records
    var next = options
    next.records = try count("records", json) ?? current.seeded
    next.seed = try count("seed", json).map { UInt64($0) } ?? current.seed
    let fresh = State(next)
    state.withLock { state in
      let version = state.records.version + 1
      state = fresh
      state.records = Records(seed: next.seed, count: next.records, version: version)
    }
    return Reply(json: [
      "records": .integer(Int64(next.records)),
      "seed": .integer(Int64(truncatingIfNeeded: next.seed)),
    ])
  }

  private func count(_ name: String, _ json: JSON) throws(APIError) -> Int? {
    guard let member = json[name] else { return nil }
    guard let number = member.integer, (0...100_000_000).contains(number) else {
      throw APIError(400, "“\(name)” must be a whole number up to 100,000,000")
    }
    return Int(number)
  }

  private func mutate(_ request: Request) throws(APIError) -> Reply {
    let json = try body(request)
    let type = try objectType(json["type"]?.string)
    let atMS = json["at_ms"]?.integer ?? nowMS
    guard (0...Self.lastMS).contains(atMS) else {
      throw APIError(400, "“at_ms” must lie between 1970 and 9999")
    }
    let wanted = (
      update: try count("update", json) ?? 0, create: try count("create", json) ?? 0,
      archive: try count("archive", json) ?? 0, delete: try count("delete", json) ?? 0
    )
    let seed = try count("seed", json) ?? 1
    return state.withLock { state in
      var chosen = state.records.sample(
        type, wanted.update + wanted.archive + wanted.delete, seed: UInt64(seed))[...]
      func take(_ count: Int, _ change: (Int) -> Void) -> JSON {
        let taken = chosen.prefix(count)
        chosen = chosen.dropFirst(count)
        taken.forEach(change)
        return .array(taken.map { .string(String(state.records.id(type, $0))) })
      }
      let updated = take(wanted.update) { state.records.edit(type, $0, atMS: atMS) }
      let archived = take(wanted.archive) { state.records.archive(type, $0, atMS: atMS) }
      let deleted = take(wanted.delete) { state.records.delete(type, $0, atMS: atMS) }
      let created = (0..<wanted.create).map { _ -> JSON in
        let index = state.records.create(type, atMS: atMS)
        return .string(String(state.records.id(type, index)))
      }
      return Reply(json: [
        "updated": updated, "created": .array(created), "archived": archived, "deleted": deleted,
        "at_ms": .integer(atMS),
      ])
    }
  }
}

extension Records {
  /// Up to `count` different live records, none of them archived, spread over the type.
  func sample(_ type: ObjectType, _ count: Int, seed: UInt64) -> [Int] {
    let all = self.count(type)
    guard all > 0, count > 0 else { return [] }
    let order = Order(count: all, seed: Noise.mix(seed))
    var chosen: [Int] = []
    for step in 0..<all where chosen.count < count {
      let index = order.rank(step)
      if isArchived(type, index) == false { chosen.append(index) }
    }
    return chosen
  }
}
