import Foundation
import Glibc
import Testing

/// Secrets that a person types at the program's question.
@Suite("Typed secrets", .serialized) struct SecretTypingTests {
  /// The program with a terminal as its input, and the other end of that terminal.
  private func start(_ place: Workplace, _ arguments: [String]) throws -> (Process, Int32, Pipe) {
    var (person, program): (Int32, Int32) = (-1, -1)
    // Unsafe: the numbers are written before the call returns.
    guard unsafe openpty(&person, &program, nil, nil, nil) == 0 else { throw POSIXError(.EIO) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "\(Program.folder)/patchbay")
    process.arguments = arguments + ["--data", place.data]
    process.environment = ["PATCHBAY_PLUGINS": "\(Program.folder)/plugins"]
    process.standardInput = FileHandle(fileDescriptor: program, closeOnDealloc: true)
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = Pipe()
    try process.run()
    return (process, person, errors)
  }

  private func echoes(_ terminal: Int32) -> Bool {
    var state = termios()
    unsafe tcgetattr(terminal, &state)
    return state.c_lflag & tcflag_t(ECHO) != 0
  }

  private func waitForQuestion(_ errors: Pipe, _ terminal: Int32) -> String {
    var text = ""
    while !text.hasSuffix(": "),
      let byte = errors.fileHandleForReading.readData(ofLength: 1).first
    {
      text.unicodeScalars.append(Unicode.Scalar(byte))
    }
    while echoes(terminal) {}
    return text
  }

  @Test("a secret is typed without echo, and is the one that is used")
  func typed() throws {
    let place = try Workplace()
    try Data("another-secret-77aa".utf8).write(to: URL(fileURLWithPath: place.tokenFile))
    try place.connect()
    let (process, terminal, errors) = try start(place, ["secret", "set", "crm", "token"])
    defer { close(terminal) }
    #expect(waitForQuestion(errors, terminal).hasPrefix("token"))
    let line = Array("\(Workplace.token)\n".utf8)
    #expect(unsafe write(terminal, line, line.count) == line.count)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(try place.run("connection", "check", "crm").exitCode == 0)
  }

  @Test("a signal finds the terminal as it was", arguments: [SIGINT, SIGTERM, SIGHUP])
  func signalled(number: Int32) throws {
    let place = try Workplace()
    try place.connect()
    let (process, terminal, errors) = try start(place, ["secret", "set", "crm", "token"])
    defer { close(terminal) }
    _ = waitForQuestion(errors, terminal)
    kill(process.processIdentifier, number)
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == number)
    #expect(echoes(terminal))
  }

  @Test("no core file is written of a hub, and nobody else looks into it")
  func cores() throws {
    let place = try Workplace()
    try place.connect()
    let (process, terminal, errors) = try start(place, ["secret", "set", "crm", "token"])
    defer { close(terminal) }
    _ = waitForQuestion(errors, terminal)
    let limits = try String(
      contentsOfFile: "/proc/\(process.processIdentifier)/limits", encoding: .utf8)
    let line = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }
    #expect(line?.split(separator: " ").filter { $0 == "0" }.count == 2)
    process.terminate()
    process.waitUntilExit()
    let doctor = try place.run("doctor", "--json")
    #expect(doctor.output.contains("no core files"))
  }
}
