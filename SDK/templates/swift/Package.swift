// swift-tools-version: 6.2
import PackageDescription

/// Where the hub's SDK is. The Makefile says it too.
let sdk = Context.environment["PATCHBAY_SDK"] ?? "PATCHBAY_SDK_FOLDER"

/// Self-contained, never unloaded, and with one symbol for the hub.
let linker = [
  "--version-script=\(sdk)/plugin.map", "-z", "nodelete", "-z", "defs", "--gc-sections",
  "--as-needed", "-s",
].flatMap { ["-Xlinker", $0] }

let package = Package(
  name: "PluginName",
  products: [.library(name: "Plugin", type: .dynamic, targets: ["PluginNameEntry"])],
  dependencies: [.package(path: "\(sdk)/swift/PatchbaySDK")],
  targets: [
    // The logic, which tests import.
    .target(
      name: "PluginName", dependencies: [.product(name: "PatchbaySDK", package: "PatchbaySDK")],
      path: "Sources"),
    // The one symbol that the hub calls, which only the product links.
    .target(
      name: "PluginNameEntry", dependencies: ["PluginName"], path: "Entry",
      linkerSettings: [.unsafeFlags(["-static-stdlib"] + linker)]),
    .testTarget(name: "PluginNameTests", dependencies: ["PluginName"], path: "Tests"),
  ],
  swiftLanguageModes: [.v6]
)
