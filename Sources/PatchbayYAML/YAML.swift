internal import CYAML
package import PatchbayCore
package import PatchbayJSON

/// Configuration files in YAML, read with libyaml into JSON: mappings, lists and scalars, no
/// aliases.
package enum YAML {
  private static let depthLimit = 32

  /// Reads one document; `path` is named in errors. JSON is read as JSON, whose escapes YAML does
  /// not all know.
  package static func read(_ bytes: [UInt8], from path: String) throws(Failure) -> JSON {
    let start = bytes.first { $0 > 0x20 }
    if start == UInt8(ascii: "{") || start == UInt8(ascii: "["),
      let json = try? JSON(reading: bytes)
    {
      return json
    }
    var parser = unsafe yaml_parser_t()
    guard unsafe yaml_parser_initialize(&parser) == 1 else {
      throw Failure(.bug, "yaml.memory", "libyaml has no memory")
    }
    // Unsafe: the parser borrows the bytes until it is deleted, within this call.
    defer { unsafe yaml_parser_delete(&parser) }
    var result: Result<JSON, Failure> = .success(.null)
    unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
      do throws(Failure) {
        var reader = Reader(path: path)
        result = .success(unsafe try reader.document(&parser))
      } catch {
        result = .failure(error)
      }
    }
    return try result.get()
  }

  private struct Reader {
    let path: String

    mutating func document(_ parser: inout yaml_parser_t) throws(Failure) -> JSON {
      var found: JSON?
      while true {
        var event = unsafe try next(&parser)
        defer { unsafe yaml_event_delete(&event) }
        switch unsafe event.type {
        case YAML_STREAM_START_EVENT, YAML_DOCUMENT_END_EVENT: continue
        case YAML_STREAM_END_EVENT: return found ?? .object(JSONObject())
        case YAML_DOCUMENT_START_EVENT:
          if found == nil { continue }
          let line = unsafe event.start_mark.line + 1
          throw Failure(
            .config, "usage.yaml", "\(path), line \(line): a second document begins",
            mend: "give each document a file of its own")
        default: found = unsafe try value(event, &parser, depth: 0)
        }
      }
    }

    private func next(_ parser: inout yaml_parser_t) throws(Failure) -> yaml_event_t {
      var event = unsafe yaml_event_t()
      guard unsafe yaml_parser_parse(&parser, &event) == 1 else {
        let reason = unsafe parser.problem.map { unsafe String(cString: $0) } ?? "not YAML"
        let line = unsafe parser.problem_mark.line + 1
        throw Failure(.config, "usage.yaml", "\(path), line \(line): \(reason)")
      }
      return unsafe event
    }

    private mutating func value(_ event: yaml_event_t, _ parser: inout yaml_parser_t, depth: Int)
      throws(Failure) -> JSON
    {
      let line = unsafe event.start_mark.line + 1
      if depth > YAML.depthLimit {
        throw Failure(.config, "usage.yaml", "\(path), line \(line): nested too deep")
      }
      switch unsafe event.type {
      case YAML_SCALAR_EVENT: return unsafe scalar(event)
      case YAML_SEQUENCE_START_EVENT:
        var list: [JSON] = []
        while let element = unsafe try element(&parser, until: YAML_SEQUENCE_END_EVENT, depth) {
          list.append(element)
        }
        return .array(list)
      case YAML_MAPPING_START_EVENT:
        var object = JSONObject()
        while let name = unsafe try element(&parser, until: YAML_MAPPING_END_EVENT, depth) {
          guard let name = name.plainText, object[name] == nil else {
            throw Failure(
              .config, "usage.yaml", "\(path), line \(line): a name stands twice, or is no text")
          }
          object[name] = unsafe try element(&parser, until: YAML_MAPPING_END_EVENT, depth) ?? .null
        }
        return .object(object)
      default:
        throw Failure(
          .config, "usage.yaml", "\(path), line \(line): aliases are not supported",
          mend: "write the value out")
      }
    }

    private mutating func element(
      _ parser: inout yaml_parser_t, until end: yaml_event_type_t, _ depth: Int
    ) throws(Failure) -> JSON? {
      var event = unsafe try next(&parser)
      defer { unsafe yaml_event_delete(&event) }
      if unsafe event.type == end { return nil }
      return unsafe try value(event, &parser, depth: depth + 1)
    }

    private func scalar(_ event: yaml_event_t) -> JSON {
      let scalar = unsafe event.data.scalar
      let text = unsafe String(
        decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      guard unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE else { return .string(text) }
      switch text {
      case "", "~", "null": return .null
      case "true": return true
      case "false": return false
      default:
        if let integer = Int64(text), String(integer) == text { return .integer(integer) }
        return .string(text)
      }
    }
  }
}
