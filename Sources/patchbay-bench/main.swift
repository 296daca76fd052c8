import Glibc

signal(SIGPIPE, SIG_IGN)
exit(await Bench.main(Array(CommandLine.arguments.dropFirst())))
