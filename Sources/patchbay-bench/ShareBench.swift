internal import PatchbayLedger
internal import PatchbayCore

enum ShareBench {
  static func run(_ setup: Setup) throws -> [Finding] { [] }
}
