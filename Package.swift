// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .treatWarning("StrictLanguageFeatures", as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("ImmutableWeakCaptures"),
]

/// A library or executable of ours.
func target(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func executable(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
  .testTarget(name: name, dependencies: dependencies, path: path, swiftSettings: strict)
}

/// How every plugin is linked: self-contained, and with one symbol for the host.
func pluginLinker(_ runtime: String...) -> [LinkerSetting] {
  let options = [
    "--version-script=\(Context.packageDirectory)/Plugins/plugin.map", "-z", "nodelete", "-z",
    "defs", "--gc-sections", "--as-needed", "-s",
  ]
  return [.unsafeFlags(runtime + options.flatMap { ["-Xlinker", $0] })]
}

/// A plugin: its logic, which tests import, and its entry, which only the product links.
func plugin(_ name: String, in folder: String = "Plugins") -> [Target] {
  [
    .target(
      name: name, dependencies: ["PatchbaySDK"], path: "\(folder)/\(name)/Sources",
      swiftSettings: strict),
    .target(
      name: "\(name)Entry", dependencies: [.target(name: name)], path: "\(folder)/\(name)/Entry",
      swiftSettings: strict, linkerSettings: pluginLinker("-static-stdlib")),
  ]
}

/// A plugin in plain C, without Swift's runtime: all of it is its entry.
func pluginInC(_ name: String, in folder: String = "Plugins") -> [Target] {
  [
    .target(
      name: "\(name)Entry", dependencies: ["CPatchbay"], path: "\(folder)/\(name)/Entry",
      publicHeadersPath: ".", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])],
      linkerSettings: pluginLinker("-static-stdlib", "-nostartfiles"))
  ]
}

/// What `Plugins/build` makes a plugin's file of.
func pluginProduct(_ name: String) -> Product {
  .library(name: "\(name)Plugin", type: .dynamic, targets: ["\(name)Entry"])
}

/// The fuzzer is built by `Tests/Fuzz/build` alone, with sanitizers and apart from everything else.
let fuzzer: [Target] =
  Context.environment["PATCHBAY_FUZZ"] == nil
  ? []
  : [
    .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzz/CLibFuzzer"),
    .executableTarget(
      name: "patchbay-fuzz",
      dependencies: [
        "PatchbayLedger", "PatchbayMarketplace", "PatchbayTUF", "PatchbaySync",
        "PatchbaySDKTesting", "PatchbayHost", "PatchbayEgress", "PatchbayABI", "PatchbaySDK",
        "PatchbayMessages",
        "PatchbayYAML", "PatchbayXML", "PatchbayCore", "PatchbayCrypto", "PatchbayJSON",
        "PatchbaySources", "PatchbayTerminal", "Seeded",
        "CLibFuzzer", "CPatchbay", "CSimdJSON", "CWorker",
      ], path: "Tests/Fuzz/Sources", swiftSettings: strict),
  ]

/// Plugins are built without sanitizers, also for a host with them: their linker takes no symbol
/// that is not theirs. `Tests/Sanitizers/run` leaves them out of its build.
func isBuilt(_ product: Product) -> Bool {
  Context.environment["PATCHBAY_SANITIZED"] == nil || !product.name.hasSuffix("Plugin")
}

