import Glibc
import PatchbayTerminal
import Testing

// Unsafe: runs shells through popen and reads what they print.

/// Runs a program text in a shell and returns what it printed, errors too, and its status.
private func shell(_ name: String, _ options: String = "", _ program: String) -> (String, Int32) {
  var path = Array("/tmp/patchbay-completion-XXXXXX".utf8CString)
  let descriptor = unsafe mkstemp(&path)
  defer { _ = unsafe unlink(path) }
  let bytes = Array(program.utf8)
  guard unsafe write(descriptor, bytes, bytes.count) == bytes.count, close(descriptor) == 0 else {
    return ("the program cannot be written", -1)
  }
  let file = String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  guard let pipe = unsafe popen("\(name) \(options) \(file) 2>&1 </dev/null", "r") else {
    return ("the shell cannot be run", -1)
  }
  var output: [UInt8] = []
  while case let byte = unsafe getc(pipe), byte != EOF { output.append(UInt8(byte)) }
  let status = unsafe pclose(pipe)
  return (String(decoding: output, as: UTF8.self), status)
}

/// What bash offers for the last of the words, with the script sourced and a program that
/// answers `_complete`.
private func offered(_ words: [String], tree: CommandTree = sample) -> [String] {
  func quoted(_ word: String) -> String { "'" + word + "'" }
  let program = """
    dir=$(mktemp -d)
    trap 'rm -r "$dir"' EXIT
    cd "$dir"
    mkdir bin folder; touch fine 'two words'
    cat >bin/patchbay <<'END'
    #!/bin/sh
    case "$2" in
      connections) printf 'crm\\tThe CRM\\nshop\\n$(touch evil)\\na b\\n' ;;
      plugins) printf 'hubspot\\nstripe\\n' ;;
      versions) printf 'crm@1.0\\ncrm@1.1\\n' ;;
    esac
    END
    chmod +x bin/patchbay
    PATH=$dir/bin:$PATH
    \(tree.completionScript(for: "bash") ?? "exit 9")
    set -u
    COMP_WORDS=(patchbay \(words.map(quoted).joined(separator: " ")))
    COMP_CWORD=\(words.count)
    _patchbay
    for word in "${COMPREPLY[@]}"; do printf '%s\\n' "$word"; done
    test ! -e evil || echo EVIL
    """
  return shell("bash", "", program).0.split(separator: "\n").map(String.init)
}

@Suite("Completion scripts")
struct CompletionTests {
  @Test("bash reads its script without complaint")
  func bashSyntax() throws {
    let script = try #require(sample.completionScript(for: "bash"))
    let (output, status) = shell("bash", "-n", script)
    #expect(output == "")
    #expect(status == 0)
    #expect(shell("bash", "", script + "\ncomplete -p patchbay").0.contains("-F _patchbay"))
  }

  @Test("zsh reads its script without complaint")
  func zshSyntax() throws {
    let script = try #require(sample.completionScript(for: "zsh"))
    let (output, status) = shell("zsh", "-n", script)
    #expect(output == "")
    #expect(status == 0)
  }

  @Test("fish reads its script without complaint")
  func fishSyntax() throws {
    let script = try #require(sample.completionScript(for: "fish"))
    let (output, status) = shell("fish", "-n", script)
    #expect(output == "")
    #expect(status == 0)
  }

  @Test("other shells have no script, and no script has hidden commands")
  func shells() {
    #expect(sample.completionScript(for: "csh") == nil)
    for name in ["bash", "zsh", "fish"] {
      let script = sample.completionScript(for: name) ?? ""
      #expect(script.contains("patchbay") && !script.contains("Words for shells."))
    }
  }

  @Test("bash offers the words of commands")
  func commands() {
    #expect(
      offered([""]) == [
        "apply", "connection", "sync", "ledger", "market", "query", "version", "help",
      ])
    #expect(offered(["s"]) == ["sync"])
    #expect(offered(["sync", ""]) == ["run", "list"])
    #expect(offered(["help", "sync", "r"]) == ["run"])
    #expect(offered(["--data", "sync", "--json", "sync", "l"]) == ["list"])
    #expect(offered(["--data", "=", "x", "sync", "l"]) == ["list"])
    #expect(offered(["sync", "list", ""]) == [])
  }

  @Test("bash offers the options of the command and the global ones")
  func options() {
    #expect(offered(["connection", "add", "--p"]) == ["--plugin"])
    #expect(offered(["sync", "run", "crm", "--f"]) == ["--full"])
    #expect(offered(["-"]) == ["--data", "--json", "--quiet", "--help"])
    #expect(offered(["query", "--", "--"]) == [])
  }

  @Test("bash offers the values of options, behind an equal sign too")
  func values() {
    #expect(offered(["ledger", "export", "--format", ""]) == ["hledger", "ledger", "beancount"])
    #expect(offered(["ledger", "export", "--format", "="]) == ["hledger", "ledger", "beancount"])
    #expect(offered(["ledger", "export", "--format", "=", "l"]) == ["ledger"])
    #expect(offered(["connection", "add", "-p", "h"]) == ["hubspot"])
    #expect(offered(["sync", "run", "--limit", ""]) == [])
  }

  @Test("bash asks the program for words and never evaluates them")
  func dynamic() {
    #expect(offered(["sync", "run", ""]) == ["crm", "shop", "\\$\\(touch\\ evil\\)", "a\\ b"])
    #expect(offered(["sync", "run", "--stream", "x", "--full", "c"]) == ["crm"])
    #expect(offered(["sync", "run", "crm", ""]) == [])
  }

  @Test("bash continues a word that it has split at a colon or an at sign")
  func splitWords() {
    #expect(offered(["market", "install", "crm", "@", "1.1"]) == ["1.1"])
    #expect(offered(["market", "install", "crm", "@"]) == ["1.0", "1.1"])
    #expect(offered(["market", "install", "crm", "@", "1.1", "c"]) == ["crm@1.0", "crm@1.1"])
  }

  @Test("bash offers files and directories")
  func files() {
    #expect(Set(offered(["apply", "f"])) == ["fine", "folder"])
    #expect(offered(["apply", "t"]) == ["two words"])
    #expect(offered(["--data", "f"]) == ["folder"])
    #expect(offered(["query", "x", "fi"]) == ["fine"])
  }

  @Test("texts with quotes cannot leave their place in a script")
  func quotes() {
    let about = "It's $(touch evil) \\ `x` \"y\""
    let tree = CommandTree(
      name: "patchbay", summary: about,
      globalOptions: [Option("a", valueName: "A", about: about, completion: .choices([about]))],
      commands: [Command(["b"], summary: about)])
    #expect(shell("bash", "-n", tree.completionScript(for: "bash") ?? "fi").0 == "")
    #expect(offered(["--a", ""], tree: tree).count == 1)
    #expect(offered(["--a", "It"], tree: tree).first?.hasPrefix("It\\'s\\ \\$\\(") == true)
  }

  @Test("a tree of a single command without options has scripts too")
  func smallTree() {
    let tree = CommandTree(
      name: "patchbay", summary: "", commands: [Command(["go"], summary: "")])
    #expect(shell("bash", "-n", tree.completionScript(for: "bash") ?? "fi").0 == "")
    #expect(offered(["-x", ""], tree: tree) == ["go", "help"])
  }
}
