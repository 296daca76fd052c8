import Glibc

signal(SIGPIPE, SIG_IGN)
exit(Bench.main(Array(CommandLine.arguments.dropFirst())))