let package = Package(
  name: "Patchbay",
  products: ([
    .executable(name: "patchbay", targets: ["patchbay"]),
    .executable(name: "patchbay-worker", targets: ["patchbay-worker"]),
    .executable(name: "patchbay-sandbox", targets: ["patchbay-sandbox"]),
    .executable(name: "patchbay-bench", targets: ["patchbay-bench"]),
    .executable(name: "patchbay-tuf", targets: ["patchbay-tuf"]),
    pluginProduct("HubSpot"),
    pluginProduct("REST"),
    pluginProduct("Bookshop"),
    pluginProduct("EchoModel"),
    pluginProduct("TokenIdentity"),
    pluginProduct("TableReader"),
    pluginProduct("WebhookVerifier"),
  ] as [Product]).filter(isBuilt),
  targets: [
    .target(
      name: "CSimdJSON", cxxSettings: [.define("NDEBUG")],
      linkerSettings: [.linkedLibrary("simdjson"), .linkedLibrary("stdc++")]),
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CLibXML", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    .target(name: "CXML", dependencies: ["CLibXML"]),
    .systemLibrary(
      name: "CMicroHTTPD", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
    .systemLibrary(name: "CPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CLinux"),
    .target(
      name: "CJQ", dependencies: ["CSimdJSON"],
      linkerSettings: [.linkedLibrary("jq"), .linkedLibrary("stdc++")]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
    .target(
      name: "CBenchLimit", dependencies: ["CCurl", "CSQLite"], cxxSettings: [.define("NDEBUG")],
      linkerSettings: [.linkedLibrary("simdjson"), .linkedLibrary("stdc++")]),
    .target(name: "CPatchbay"),
    target("PatchbayJSON", []),
    target("PatchbayMessages", ["PatchbayJSON", "CPatchbay"]),
    target("PatchbaySDK", ["PatchbayMessages", "PatchbayJSON", "CPatchbay"]),
    .target(name: "CWorker", linkerSettings: [.linkedLibrary("seccomp")]),
    target("PatchbayCrypto", ["COpenSSL"]),
    target("PatchbayCore", ["PatchbayCrypto", "PatchbayJSON", "CSimdJSON"]),
    target(
      "PatchbayABI",
      [
        "PatchbayMessages", "PatchbayCore", "PatchbayCrypto", "PatchbayJSON", "CPatchbay",
        "CWorker", "CSimdJSON",
      ]),
    executable(
      "patchbay-worker",
      [
        "PatchbayABI", "PatchbayMessages", "PatchbayCore", "PatchbayJSON", "CPatchbay", "CWorker",
        "CJQ",
      ]),
    target(
      "PatchbayStore",
      ["PatchbayCore", "PatchbayCrypto", "PatchbayJSON", "CSQLite", "CSimdJSON", "CLinux"]),
    target(
      "PatchbayEgress",
      [
        "PatchbayStore", "PatchbayCore", "PatchbayCrypto", "PatchbayMessages", "PatchbayJSON",
        "CCurl",
      ]),
    target(
      "PatchbayHost",
      [
        "PatchbayABI", "PatchbayEgress", "PatchbayStore", "PatchbayXML", "PatchbayCore",
        "PatchbayCrypto", "PatchbayMessages", "PatchbayJSON", "CPatchbay", "CWorker", "CLinux",
        "CSimdJSON",
      ]),
    target(
      "PatchbaySources",
      [
        "PatchbayHost", "PatchbayStore", "PatchbayCore", "PatchbayCrypto", "PatchbayMessages",
        "PatchbayJSON", "CLinux", "CPQ",
      ]),
    target(
      "PatchbaySync",
      [
        "PatchbaySources", "PatchbayHost", "PatchbayEgress", "PatchbayStore", "PatchbayCore",
        "PatchbayCrypto", "PatchbayMessages", "PatchbayJSON",
      ]),
    target(
      "PatchbayMarketplace",
      [
        "PatchbayTUF", "PatchbayHost", "PatchbayEgress", "PatchbayStore", "PatchbayCore",
        "PatchbayCrypto", "PatchbayJSON", "CArchive", "CLinux", "CZlib",
      ]),
    target(
      "PatchbayLedger",
      ["PatchbayStore", "PatchbayCore", "PatchbayCrypto", "PatchbayJSON"]),
    target(
      "PatchbaySDKTesting",
      [
        "PatchbaySDK", "PatchbayABI", "PatchbayHost", "PatchbayCore", "PatchbayCrypto",
        "PatchbayMessages", "PatchbayJSON", "CPatchbay", "CLinux",
      ]),
    target("PatchbayTerminal", ["PatchbayCore"]),
    target("PatchbayTUF", ["PatchbayCore", "PatchbayCrypto", "PatchbayJSON"]),
    target("PatchbayYAML", ["PatchbayCore", "PatchbayJSON", "CYAML"]),
    target("PatchbayXML", ["PatchbayCore", "CXML"]),
    executable(
      "patchbay",
      [
        "PatchbayLedger", "PatchbayMarketplace", "PatchbaySync", "PatchbaySources", "PatchbayHost",
        "PatchbayEgress", "PatchbayStore", "PatchbayTerminal", "PatchbaySDKTesting", "PatchbayYAML",
        "PatchbayCore", "PatchbayCrypto", "PatchbayJSON",
      ]),
    executable(
      "patchbay-tuf",
      ["PatchbayTUF", "PatchbayEgress", "PatchbayTerminal", "PatchbayCore"]),
    executable("patchbay-sandbox", ["PatchbayCore", "PatchbayJSON", "CMicroHTTPD", "CZlib"]),
    executable(
      "patchbay-bench",
      [
        "PatchbayLedger", "PatchbayMarketplace", "PatchbayHost", "PatchbayTerminal",
        "PatchbayMessages", "PatchbayCore", "PatchbayJSON", "CMicroHTTPD", "CSQLite", "CSimdJSON",
        "CBenchLimit",
      ]),
    tests(
      "ABITests",
      [
        "PatchbaySDKTesting", "PatchbayHost", "PatchbayMessages", "PatchbayCore", "PatchbayCrypto",
        "PatchbayJSON", "CPatchbay",
      ]),
    tests("PatchbayCoreTests", ["PatchbayCore", "PatchbayJSON", "CSimdJSON", "Seeded"]),
    tests("PatchbayCryptoTests", ["PatchbayCrypto", "Seeded"]),
    tests(
      "PatchbayEgressTests",
      [
        "PatchbayEgress", "PatchbayStore", "PatchbayCore", "PatchbayCrypto", "PatchbayMessages",
        "PatchbayJSON", "CZlib", "CMicroHTTPD", "Loopback", "Seeded",
      ]),
    tests(
      "PatchbayStoreTests",
      [
        "PatchbayStore", "PatchbayCore", "PatchbayCrypto", "PatchbayJSON", "CSQLite", "Databases",
        "Seeded", "SourceText", "StoreCompat",
      ]),
    tests(
      "PatchbaySyncTests",
      [
        "PatchbaySync", "PatchbaySources", "PatchbayHost", "PatchbayEgress", "PatchbayStore",
        "PatchbayCore", "PatchbayCrypto", "PatchbayMessages", "PatchbayJSON", "Databases",
        "Loopback", "Built",
        "Seeded",
      ]),
    tests(
      "PatchbayMarketplaceTests",
      [
        "PatchbayMarketplace", "PatchbayTUF", "PatchbayHost", "PatchbayMessages", "PatchbayCore",
        "PatchbayCrypto", "PatchbayJSON", "CZlib", "Built", "Loopback", "Seeded",
      ]),
    tests("PatchbayTerminalTests", ["PatchbayTerminal", "PatchbayCore", "Seeded"]),
    tests("PatchbayXMLTests", ["PatchbayXML", "PatchbayCore", "PatchbayJSON", "Seeded"]),
    tests(
      "PatchbayLedgerTests",
      [
        "PatchbayLedger", "PatchbayStore", "PatchbayCore", "PatchbayCrypto", "PatchbayJSON",
        "CSQLite", "Databases", "Seeded", "SourceText",
      ]),
    tests(
      "PatchbayTUFTests",
      ["PatchbayTUF", "PatchbayCore", "PatchbayCrypto", "PatchbayJSON", "Seeded"]),
    .target(
      name: "Databases", dependencies: ["PatchbayStore", "PatchbayCore"], path: "Tests/Databases",
      swiftSettings: strict),
    .target(name: "Loopback", path: "Tests/Loopback", swiftSettings: strict),
    .target(
      name: "Built", dependencies: ["PatchbayHost", "PatchbayCore", "PatchbayJSON"],
      path: "Tests/Built", swiftSettings: strict),
    .target(name: "Seeded", path: "Tests/Seeded", swiftSettings: strict),
    .target(name: "SourceText", path: "Tests/SourceText", swiftSettings: strict),
    .target(
      name: "StoreCompat",
      dependencies: ["PatchbayStore", "PatchbayCore", "PatchbayJSON", "Seeded"],
      path: "Tests/StoreCompat", swiftSettings: strict),
    tests(
      "IntegrationTests",
      [
        "PatchbayTUF", "PatchbayCore", "PatchbayCrypto", "PatchbayJSON", "CSQLite", "Loopback",
        "Seeded",
      ]),
    tests("HouseTests", ["SourceText"]),
    tests("SandboxTests", ["patchbay-sandbox", "PatchbayCore", "PatchbayJSON", "CZlib"]),
    tests(
      "HostTests",
      [
        "PatchbayHost", "PatchbayMessages", "PatchbayCore", "PatchbayCrypto", "PatchbayJSON",
        "PatchbayStore", "Built", "Seeded", "CWorker",
      ]),
    tests(
      "PatchbaySDKTests",
      [
        "Seeded", "Built", "PatchbaySDKTesting", "PatchbaySDK", "PatchbayHost", "PatchbayCore",
        "PatchbayMessages", "PatchbayJSON", "CPatchbay", "CLinux",
      ]),
    tests(
      "HubSpotTests",
      [
        "HubSpot", "Seeded", "PatchbaySDKTesting", "PatchbaySDK", "PatchbayCore",
        "PatchbayMessages",
        "PatchbayJSON",
      ], path: "Plugins/HubSpot/Tests"),
    tests(
      "RESTTests",
      [
        "REST", "Seeded", "PatchbaySDKTesting", "PatchbaySDK", "PatchbayHost", "PatchbayCore",
        "PatchbayMessages", "PatchbayJSON",
      ], path: "Plugins/REST/Tests"),
  ] + plugin("HubSpot") + plugin("REST") + plugin("Bookshop", in: "Tests/Plugins")
    + plugin("EchoModel", in: "Tests/Plugins") + plugin("TokenIdentity", in: "Tests/Plugins")
    + pluginInC("WebhookVerifier", in: "Tests/Plugins")
    + pluginInC("TableReader", in: "Tests/Plugins") + fuzzer,
  cxxLanguageStandard: .cxx17
)
