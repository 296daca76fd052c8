import Foundation
import Glibc
import Testing

@testable import PatchbayTerminal

/// Two ends of a terminal: what a person sees and types, and the program's.
private final class PseudoTerminal {
  let person: Int32
  let program: Int32

  init() throws {
    var (person, program): (Int32, Int32) = (-1, -1)
    // Unsafe: the numbers are written before the call returns.
    guard unsafe openpty(&person, &program, nil, nil, nil) == 0 else { throw POSIXError(.EIO) }
    (self.person, self.program) = (person, program)
  }

  deinit {
    close(person)
    close(program)
  }

  var echoes: Bool {
    var state = termios()
    unsafe tcgetattr(program, &state)
    return state.c_lflag & tcflag_t(ECHO) != 0
  }

  func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe write(person, bytes, bytes.count)
  }

  /// What is shown, up to a text that comes for certain.
  func shown(until end: String) -> String {
    var text: [UInt8] = []
    var byte: UInt8 = 0
    while !text.reversed().starts(with: end.utf8.reversed()), unsafe read(person, &byte, 1) == 1 {
      text.append(byte)
    }
    return String(decoding: text, as: UTF8.self)
  }
}

@Suite(.serialized) struct HiddenInputTests {
  private func typed(_ text: String) async throws -> (line: String, shown: String, echoes: Bool) {
    let terminal = try PseudoTerminal()
    let (ends, program) = (terminal, terminal.program)
    let line = Task.detached {
      try HiddenInput.line("token: ", from: program, to: program)
    }
    let question = ends.shown(until: "token: ")
    // What is typed before the echo is off is thrown away, as it was shown.
    while ends.echoes { await Task.yield() }
    ends.type(text)
    let read = try await line.value
    return (read, question + ends.shown(until: "\n"), ends.echoes)
  }

  @Test func `What is typed is read, and not shown`() async throws {
    let (line, shown, echoes) = try await typed("s3cret é t0ken\n")
    #expect(line == "s3cret é t0ken")
    #expect(shown == "token: \r\n" && echoes)
  }

  @Test func `A line that is corrected while it is typed is read as it ends`() async throws {
    #expect(try await typed("wrong\u{15}right\u{7F}t\n").line == "right")
  }

  @Test func `The end of the input is the end of the line`() async throws {
    let terminal = try PseudoTerminal()
    let program = terminal.program
    let line = Task.detached { try HiddenInput.line("token: ", from: program, to: program) }
    _ = terminal.shown(until: "token: ")
    while terminal.echoes { await Task.yield() }
    terminal.type("\u{4}")
    #expect(try await line.value.isEmpty && terminal.echoes)
  }

  @Test func `What is no terminal is refused`() throws {
    #expect(throws: (any Error).self) { try HiddenInput.line("", from: -1, to: -1) }
  }
}
