import Glibc

/// How much tests with random input do: a little in `make test`, all of it in `make nightly`, which
/// sets `PATCHBAY_TESTS=nightly`.
package enum Scale {
  package static let isNightly: Bool = {
    switch variable("PATCHBAY_TESTS") {
    case nil, "", "quick": return false
    case "nightly": return true
    case .some(let value): fatalError("PATCHBAY_TESTS is \(value), must be quick or nightly")
    }
  }()

  /// How many rounds, operations, kills or seeds.
  package static func count(quick: Int, nightly: Int) -> Int { isNightly ? nightly : quick }

  /// Fixed seeds, from 1 on, and last the fresh one.
  package static func seeds(quick: Int, nightly: Int) -> [UInt64] {
    (1...UInt64(count(quick: quick, nightly: nightly))) + [fresh]
  }

  /// Seeds that found something once, and last the fresh one. Quick tests take the first of them.
  package static func seeds(_ known: UInt64...) -> [UInt64] {
    (isNightly ? known : Array(known.prefix(1))) + [fresh]
  }

  /// A new seed each run, larger than any fixed one; `PATCHBAY_TEST_SEED` repeats it. A run says
  /// what it is before anything can crash, and a test that fails says which seed it had.
  package static let fresh: UInt64 = {
    let value = variable("PATCHBAY_TEST_SEED")
    let named = value.flatMap { UInt64($0) }
    if let value, named == nil { fatalError("PATCHBAY_TEST_SEED is \(value), must be a number") }
    let seed = named ?? .random(in: 1 << 32 ... .max)
    let line = "Fresh seed: PATCHBAY_TEST_SEED=\(seed)\n"
    // Unsafe: the bytes are written before the call returns.
    unsafe line.withCString { text in _ = unsafe write(STDERR_FILENO, text, strlen(text)) }
    return seed
  }()

  private static func variable(_ name: String) -> String? {
    // Unsafe: the text is copied at once.
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}
