// swift-tools-version: 6.2
// What a plugin in Swift depends on. `SDK/assemble` puts the modules beside it.
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("ImmutableWeakCaptures"),
]

let package = Package(
  name: "PatchbaySDK",
  products: [.library(name: "PatchbaySDK", type: .static, targets: ["PatchbaySDK"])],
  targets: [
    .target(name: "CPatchbay"),
    .target(name: "PatchbayJSON", swiftSettings: settings),
    .target(
      name: "PatchbayMessages", dependencies: ["PatchbayJSON", "CPatchbay"],
      swiftSettings: settings),
    .target(
      name: "PatchbaySDK", dependencies: ["PatchbayMessages", "PatchbayJSON", "CPatchbay"],
      swiftSettings: settings),
  ]
)
