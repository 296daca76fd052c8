import PatchbayCore
import PatchbayJSON

@testable import PatchbayEgress
@testable import PatchbayHost

extension FuzzTarget {
  /// A manifest that is taken is the same when it is written and read again, and what it says can
  /// be worked with.
  static let manifest = FuzzTarget(
    name: "manifest", seeds: { Repository.manifests },
    words: [
      "\"streams\":[", "\"columns\":[", "\"unified\":{", "\"crm_contacts\":", "\"auth\":[",
      "\"scheme\":\"oauth2\"", "\"scheme\":\"api_key\"", "\"in\":\"path\"", "\"limits\":[",
      "\"requests\":1", "\"per_ms\":100", "\"path\":\"/*/a\"", "\"rate_headers\":", "\"hosts\":",
      "*.example.com", "\"optional\":[", "\"version\":\"1.2.3\"", "\"settings\":{", "\"default\":",
    ], run: checkManifest)
}

private func checkManifest(_ bytes: [UInt8]) {
  let manifest: Manifest
  do throws(Failure) {
    manifest = try Manifest(reading: bytes, from: "the fuzzer")
  } catch {
    expect(error.code.hasPrefix("manifest."), "a manifest is refused with \(error)")
    return
  }
  expect(bytes.count <= 1 << 20, "a manifest of \(bytes.count) bytes is taken")
  let again = try? Manifest(reading: manifest.json.bytes, from: "the fuzzer")
  expect(again?.json == manifest.json, "a manifest is read as another")
  expect(again?.limits == manifest.limits && again?.auth == manifest.auth, "it means another")
  for host in manifest.hosts {
    let name = host.hasPrefix("*.") ? "a" + host.dropFirst() : host
    expect(AllowList.matches(name, host), "“\(host)” does not allow \(name)")
    expect(
      !AllowList.matches("evil.test", host) || host.hasSuffix(".test") || host == "evil.test",
      "“\(host)” allows evil.test")
  }
  var limiter = Limiter(rules: manifest.limits, inFlightLimit: manifest.inFlight)
  for nowMS in [0, 1, Int64(1) << 41] {
    if limiter.admit("/a/b", now: nowMS) == .go { limiter.finish(.init(isClean: true), now: nowMS) }
  }
}
