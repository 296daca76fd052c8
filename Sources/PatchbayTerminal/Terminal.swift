internal import Glibc

// Unsafe: asks the C library about a descriptor and copies what getenv returns.

/// What is known of the place output goes to.
package struct Terminal: Equatable, Sendable {
  /// Whether a person looks at it: a terminal, and one that can move its cursor.
  package var isInteractive: Bool
  /// Columns.
  package var width: Int
  /// Lines.
  package var height: Int
  /// Whether colours and bold text may be used.
  package var usesColour: Bool

  /// Describes a terminal, as tests do.
  package init(isInteractive: Bool, width: Int = 80, height: Int = 24, usesColour: Bool = false) {
    self.isInteractive = isInteractive
    self.width = width
    self.height = height
    self.usesColour = usesColour
  }

  /// The terminal of this process as it is now; the default descriptor, 2, is that of errors and
  /// progress, 1 is that of results.
  ///
  /// `TERM=dumb` makes it not interactive, `NO_COLOR` takes its colours, and `COLUMNS` counts
  /// where the width cannot be asked for.
  package static func current(descriptor: Int32 = 2) -> Terminal {
    var size = winsize()
    let hasSize = unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0
    return Terminal(
      isTerminal: isatty(descriptor) == 1,
      columns: hasSize ? Int(size.ws_col) : 0, lines: hasSize ? Int(size.ws_row) : 0
    ) { name in
      guard let value = unsafe getenv(name) else { return nil }
      return unsafe String(cString: value)
    }
  }

  /// What `COLUMNS` may say: widths are added up.
  private static let widest = 10_000

  /// Decides from what the system says; 0 columns or lines mean that it does not know.
  init(isTerminal: Bool, columns: Int, lines: Int, environment: (String) -> String?) {
    isInteractive = isTerminal && environment("TERM") != "dumb"
    let named = environment("COLUMNS").flatMap { Int($0) } ?? 0
    width = columns > 0 ? columns : named > 0 ? min(named, Self.widest) : 80
    height = lines > 0 ? lines : 24
    usesColour = isInteractive && (environment("NO_COLOR") ?? "").isEmpty
  }
}
