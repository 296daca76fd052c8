import Glibc

/// A function from bytes to nothing, and what helps the fuzzer to find its way in it.
struct FuzzTarget: Sendable {
  let name: String
  /// Inputs to begin with.
  let seeds: @Sendable () -> [[UInt8]]
  /// Pieces of which good inputs are made.
  let words: [String]
  /// Must come back soon, leave nothing behind, and end the process by ``expect`` where a property
  /// does not hold.
  let run: @Sendable ([UInt8]) -> Void

  static let all: [FuzzTarget] = [
    .json, .pointer, .extract, .session, .worker, .manifest, .elf, .transcript, .head, .link, .url,
    .time, .yaml, .xml, .pack, .tuf, .log, .statement, .token, .market, .place, .file, .option,
    .frame,
  ]
}

/// Ends the process where a property does not hold: libFuzzer keeps the input.
func expect(
  _ holds: Bool, _ what: @autoclosure () -> String, file: StaticString = #fileID,
  line: UInt = #line
) {
  if holds { return }
  // What goes to stderr is seen even though the process ends here.
  var text = "\(file):\(line): does not hold: \(what())\n"
  text.withUTF8 { _ = unsafe write(2, $0.baseAddress, $0.count) }
  abort()
}
