internal import PatchbayCore
internal import PatchbayJSON

/// What a change does to a record that is there. Objects are gone into; everything else is taken or
/// left as a whole. A member that is not there is like one that is `null`.
enum RecordPatch {
  /// The members that are not what they are to be, and what they are now; `nil` where there are
  /// none.
  static func difference(_ wanted: JSON, from stored: JSON) -> (record: JSON, base: JSON)? {
    guard let members = wanted.object?.members else {
      return wanted == stored ? nil : (wanted, stored)
    }
    var (record, base) = (JSONObject(), JSONObject())
    for member in members {
      let now = stored[member.name] ?? .null
      guard let found = difference(member.value, from: now) else { continue }
      record[member.name] = found.record
      base[member.name] = found.base
    }
    // An object that is to be empty, and is something else, is a change.
    if members.isEmpty && stored.object == nil { return (wanted, stored) }
    return record.isEmpty ? nil : (.object(record), .object(base))
  }

  /// The base of a change: what its members are in a record.
  static func base(of wanted: JSON, in stored: JSON) -> JSON {
    guard let members = wanted.object?.members else { return stored }
    return .object(
      JSONObject(members.map { .init($0.name, base(of: $0.value, in: stored[$0.name] ?? .null)) }))
  }

  /// A record as somebody saw it: what they say of it, and of the rest what is stored.
  static func seen(_ members: JSON, over stored: JSON) -> JSON {
    guard let list = members.object?.members, var object = stored.object else { return members }
    for member in list {
      object[member.name] = seen(member.value, over: object[member.name] ?? .null)
    }
    return .object(object)
  }

  /// A change against what the record is by now.
  struct Meeting {
    /// What is still to be written, and was changed by nobody else; `nil` where nothing is.
    var clean: JSON?
    /// What was changed to something else, too; `nil` where nothing was.
    var disputed: JSON?
  }

  static func meet(_ wanted: JSON, base: JSON, now: JSON) -> Meeting {
    guard let members = wanted.object?.members, !members.isEmpty else {
      if wanted == now { return Meeting() }
      return base == now ? Meeting(clean: wanted) : Meeting(disputed: wanted)
    }
    var (clean, disputed) = (JSONObject(), JSONObject())
    for member in members {
      let name = member.name
      let inner = meet(member.value, base: base[name] ?? .null, now: now[name] ?? .null)
      clean[name] = inner.clean
      disputed[name] = inner.disputed
    }
    return Meeting(
      clean: clean.isEmpty ? nil : .object(clean),
      disputed: disputed.isEmpty ? nil : .object(disputed))
  }
}
