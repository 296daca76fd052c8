import Foundation
import Glibc
import Synchronization

/// A program of this project, running as users run it.
final class Program {
  private let process = Process()
  private let output = Pipe()
  private let errors = Pipe()

  struct Result {
    let exitCode: Int32
    let output: String
    let errors: String
  }

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// Where the built programs are: `$PATCHBAY_BIN`, or the release build of this checkout.
  static let folder =
    ProcessInfo.processInfo.environment["PATCHBAY_BIN"] ?? "\(root)/.build/release"

  struct NotBuilt: Error, CustomStringConvertible {
    let path: String
    var description: String { "\(path) is missing: run `make build` first" }
  }

  /// `folder`: where it runs.
  init(
    _ name: String, _ arguments: [String], environment: [String: String] = [:],
    folder: String? = nil
  ) throws {
    let path = name.hasPrefix("/") ? name : "\(Self.folder)/\(name)"
    guard FileManager.default.isExecutableFile(atPath: path) else { throw NotBuilt(path: path) }
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    // The plugins as they were built; what is installed needs a marketplace.
    process.environment = [
      "PATH": "/usr/bin:/bin", "PATCHBAY_PLUGINS": "\(Self.folder)/plugins",
    ].merging(environment) { $1 }
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = Pipe()
    try process.run()
  }

  /// What lets a program believe that it is `days` later. Only the library: the program `faketime`
  /// fails when an earlier one that had its number was killed. The library would name what it
  /// shares in the environment, where Swift looks for the arguments: it is given the names.
  static func later(days: Int) -> [String: String] {
    let name = UUID().uuidString
    return [
      "LD_PRELOAD": "/usr/$LIB/faketime/libfaketime.so.1", "FAKETIME": "+\(days)d",
      "FAKETIME_DONT_FAKE_MONOTONIC": "1",
      "FAKETIME_SHARED": "/faketime_sem_\(name) /faketime_shm_\(name)",
    ]
  }

  /// Nobody types anything.
  func closeInput() { try? (process.standardInput as? Pipe)?.fileHandleForWriting.close() }

  var id: Int32 { process.processIdentifier }
  var isRunning: Bool { process.isRunning }

  /// The next line of its output.
  func readLine() -> String {
    var line: [UInt8] = []
    while let byte = output.fileHandleForReading.readData(ofLength: 1).first, byte != 0x0A {
      line.append(byte)
    }
    return String(decoding: line, as: UTF8.self)
  }

  /// Waits for the end.
  func wait() -> Result {
    // Both pipes are emptied at once, so that neither can fill up and hold the program.
    let errorBytes = Mutex(Data())
    let handle = errors.fileHandleForReading
    let done = DispatchSemaphore(value: 0)
    DispatchQueue(label: "stderr").async {
      let bytes = handle.readDataToEndOfFile()
      errorBytes.withLock { $0 = bytes }
      done.signal()
    }
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    done.wait()
    process.waitUntilExit()
    return Result(
      exitCode: process.terminationReason == .exit ? process.terminationStatus : -1,
      output: String(decoding: bytes, as: UTF8.self),
      errors: String(decoding: errorBytes.withLock { $0 }, as: UTF8.self))
  }

  func kill() { Glibc.kill(id, SIGKILL) }
  func interrupt() { Glibc.kill(id, SIGINT) }
  func terminate() { Glibc.kill(id, SIGTERM) }

  /// Whether it has a handler for SIGTERM.
  var handlesSignals: Bool {
    let status = (try? String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
    let mask = line?.split(whereSeparator: \.isWhitespace).last.flatMap { UInt64($0, radix: 16) }
    return (mask ?? 0) & 1 << (UInt64(SIGTERM) - 1) != 0
  }
}

/// A folder that is gone when the test is over.
final class Scratch: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "patchbay-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
