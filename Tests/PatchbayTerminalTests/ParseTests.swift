import PatchbayTerminal
import Testing

@Suite("Reading arguments")
struct ParseTests {
  @Test("options may stand before, between and behind the words of a command")
  func optionsAnywhere() {
    let expected = Invocation(
      path: ["sync", "run"], arguments: ["crm"],
      options: ["data": ["/d"], "stream": ["a"], "full": [""]])
    #expect(run("--data", "/d", "sync", "run", "crm", "--stream", "a", "--full") == expected)
    #expect(run("sync", "--data=/d", "run", "--stream", "a", "--full", "crm") == expected)
    #expect(run("sync", "--stream", "a", "run", "crm", "-f", "--data", "/d") == expected)
    #expect(run("--stream=a", "--full", "sync", "--data", "/d", "run", "crm") == expected)
    #expect(run("-fs", "a", "sync", "run", "crm", "--data", "/d") == expected)
  }

  @Test("a value that is the name of a command is a value")
  func valueLikeCommand() {
    #expect(run("--data", "sync", "sync", "list")?.value("data") == "sync")
    #expect(run("sync", "run", "list")?.arguments == ["list"])
    #expect(run("query", "version")?.path == ["query"])
  }

  @Test("short flags can be grouped, and the last of them may take a value")
  func shortGroups() {
    for arguments in [["-qfs", "x"], ["-qfsx"], ["-qfs=x"], ["-q", "-f", "-s", "x"]] {
      guard case .run(let invocation) = sample.parse(["sync", "run", "crm"] + arguments) else {
        Issue.record("\(arguments) is not understood")
        continue
      }
      #expect(invocation.flag("quiet") && invocation.flag("full"))
      #expect(invocation.values("stream") == ["x"])
    }
    #expect(run("sync", "run", "crm", "-s=")?.value("stream") == "")
  }

  @Test("values keep equal signs, may be empty and may be negative numbers")
  func values() {
    let add = run("connection", "add", "x", "--plugin=", "--set", "a=b=c", "--set=d=e")
    #expect(add?.values("set") == ["a=b=c", "d=e"])
    #expect(add?.value("plugin") == "")
    #expect(run("sync", "run", "x", "--limit", "-5")?.value("limit") == "-5")
    #expect(run("sync", "run", "x", "--limit=--5")?.value("limit") == "--5")
    #expect(run("sync", "run", "-5")?.arguments == ["-5"])
    #expect(run("apply", "-")?.arguments == ["-"])
  }

  @Test("two dashes end the options but not the command")
  func twoDashes() {
    #expect(run("query", "--", "--json")?.arguments == ["--json"])
    #expect(run("query", "--", "--", "-q")?.arguments == ["--", "-q"])
    #expect(run("--json", "--", "sync", "run", "--help")?.arguments == ["--help"])
  }

  @Test("what was not given is false, nil and empty")
  func absent() {
    let invocation = run("sync", "list")
    #expect(invocation?.flag("json") == false)
    #expect(invocation?.value("data") == nil)
    #expect(invocation?.values("data") == [])
  }

  @Test("an unknown option is named, with the one that was meant and the usage")
  func unknownOption() {
    #expect(
      usage("connection", "add", "x", "--plugn", "y") == [
        "patchbay: there is no option --plugn", "did you mean --plugin?",
        "usage: patchbay connection add NAME --plugin ID [--set KEY=VALUE]…",
        "more: patchbay connection add --help",
      ])
    #expect(usage("--jsn", "sync", "list").prefix(2).last == "did you mean --json?")
    #expect(usage("--plugn", "y", "connection", "add").first?.contains("--plugn") == true)
    #expect(usage("sync", "list", "-x").first == "patchbay: there is no option -x")
    #expect(usage("sync", "run", "a", "-full").contains("did you mean --full?"))
    #expect(usage("sync", "list", "--hlep").contains("did you mean --help?"))
    #expect(usage("--verzion") != [])
  }

  @Test("an unknown command is named, with those that were meant")
  func unknownCommand() {
    #expect(
      usage("snyc", "run") == [
        "patchbay: there is no command “snyc”", "did you mean sync?",
        "usage: patchbay COMMAND [options]", "more: patchbay --help",
      ])
    #expect(
      usage("sync", "rnu", "x").prefix(2) == [
        "patchbay: “sync” has no command “rnu”", "did you mean sync run?",
      ])
    #expect(usage("conn", "list").contains("did you mean connection?"))
    #expect(usage("run", "crm").contains("did you mean sync run?"))
    #expect(usage("help", "snyc").contains("did you mean sync?"))
    #expect(usage("snyc", "--help").contains("did you mean sync?"))
    #expect(usage("qqqqqqqq").count == 3)
    #expect(!usage("_complet").joined().contains("_complete"))
  }

  @Test("missing and surplus arguments are named")
  func argumentCounts() {
    #expect(usage("connection", "add").first == "patchbay: missing NAME, --plugin ID")
    #expect(usage("market", "install").first == "patchbay: missing ID")
    #expect(usage("query").first == "patchbay: missing SQL")
    #expect(
      usage("sync", "list", "x").first
        == "patchbay: unexpected argument “x”: “sync list” takes no arguments")
    #expect(
      usage("query", "a", "b", "c").first
        == "patchbay: unexpected argument “c”: “query” takes only SQL OUTPUT")
    #expect(run("query", "a", "b")?.arguments == ["a", "b"])
    #expect(run("market", "install", "a", "b", "c")?.arguments == ["a", "b", "c"])
  }

  @Test("a value that is missing, given twice or given to a flag is an error")
  func wrongValues() {
    #expect(usage("sync", "list", "--data").first?.contains("--data needs a value") == true)
    #expect(usage("sync", "list", "--data", "--json").first?.contains("--data DIR") == true)
    #expect(usage("sync", "list", "--data", "--").first?.contains("needs a value") == true)
    #expect(usage("sync", "list", "--json=1").first == "patchbay: --json takes no value")
    #expect(
      usage("sync", "list", "--data=a", "--data=b").first == "patchbay: --data was given twice")
    #expect(run("sync", "list", "--json", "--json")?.flag("json") == true)
  }

  @Test("errors make foreign control characters visible")
  func harmlessErrors() {
    for text in [usage("\u{1B}[2J"), usage("--\u{1B}]0;x\u{7}"), usage("sync", "list", "a\nb")] {
      #expect(text.count >= 3)
      #expect(!text.joined().unicodeScalars.contains { $0.value < 0x20 })
    }
  }

  @Test("random arguments always have an answer, and options that ran are known ones")
  func randomArguments() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var state = seed
    func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(limit))
    }
    let words = [
      "sync", "run", "list", "connection", "add", "x", "--", "-", "--data", "--data=y", "--json",
      "-q", "-qs", "-sf", "--stream", "--", "-5", "", "--=", "-=", "--full", "help", "--limit", "é",
    ]
    for _ in 0..<20_000 {
      let arguments = (0..<next(7)).map { _ in words[next(words.count)] }
      switch sample.parse(arguments) {
      case .run(let invocation):
        #expect(
          sample.commands.contains { $0.path == invocation.path }, "seed \(seed) \(arguments)")
      case .help(let text):
        #expect(text.contains("patchbay"), "seed \(seed) \(arguments)")
      case .usage(let error):
        #expect(error.text.hasPrefix("patchbay: "), "seed \(seed) \(arguments)")
        #expect(error.hasFlag("json") == arguments.prefix { $0 != "--" }.contains("--json"))
      }
    }
  }
}
