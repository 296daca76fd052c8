internal import PatchbayCore
public import PatchbayJSON

/// What the kit found out about a plugin.
public struct KitReport: Sendable {
  public enum Verdict: Sendable, Equatable {
    case passed
    /// What is wrong, and at which place.
    case failed(String)
    /// Why there was nothing to look at.
    case skipped(String)
  }

  public struct Entry: Sendable {
    public let rule: KitRule
    public let verdict: Verdict
    public let milliseconds: Int64
  }

  public let plugin: String
  public internal(set) var entries: [Entry] = []

  public var failures: [Entry] {
    entries.filter { if case .failed = $0.verdict { true } else { false } }
  }

  /// The report for machines.
  public var json: JSON {
    [
      "plugin": .string(plugin), "passed": .bool(failures.isEmpty),
      "rules": .array(entries.map(\.json)),
    ]
  }

  /// The report in the form that build servers read: one suite, one case for each rule.
  public var junit: String {
    let skipped = entries.count { if case .skipped = $0.verdict { true } else { false } }
    let cases = entries.map { entry in
      let start =
        "  <testcase classname=\"\(Self.escaped(plugin))\" name=\"\(Self.escaped(entry.rule.id)): "
        + "\(Self.escaped(entry.rule.about))\" time=\"\(Double(entry.milliseconds) / 1000)\""
      return switch entry.verdict {
      case .passed: "\(start)/>"
      case .failed(let text):
        "\(start)><failure message=\"\(Self.escaped(text))\"/></testcase>"
      case .skipped(let text):
        "\(start)><skipped message=\"\(Self.escaped(text))\"/></testcase>"
      }
    }
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuite name="\(Self.escaped(plugin))" tests="\(entries.count)" \
      failures="\(failures.count)" skipped="\(skipped)">
      \(cases.joined(separator: "\n"))
      </testsuite>

      """
  }

  private static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "\n", "\t": out += " "
      // XML has no way to write these.
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
        out += "\u{FFFD}"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}

extension KitReport.Entry {
  package var json: JSON { .object(members) }

  package var members: JSONObject {
    var json = JSONObject([
      .init("rule", .string(rule.id)), .init("about", .string(rule.about)),
      .init("ms", .integer(milliseconds)),
    ])
    switch verdict {
    case .passed: json["verdict"] = "passed"
    case .failed(let text):
      json["verdict"] = "failed"
      json["why"] = .string(text)
    case .skipped(let text):
      json["verdict"] = "skipped"
      json["why"] = .string(text)
    }
    return json
  }
}
