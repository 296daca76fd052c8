import Glibc

exit(Worker.main(Array(CommandLine.arguments.dropFirst())))
