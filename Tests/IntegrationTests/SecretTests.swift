import Foundation
import Testing

@Suite("Secrets")
struct SecretTests {
  @Test("a planted secret is nowhere in clear: data folder, output, errors, arguments")
  func plantedSecret() throws {
    let place = try Workplace()
    try place.connect()
    try place.fault(["path_prefix": "/crm/v3/objects/contacts", "kind": "never_answer", "at": [2]])
    let run = try place.start("sync", "run", "crm", "--json")
    while run.isRunning, try place.requests() < 3 {}
    let arguments = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(run.id)/cmdline"))
    let environment = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(run.id)/environ"))
    var texts = [("arguments", arguments), ("environment", environment)]
    run.interrupt()
    let ended = run.wait()
    try place.fault()
    let whole = try place.run("sync", "run", "crm", "--json")
    for result in [ended, whole] {
      texts += [("output", Data(result.output.utf8)), ("errors", Data(result.errors.utf8))]
    }
    for command in [["doctor"], ["secret", "list"], ["connection", "list"], ["sync", "list"]] {
      let result = try place.run(command + ["--json"])
      texts.append((command.joined(separator: " "), Data((result.output + result.errors).utf8)))
    }
    let files = FileManager.default.enumerator(atPath: place.data)
    while let name = files?.nextObject() as? String {
      if let data = FileManager.default.contents(atPath: "\(place.data)/\(name)") {
        texts.append((name, data))
      }
    }
    #expect(texts.contains { $0.0 == "data.db" })
    for (name, data) in texts {
      #expect(data.range(of: Data(Workplace.token.utf8)) == nil, "the secret is in \(name)")
      let encoded = Data(Workplace.token.utf8).base64EncodedData()
      #expect(data.range(of: encoded) == nil, "the secret is in \(name), in base 64")
    }
  }

  @Test("a wrong secret is told as such, without showing it")
  func wrongSecret() throws {
    let place = try Workplace()
    try Data("another-secret-77aa".utf8).write(to: URL(fileURLWithPath: place.tokenFile))
    try place.connect()
    let check = try place.run("connection", "check", "crm")
    #expect(check.exitCode == 1)
    #expect(check.errors.contains("401") && !check.errors.contains("another-secret"))
    try Data(Workplace.token.utf8).write(to: URL(fileURLWithPath: place.tokenFile))
    #expect(
      try place.run("secret", "set", "crm", "token", "--from", "file:\(place.tokenFile)").exitCode
        == 0)
    #expect(try place.run("connection", "check", "crm").exitCode == 0)
  }

  @Test("rotations and new secrets at the same time leave every secret to be opened")
  func rotationsAtOnce() throws {
    let place = try Workplace()
    try place.connect()
    for _ in 0..<8 {
      var running = try (0..<4).map { _ in try place.start("secret", "rotate", "-q") }
      running.append(
        try place.start("secret", "set", "crm", "token", "--from", "file:\(place.tokenFile)", "-q"))
      for program in running {
        let result = program.wait()
        #expect(result.exitCode == 0, "\(result.errors)")
      }
      let doctor = try place.run("connection", "check", "crm")
      try #require(doctor.exitCode == 0, "\(doctor.errors)")
    }
  }

  @Test("rotation seals everything anew, and syncs go on")
  func rotation() throws {
    let place = try Workplace()
    try place.connect()
    let path = place.data + "/master.key"
    let old = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(try place.run("secret", "rotate").exitCode == 0)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) != old)
    #expect(try place.run("connection", "check", "crm").exitCode == 0)
    try old.write(to: URL(fileURLWithPath: path))
    let check = try place.run("connection", "check", "crm")
    #expect(check.exitCode == 1 && check.errors.contains("another master key"))
  }

  @Test("an OAuth connection refreshes its token, with rotation, and keeps it for the next run")
  func oauth() throws {
    let place = try Workplace(
      records: 250,
      ["--client-id", "app", "--client-secret", "app-secret-1", "--token-ttl", "600"])
    try Data("app-secret-1".utf8).write(to: URL(fileURLWithPath: place.tokenFile))
    let refresh = place.scratch.path + "/refresh"
    try Data("sandbox-refresh-token".utf8).write(to: URL(fileURLWithPath: refresh))
    let added = try place.run(
      "connection", "add", "crm", "--plugin", "hubspot", "--set", "base_url=\(place.base)",
      "--set", "client_id=app", "--secret", "client_secret=file:\(place.tokenFile)",
      "--secret", "refresh_token=file:\(refresh)")
    #expect(added.exitCode == 0, "\(added.errors)")
    for _ in 0..<3 { #expect(try place.run("sync", "run", "crm", "-q").exitCode == 0) }
    let requests = try #require(try place.stats()["requests"] as? [String: Any])
    let tokens = requests.first { $0.key.contains("/oauth/v1/token") }?.value
    #expect("\(tokens ?? "none")".contains("1"), "\(tokens ?? "none")")
    try place.expectEqual("contacts")
  }
}
