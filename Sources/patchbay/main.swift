import Glibc
import PatchbaySources
import PatchbayStore

// Secrets are in the memory of this process.
MemoryDumps.forbid()
// Writing to a pipe that nobody reads is an error code, not the end of the process.
signal(SIGPIPE, SIG_IGN)
// So is writing more to a file than `ulimit -f` allows.
signal(SIGXFSZ, SIG_IGN)
// Nothing that libpq would take from the environment goes to a server that a connection names.
Sources.forgetEnvironment()
Output.occupyStandardStreams()
exit(await CommandLineProgram.run(Array(CommandLine.arguments.dropFirst())))
