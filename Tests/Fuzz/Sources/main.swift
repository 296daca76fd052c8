import CLibFuzzer
import Glibc

// patchbay-fuzz                          the names of the targets
// patchbay-fuzz seed TARGET FOLDER       writes its seeds, and FOLDER.dict with its words
// patchbay-fuzz TARGET [of libFuzzer]    runs it: on the files that are named, or on new inputs

/// What runs: libFuzzer's function takes no context.
nonisolated(unsafe) var current: FuzzTarget?

// Unsafe: libFuzzer lends the bytes for the call.
private func runOne(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
  let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: size))
  unsafe current?.run(bytes)
  return 0
}

func start(_ name: String) -> Int32 {
  guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
    print("there is no target “\(name)”; there are \(FuzzTarget.all.map(\.name))")
    return 2
  }
  unsafe current = target
  // Unsafe: the arguments belong to the process; the name of the target is taken out.
  var count = CommandLine.argc - 1
  var arguments = unsafe CommandLine.unsafeArgv + 1
  unsafe arguments[0] = CommandLine.unsafeArgv[0]
  return unsafe LLVMFuzzerRunDriver(&count, &arguments, runOne)
}

let arguments = CommandLine.arguments
if arguments.count == 4 && arguments[1] == "seed" {
  exit(writeSeeds(of: arguments[2], to: arguments[3]))
} else if arguments.count > 1 {
  exit(start(arguments[1]))
}
for target in FuzzTarget.all { print(target.name) }
