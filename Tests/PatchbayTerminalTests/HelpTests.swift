import PatchbayCore
import PatchbayTerminal
import Testing

@Suite("Help and suggestions")
struct HelpTests {
  @Test("nothing, help and --help show the commands of the program")
  func program() {
    let text = sample.help(for: [], width: 80)
    #expect(help() == text)
    #expect(help("help") == text)
    #expect(help("--help") == text)
    #expect(help("-h") == text)
    #expect(help("--json", "--data", "x") == text)
    #expect(text.contains("\n  sync        Run and inspect syncs.\n"))
    #expect(text.contains("\n  connection  add | list\n"))
    #expect(!text.contains("_complete"))
  }

  @Test("a noun without a verb shows the help of the noun")
  func noun() {
    let text = sample.help(for: ["sync"], width: 80)
    #expect(help("sync") == text)
    #expect(help("help", "sync") == text)
    #expect(help("sync", "--help") == text)
    #expect(help("--help", "sync") == text)
    #expect(text.hasPrefix("patchbay sync: Run and inspect syncs.\n"))
    #expect(text.contains("\n  run   Run a sync.\n  list  List runs.\n"))
  }

  @Test("help of a command can be asked for in every place, with wrong arguments too")
  func command() {
    let text = sample.help(for: ["connection", "add"], width: 80)
    #expect(help("help", "connection", "add") == text)
    #expect(help("connection", "add", "--help") == text)
    #expect(help("--help", "connection", "add") == text)
    #expect(help("connection", "-h", "add", "a", "b") == text)
    #expect(help("connection", "add", "--bogus", "-qh") == text)
    #expect(
      text == """
        patchbay connection add: Add a connection.

        usage: patchbay connection add NAME --plugin ID [--set KEY=VALUE]…

        Adds it.

        Example:

          patchbay connection add crm --plugin hubspot

        arguments:
          NAME  Its name.

        options:
          -p, --plugin ID      The plugin; required.
              --set KEY=VALUE  A setting; may be repeated.

        global options:
              --data DIR  Where the data is.
              --json      Print JSON.
          -q, --quiet     Print no progress.
          -h, --help      Show this help.
        """)
  }

  @Test("the version option runs the version command")
  func version() {
    #expect(run("--version")?.path == ["version"])
  }

  @Test("explanations are filled to the width and no line is wider")
  func narrow() {
    let text = sample.help(for: ["ledger", "export"], width: 44)
    for line in text.split(separator: "\n") { #expect(displayWidth(String(line)) <= 44) }
    #expect(text.contains("beancount"))
  }

  @Test("help for a path that names nothing is that of the part that does")
  func unknownPath() {
    #expect(
      sample.help(for: ["sync", "x"], width: 80) == sample.help(for: ["sync"], width: 80))
  }

  @Test("suggestions are close words, swapped letters and beginnings, the closest first")
  func close() {
    let words = ["list", "lint", "connection", "sync", "a"]
    #expect(suggestions(for: "lits", among: words) == ["list"])
    #expect(suggestions(for: "LIST", among: words).first == "list")
    #expect(suggestions(for: "conn", among: words) == ["connection"])
    #expect(suggestions(for: "snyc", among: words) == ["sync"])
    #expect(suggestions(for: "zzzz", among: words) == [])
    #expect(suggestions(for: "", among: words) == [])
    #expect(suggestions(for: String(repeating: "l", count: 999), among: words) == [])
    #expect(suggestions(for: "ab", among: ["aa", "ac", "ad", "ae"]).count == 3)
  }

  @Test("distance counts insertions, deletions, replacements and swaps")
  func distance() {
    #expect(Suggestion.distance("", "abc") == 3)
    #expect(Suggestion.distance("abc", "") == 3)
    #expect(Suggestion.distance("abc", "acb") == 1)
    #expect(Suggestion.distance("kitten", "sitting") == 3)
    #expect(Suggestion.distance("same", "same") == 0)
  }
}
