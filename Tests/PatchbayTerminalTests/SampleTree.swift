import PatchbayTerminal

/// A small program with every kind of command, option and argument.
let sample = CommandTree(
  name: "patchbay", summary: "An integration hub.",
  globalOptions: [
    Option("data", valueName: "DIR", about: "Where the data is.", completion: .directories),
    Option("json", about: "Print JSON."),
    Option("quiet", short: "q", about: "Print no progress."),
  ],
  commands: [
    Command(
      ["apply"], summary: "Apply a file.",
      arguments: [Argument("FILE", about: "The file.", completion: .files)]),
    Command(
      ["connection", "add"], summary: "Add a connection.",
      discussion: "Adds it.\n\nExample:\n\n  patchbay connection add crm --plugin hubspot",
      options: [
        Option(
          "plugin", short: "p", valueName: "ID", isRequired: true, about: "The plugin.",
          completion: .dynamic("plugins")),
        Option("set", valueName: "KEY=VALUE", isRepeated: true, about: "A setting."),
      ], arguments: [Argument("NAME", about: "Its name.")]),
    Command(["connection", "list"], summary: "List connections."),
    Command(
      ["sync", "run"], summary: "Run a sync.",
      options: [
        Option("stream", short: "s", valueName: "S", isRepeated: true, about: "Only this."),
        Option("full", short: "f", about: "From the start."),
        Option("limit", valueName: "N", about: "At most so many."),
      ],
      arguments: [
        Argument("CONNECTION", about: "Which.", completion: .dynamic("connections"))
      ]),
    Command(["sync", "list"], summary: "List runs."),
    Command(
      ["ledger", "export"], summary: "Export it.",
      options: [
        Option(
          "format", valueName: "F", about: "The format.",
          completion: .choices(["hledger", "ledger", "beancount"]))
      ]),
    Command(
      ["market", "install"], summary: "Install plugins.",
      arguments: [
        Argument("ID", about: "Which.", isRepeated: true, completion: .dynamic("versions"))
      ]),
    Command(
      ["query"], summary: "Ask.",
      arguments: [
        Argument("SQL", about: "The query."),
        Argument("OUTPUT", about: "A file.", isOptional: true, completion: .files),
      ]),
    Command(["version"], summary: "Show the version."),
    Command(
      ["_complete"], summary: "Words for shells.", arguments: [Argument("KIND", about: "Kind.")],
      isHidden: true),
  ],
  nouns: ["sync": "Run and inspect syncs."])

/// The invocation that the arguments ask for, or nil.
func run(_ arguments: String...) -> Invocation? {
  guard case .run(let invocation) = sample.parse(arguments) else { return nil }
  return invocation
}

/// The lines of the error that the arguments earn, or none.
func usage(_ arguments: String...) -> [String] {
  guard case .usage(let error) = sample.parse(arguments) else { return [] }
  return error.text.split(separator: "\n").map(String.init)
}

/// The help that the arguments ask for, or nil.
func help(_ arguments: String...) -> String? {
  guard case .help(let text) = sample.parse(arguments) else { return nil }
  return text
}
