/// The completion script for bash 4.4 and later; it needs no other package.
struct BashCompletion {
  let tables: CompletionTables

  func script() -> String {
    let name = "_" + tables.identifier
    return """
      # bash completion for \(tables.tree.name)

      # Offers those of the words that continue what is typed. Bash replaces only what follows
      # the last ":" or "@", so the part before it is taken off. Words are quoted, not evaluated.
      \(name)_offer() {
        local word
        for word in "$@"; do
          word=${word%%$'\\t'*}
          if [[ -n $word && $word == "$cur"* ]]; then
            printf -v word '%q' "${word#"$head"}"
            COMPREPLY+=("$word")
          fi
        done
      }

      \(name)_ask() {
        local -a found
        mapfile -t found < <(
          command \(tables.quoted(tables.tree.name)) _complete "$1" 2>/dev/null </dev/null
        )
        \(name)_offer "${found[@]}"
      }

      \(name)_files() {
        local -a found
        compopt -o filenames 2>/dev/null
        mapfile -t found < <(compgen "$1" -- "$cur")
        COMPREPLY=("${found[@]#"$head"}")
      }

      \(walk(name))

      complete -F \(name) \(tables.quoted(tables.tree.name))

      """
  }

  private func walk(_ name: String) -> String {
    """
    \(name)() {
      local at='' want='' ended='' glue='' head='' word cur
      local -i position=0 i
      local -a typed=()
      COMPREPLY=()
      # Bash has split the line at ":" and "@" too.
      for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $word == [:@] && ${#typed[@]} -gt 0 ]]; then
          typed[-1]+=$word
          glue=1
        elif [[ -n $glue ]]; then
          typed[-1]+=$word
          glue=''
        else
          typed+=("$word")
        fi
      done
      cur=${typed[-1]}
      if [[ -n $glue ]]; then head=$cur; else head=${cur%"$word"}; fi
      for word in "${typed[@]:0:${#typed[@]}-1}"; do
        if [[ -n $want ]]; then
          if [[ $word != = ]]; then want=''; fi
          continue
        fi
        if [[ -z $ended && $word == -- ]]; then ended=1; continue; fi
        if [[ -z $ended && $word == -?* ]]; then
    \(options())
          continue
        fi
    \(steps())
        position+=1
      done
      if [[ -n $want ]]; then
        if [[ $cur == = ]]; then cur='' head=''; fi
    \(values(name))
      elif [[ -z $ended && $cur == -* ]]; then
    \(names(name))
      else
    \(words(name))
      fi
    }
    """
  }

  private func options() -> String {
    let keys = tables.valueOptions.flatMap(\.keys)
    guard !keys.isEmpty else { return "      :" }
    return """
          case "$at|$word" in
            \(keys.joined(separator: "|"))) want="$at|$word" ;;
          esac
      """
  }

  private func steps() -> String {
    """
        case "$at|$word" in
          '|help') continue ;;
          \(tables.steps.joined(separator: "|"))) at="${at:+$at }$word"; continue ;;
        esac
    """
  }

  private func values(_ name: String) -> String {
    """
        case "$want" in
    \(tables.arms(tables.valueOptions) { action($0, name) })
        esac
    """
  }

  private func names(_ name: String) -> String {
    let titles = tables.commands.map { command in
      let words = tables.tree.options(for: command.path).map { "--\($0.name)" } + ["--help"]
      return "      \(tables.quoted(CompletionTables.title(command.path)))) "
        + "\(name)_offer \(tables.quoted(words)) ;;"
    }
    let global = tables.tree.globalOptions.map { "--\($0.name)" } + ["--help"]
    return """
          case "$at" in
      \(titles.joined(separator: "\n"))
            *) \(name)_offer \(tables.quoted(global)) ;;
          esac
      """
  }

  private func words(_ name: String) -> String {
    let groups = tables.groups.map { path in
      let words = tables.tree.children(of: path) + (path.isEmpty ? ["help"] : [])
      return "      \(tables.quoted(CompletionTables.title(path) + "|0"))) "
        + "\(name)_offer \(tables.quoted(words)) ;;"
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

  private func action(_ completion: Completion, _ name: String) -> String {
    switch completion {
    case .none: ":"
    case .files: "\(name)_files -f"
    case .directories: "\(name)_files -d"
    case .choices(let words): "\(name)_offer \(tables.quoted(words))"
    case .dynamic(let kind): "\(name)_ask \(tables.quoted(kind))"
    }
  }
}
