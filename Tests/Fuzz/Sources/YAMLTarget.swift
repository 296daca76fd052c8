import PatchbayCore
import PatchbayJSON
import PatchbayYAML

extension FuzzTarget {
  /// Configuration files. What is read is, written as JSON, YAML that says the same.
  static let yaml = FuzzTarget(
    name: "yaml",
    seeds: {
      [
        "connections:\n  crm:\n    plugin: hubspot\n    settings: {rate_limit: 10/s, on: true}\n",
        "- a\n- 'b'\n- \"c\\n\"\n- |\n  text\n- >-\n  folded\n- ~\n- 007\n- 0x1F\n",
        "a: &x 1\nb: *x\n",
        "? [k]\n: v\n", "a: 1\na: 2\n", "--- 1\n--- 2\n", "[[[[[[[[[{a: [",
        "%YAML 1.1\n---\n!!str 1",
      ].map { Array($0.utf8) }
    },
    words: [
      ": ", "- ", "\n  ", "---\n", "&a ", "*a", "!!str ", "|\n", ">-\n", "? ", "{", "}", "# ",
    ],
    run: checkYAML)
}

private func checkYAML(_ bytes: [UInt8]) {
  let json: JSON
  do throws(Failure) {
    json = try YAML.read(bytes, from: "the fuzzer")
  } catch {
    expect(error.code == "usage.yaml", "a file is refused with \(error)")
    return
  }
  let text = json.bytes
  expect(StrictJSON.accepts(text), "a file is read as no JSON")
  // Long names are no names in YAML's short form, and some characters cannot stand in it at all.
  let isPlain = text.count < 1000 && text.allSatisfy { $0 < 0x7F }
  if isPlain { expect((try? YAML.read(text, from: "again")) == json, "it is read as another") }
}
