import Foundation
import Testing

/// Ends a program at one of its calls that change files: `LD_PRELOAD` with what `FAULT_…` says.
enum Faults {
  /// Tests/Faults, compiled once.
  static let library = Result<Data, any Error> {
    let scratch = try Scratch()
    let file = "\(scratch.path)/faults.so"
    let made = try Program(
      "/usr/bin/gcc",
      ["-O1", "-shared", "-fPIC", "-o", file, "\(Program.root)/Tests/Faults/faults.c"]
    ).wait()
    try #require(made.exitCode == 0, "\(made.errors)")
    return try Data(contentsOf: URL(fileURLWithPath: file))
  }
}
