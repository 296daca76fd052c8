import PatchbayCore
import PatchbayHost
import PatchbayMessages
import PatchbayJSON
import PatchbaySDKTesting
import Testing

@Suite("The hand-written transcripts")
struct TranscriptTests {
  @Test("keep the rules of the messages", arguments: Transcript.names)
  func keepTheRules(name: String) throws {
    let transcript = try Transcript.named(name)
    for (index, session) in transcript.sessions.enumerated() {
      let problems = Conduct.problems(of: session)
      #expect(problems.isEmpty, "session \(index + 1) of \(name)")
    }
  }

  @Test("show every message kind")
  func showEveryKind() throws {
    var missing = Set(MessageKind.allCases.map(\.name))
    for name in Transcript.names {
      for message in try Transcript.named(name).messages {
        if let kind = message.kind { missing.remove(kind) }
      }
    }
    #expect(missing.isEmpty)
  }

  @Test("show every member that a plugin may write, but for those named here")
  func showMembers() throws {
    var shown: Set<String> = []
    for name in Transcript.names {
      for message in try Transcript.named(name).messages where !message.isToPlugin {
        let kind = message.kind ?? ""
        for member in message.head.object?.names ?? [] { shown.insert("\(kind) \(member)") }
      }
    }
    // The six stories have no use for these: no vendor in them takes an idempotency header, one
    // credential is enough, nothing is downloaded or mapped, no link is followed, no pass is a
    // snapshot or begins again, and `check` is not among the operations.
    let elsewhere: Set<String> = [
      "http.request auth", "http.request idempotency_key", "http.request body_to", "done account",
      "done unproven", "done end", "done snapshot", "done confirm", "error restart", "catalog jq",
      "catalog fingerprint", "catalog volatile", "http.request relative_to",
    ]
    var unknown: Set<String> = []
    for kind in MessageKind.allCases where kind.isFromPlugin {
      guard case .object(let members, _) = Heads.shape(of: kind) else { continue }
      for member in members where !shown.contains("\(kind.name) \(member.name)") {
        unknown.insert("\(kind.name) \(member.name)")
      }
    }
    #expect(unknown == elsewhere)
  }

  @Test("are refused with an unknown member, which is named", arguments: Transcript.names)
  func refuseUnknownMember(name: String) throws {
    for message in try Transcript.named(name).messages {
      guard let kind = message.kind.flatMap(MessageKind.init(name:)) else { continue }
      var head = message.head.object ?? JSONObject()
      head["surprise"] = true
      let problems = Heads.shape(of: kind).problems(in: .object(head))
      #expect(problems.map(\.at) == ["/surprise"], "\(name) line \(message.line)")
      #expect(problems.first?.found == "“surprise”")
      head["optional"] = ["surprise"]
      #expect(Heads.shape(of: kind).problems(in: .object(head)).isEmpty)
    }
  }

  @Test("are refused with a member of another type, which is named", arguments: Transcript.names)
  func refuseWrongType(name: String) throws {
    for message in try Transcript.named(name).messages {
      guard let kind = message.kind.flatMap(MessageKind.init(name:)) else { continue }
      guard case .object(let members, _) = Heads.shape(of: kind) else { continue }
      for member in members {
        guard let value = message.head[member.name], !member.shape.isAny else { continue }
        var head = message.head.object ?? JSONObject()
        head[member.name] = value.array == nil ? [] : 1
        let problems = Heads.shape(of: kind).problems(in: .object(head))
        #expect(
          problems.contains { $0.at == "/\(member.name)" },
          "\(name) line \(message.line): \(member.name)")
      }
    }
  }

  @Test("are refused without a required member, which is named", arguments: Transcript.names)
  func refuseMissingMember(name: String) throws {
    for message in try Transcript.named(name).messages {
      guard let kind = message.kind.flatMap(MessageKind.init(name:)) else { continue }
      guard case .object(let members, _) = Heads.shape(of: kind) else { continue }
      for member in members where member.isRequired {
        var head = message.head.object ?? JSONObject()
        head[member.name] = nil
        let problems = Heads.shape(of: kind).problems(in: .object(head))
        #expect(problems.map(\.at) == ["/\(member.name)"], "\(name) line \(message.line)")
      }
    }
  }

  @Test("are refused in the wrong direction", arguments: Transcript.names)
  func refuseWrongDirection(name: String) throws {
    let transcript = try Transcript.named(name)
    for session in transcript.sessions {
      for index in session.messages.indices {
        guard let kind = session.messages[index].kind else { continue }
        var broken = session
        broken.messages[index].isToPlugin.toggle()
        let problems = Conduct.problems(of: broken)
        #expect(problems.contains { $0.contains("“\(kind)” goes the other way") })
      }
    }
  }
}

extension Shape {
  fileprivate var isAny: Bool { if case .any = self { true } else { false } }
}
