/// The completion script for zsh, to be found in `fpath` or to be sourced after `compinit`.
struct ZshCompletion {
  let tables: CompletionTables

  func script() -> String {
    let name = "_" + tables.identifier
    let program = tables.quoted(tables.tree.name)
    let options = tables.valueOptions.flatMap(\.keys).joined(separator: "|")
    return """
      #compdef \(tables.tree.name)

      \(name)_ask() {
        local -a found
        found=("${(@f)$(command \(program) _complete "$1" 2>/dev/null </dev/null)}")
        found=("${(@)found%%$'\\t'*}")
        compadd -- "${(@)found:#}"
      }

      \(name)_value() {
        case "$1" in
      \(tables.arms(tables.valueOptions) { action($0, name) })
        esac
      }

      \(name)() {
        local at='' want='' ended='' word cur=${words[CURRENT]}
        local -i position=0
        local -a list
        for word in "${(@)words[2,CURRENT-1]}"; do
          if [[ -n $want ]]; then want=''; continue; fi
          if [[ -z $ended && $word == -- ]]; then ended=1; continue; fi
          if [[ -z $ended && $word == -?* ]]; then
            case "$at|$word" in
              \(options.isEmpty ? "''" : options)) want="$at|$word" ;;
            esac
            continue
          fi
          case "$at|$word" in
            '|help') continue ;;
            \(tables.steps.joined(separator: "|"))) at="${at:+$at }$word"; continue ;;
          esac
          position+=1
        done
        if [[ -n $want ]]; then
          \(name)_value "$want"
        elif [[ -z $ended && $cur == --*=* ]]; then
          compset -P '*='
          \(name)_value "$at|${cur%%=*}"
        elif [[ -z $ended && $cur == -* ]]; then
          case "$at" in
      \(optionLists())
          esac
          _describe -o option list
        else
      \(words(name))
        fi
      }

      if [[ $funcstack[1] == \(name) ]]; then \(name) "$@"; else compdef \(name) \(program); fi

      """
  }

  private func optionLists() -> String {
    func arm(_ pattern: String, _ options: [Option]) -> String {
      let items = (options + [.help]).map { item("--\($0.name)", $0.about) }
      return "      \(pattern)) list=(\(items.joined(separator: " "))) ;;"
    }
    let arms = tables.commands.map {
      arm(tables.quoted(CompletionTables.title($0.path)), tables.tree.options(for: $0.path))
    }
    return (arms + [arm("*", tables.tree.globalOptions)]).joined(separator: "\n")
  }

  private func words(_ name: String) -> String {
    let groups = tables.groups.map { path in
      let items = tables.tree.children(of: path).map { word in
        item(word, tables.tree.about(path + [word]))
      }
      return "      \(tables.quoted(CompletionTables.title(path) + "|0"))) "
        + "list=(\(items.joined(separator: " "))); _describe command list ;;"
    }
    return """
          case "$at|$position" in
      \(groups.joined(separator: "\n"))
          esac
          case "$at|$position" in
      \(tables.arms(tables.arguments) { action($0, name) })
          esac
      """
  }

  /// A word with its description, as `_describe` reads it.
  private func item(_ word: String, _ about: String) -> String {
    tables.quoted("\(word):\(about)")
  }

  private func action(_ completion: Completion, _ name: String) -> String {
    switch completion {
    case .none: ":"
    case .files: "_files"
    case .directories: "_files -/"
    case .choices(let words): "compadd -- \(tables.quoted(words))"
    case .dynamic(let kind): "\(name)_ask \(tables.quoted(kind))"
    }
  }
}
