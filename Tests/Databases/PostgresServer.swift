import Foundation
import Glibc
import Synchronization

/// A PostgreSQL server of Debian's package, with a folder and a port of its own, that ends with its
/// last reference. PostgreSQL refuses to run as root: there it runs as the package's user.
package final class PostgresServer: Sendable {
  package let port: Int
  package let password = "t0p s3cret'\\"
  private let folder: String
  private let process = Mutex<Process?>(nil)

  package struct Missing: Error, CustomStringConvertible {
    package let description: String
  }

  /// Starts a server; a free port is taken.
  package init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/patchbay-pg-\(UUID().uuidString)"
    port = try Self.freePort()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let passwordFile = "\(folder)/password"
    try password.write(toFile: passwordFile, atomically: true, encoding: .utf8)
    if getuid() == 0 { try Self.run("chown", "-R", "postgres", folder) }
    try Self.run(
      Self.asUser + [
        Self.bin("initdb"), "-D", "\(folder)/data", "-A", "scram-sha-256", "-U", "owner", "-E",
        "UTF8", "--locale=C.UTF-8", "--no-sync", "--pwfile=\(passwordFile)",
      ])
    try start()
  }

  deinit {
    stop()
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Starts it, and returns once it takes connections.
  package func start() throws {
    let server = Process()
    server.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    server.arguments =
      Self.asUser + [
        try Self.bin("postgres"), "-D", "\(folder)/data", "-p", "\(port)", "-k", folder, "-c",
        "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=50",
      ]
    server.currentDirectoryURL = URL(fileURLWithPath: "/")
    server.standardInput = FileHandle.nullDevice
    server.standardOutput = FileHandle.nullDevice
    server.standardError = FileHandle.nullDevice
    try server.run()
    process.withLock { $0 = server }
    let deadline = Date(timeIntervalSinceNow: 120)
    while (try? sql("SELECT 1")) == nil {
      guard server.isRunning, Date() < deadline else {
        throw Missing(description: "PostgreSQL does not start in \(folder)")
      }
    }
  }

  /// Stops it hard, as a crash would.
  package func stop() {
    let server = process.withLock { process in
      defer { process = nil }
      return process
    }
    guard let server else { return }
    kill(server.processIdentifier, SIGQUIT)
    server.waitUntilExit()
  }

  /// Runs SQL with psql; returns what it prints, a row on a line.
  @discardableResult
  package func sql(_ text: String, database: String = "postgres") throws -> String {
    try Self.run(
      "psql", "-h", "127.0.0.1", "-p", "\(port)", "-U", "owner", "-d", database, "-qAtX", "-v",
      "ON_ERROR_STOP=1", "-c", text, environment: ["PGPASSWORD": password])
  }

  /// A session of its own, which may leave a transaction open. It ends with its last reference.
  package func session() throws -> Session {
    try Session(
      ["psql", "-h", "127.0.0.1", "-p", "\(port)", "-U", "owner", "-d", "postgres", "-qAtX"],
      password: password)
  }

  package final class Session: Sendable {
    private let process = Process()
    private let input = Pipe()

    fileprivate init(_ command: [String], password: String) throws {
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = command
      process.environment = ProcessInfo.processInfo.environment.merging(["PGPASSWORD": password]) {
        $1
      }
      process.standardInput = input
      process.standardOutput = FileHandle.nullDevice
      try process.run()
    }

    /// Sends statements; returns before they are done.
    package func send(_ sql: String) throws {
      try input.fileHandleForWriting.write(contentsOf: Data("\(sql);\n".utf8))
    }

    /// Ends it, once all that was sent is done.
    package func end() throws {
      try input.fileHandleForWriting.close()
      process.waitUntilExit()
    }
  }

  private static func bin(_ name: String) throws -> String {
    let root = "/usr/lib/postgresql"
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    guard let version = versions.compactMap({ Int($0) }).max() else {
      throw Missing(description: "no PostgreSQL in \(root): apt-get install postgresql")
    }
    return "\(root)/\(version)/bin/\(name)"
  }

  private static var asUser: [String] {
    getuid() == 0
      ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
  }

  @discardableResult
  private static func run(_ command: String..., environment: [String: String] = [:]) throws
    -> String
  {
    try run(command, environment: environment)
  }

  @discardableResult
  private static func run(_ command: [String], environment: [String: String] = [:]) throws
    -> String
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.currentDirectoryURL = URL(fileURLWithPath: "/")
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    // A server keeps what it was given: a file never fills up, as a pipe would.
    let output = FileManager.default.temporaryDirectory.path + "/patchbay-out-\(UUID().uuidString)"
    _ = FileManager.default.createFile(atPath: output, contents: nil)
    defer { try? FileManager.default.removeItem(atPath: output) }
    let handle = FileHandle(forWritingAtPath: output)
    process.standardOutput = handle
    process.standardError = handle
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
    guard process.terminationStatus == 0 else {
      throw Missing(description: "\(command.joined(separator: " ")): \(text)")
    }
    return text.trimmingCharacters(in: .newlines)
  }

  private static func freePort() throws -> Int {
    // Unsafe: the system fills in a local struct.
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        unsafe bind(socket, pointer, size) == 0 && getsockname(socket, pointer, &size) == 0
      }
    }
    guard isBound else { throw Missing(description: "no free port") }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
