import Foundation
import SourceText
import Testing

/// Who may know whom. The package's dependencies let a module import what its own imports bring;
/// this does not.
@Suite("Layers") struct LayerTests {
  /// The modules of the project that each may import, beside the C libraries.
  private static let layers: [String: Set<String>] = [
    "PatchbayJSON": [],
    "PatchbayMessages": ["PatchbayJSON"],
    "PatchbayCrypto": [],
    "PatchbayCore": ["PatchbayJSON", "PatchbayCrypto"],
    "PatchbayABI": ["PatchbayJSON", "PatchbayMessages", "PatchbayCrypto", "PatchbayCore"],
    "patchbay-worker": ["PatchbayJSON", "PatchbayMessages", "PatchbayCore", "PatchbayABI"],
    "PatchbaySDK": ["PatchbayJSON", "PatchbayMessages"],
    "PatchbaySDKTesting": [
      "PatchbayJSON", "PatchbayMessages", "PatchbayCrypto", "PatchbayCore", "PatchbayABI",
      "PatchbayHost", "PatchbaySDK",
    ],
    "PatchbayStore": ["PatchbayJSON", "PatchbayCrypto", "PatchbayCore"],
    "PatchbayEgress": [
      "PatchbayJSON", "PatchbayMessages", "PatchbayCrypto", "PatchbayCore", "PatchbayStore",
    ],
    "PatchbayHost": [
      "PatchbayJSON", "PatchbayMessages", "PatchbayCrypto", "PatchbayCore", "PatchbayABI",
      "PatchbayStore", "PatchbayEgress", "PatchbayXML",
    ],
    "PatchbaySources": [
      "PatchbayJSON", "PatchbayMessages", "PatchbayCrypto", "PatchbayCore", "PatchbayStore",
      "PatchbayHost",
    ],
    "PatchbaySync": [
      "PatchbayJSON", "PatchbayMessages", "PatchbayCrypto", "PatchbayCore", "PatchbayStore",
      "PatchbayEgress", "PatchbayHost", "PatchbaySources",
    ],
    "PatchbayMarketplace": [
      "PatchbayJSON", "PatchbayCrypto", "PatchbayCore", "PatchbayStore", "PatchbayEgress",
      "PatchbayHost", "PatchbayTUF",
    ],
    "PatchbayLedger": ["PatchbayJSON", "PatchbayCrypto", "PatchbayCore", "PatchbayStore"],
    "PatchbayTerminal": ["PatchbayCore"],
    "PatchbayYAML": ["PatchbayJSON", "PatchbayCore"],
    "PatchbayXML": ["PatchbayCore"],
    "PatchbayTUF": ["PatchbayJSON", "PatchbayCrypto", "PatchbayCore"],
    "patchbay-tuf": ["PatchbayCore", "PatchbayEgress", "PatchbayTUF", "PatchbayTerminal"],
    "patchbay": [
      "PatchbayJSON", "PatchbayCrypto", "PatchbayCore", "PatchbayStore", "PatchbayEgress",
      "PatchbayHost", "PatchbaySync", "PatchbaySources", "PatchbayTerminal", "PatchbaySDKTesting",
      "PatchbayYAML", "PatchbayMarketplace", "PatchbayLedger",
    ],
    "patchbay-sandbox": ["PatchbayJSON", "PatchbayCore"],
    "patchbay-bench": [
      "PatchbayJSON", "PatchbayMessages", "PatchbayCore", "PatchbayHost", "PatchbayTerminal",
      "PatchbayLedger", "PatchbayMarketplace",
    ],
  ]

  /// The C modules that each may import.
  private static let libraries: [String: Set<String>] = [
    "PatchbayJSON": [], "PatchbayMessages": ["CPatchbay"],
    "PatchbayCrypto": ["COpenSSL"], "PatchbayCore": ["CSimdJSON"],
    "PatchbayABI": ["CPatchbay", "CWorker", "CSimdJSON"],
    "patchbay-worker": ["CPatchbay", "CWorker", "CJQ"],
    "PatchbaySDK": ["CPatchbay"], "PatchbaySDKTesting": ["CPatchbay", "CLinux"],
    "PatchbayStore": ["CSQLite", "CSimdJSON", "CLinux"], "PatchbayEgress": ["CCurl"],
    "PatchbayHost": ["CPatchbay", "CWorker", "CLinux", "CSimdJSON"], "PatchbaySync": [],
    "PatchbaySources": ["CLinux", "CPQ"],
    "PatchbayTUF": [], "patchbay-tuf": [], "PatchbayLedger": [],
    "PatchbayMarketplace": ["CArchive", "CLinux", "CZlib"], "PatchbayTerminal": [],
    "PatchbayYAML": ["CYAML"], "PatchbayXML": ["CXML"], "patchbay": [],
    "patchbay-sandbox": ["CMicroHTTPD", "CZlib"],
    "patchbay-bench": ["CMicroHTTPD", "CSQLite", "CSimdJSON", "CBenchLimit"],
  ]

  private static let system: Set<String> = ["Glibc", "Synchronization", "Dispatch"]

  private func imports(_ file: Tree.File) -> [String] {
    file.lines.compactMap { line in
      let words = line.split(separator: " ")
      guard let at = words.firstIndex(of: "import"), at < 3, words.count > at + 1,
        !line.hasPrefix("//")
      else { return nil }
      return String(words[at + 1])
    }
  }

  @Test func everyModuleOfTheSourcesHasItsPlace() {
    let modules = Set(
      Tree.swift.filter { $0.isUnder("Sources") }.map { String($0.path.split(separator: "/")[1]) })
    #expect(
      modules.subtracting(Self.layers.keys).sorted() == ["Patchbay.docc"].filter(modules.contains))
    #expect(Set(Self.layers.keys) == Set(Self.libraries.keys))
  }

  @Test func sourcesImportOnlyWhatIsBelowThem() {
    for file in Tree.swift where file.isUnder("Sources") {
      let module = String(file.path.split(separator: "/")[1])
      let allowed = (Self.layers[module] ?? []).union(Self.libraries[module] ?? [])
        .union(Self.system)
      #expect(imports(file).filter { !allowed.contains($0) } == [], "\(file)")
    }
  }

  /// Everybody else asks a protocol of PatchbayStore, behind which there may be any engine.
  @Test func noSQLStandsOutsideOfStoreAndLedger() {
    // The bench compares with raw SQLite; tables of other people's databases are read by their SQL.
    let exceptions = ["Sources/patchbay-bench", "Sources/PatchbaySources/SQL"]
    let owners = ["Sources/PatchbayStore", "Sources/PatchbayLedger"]
    for file in Tree.swift
    where file.isUnder("Sources") && !(exceptions + owners).contains(where: file.isUnder) {
      #expect(!imports(file).contains("CSQLite"), "\(file)")
      guard Self.sqlWords.contains(where: file.text.contains) else { continue }
      for text in Literals(file.text).texts {
        #expect(Self.sqlStatement(in: text) == nil, "\(file): \(text)")
      }
    }
  }

  private static let sqlWords = ["INTO", "FROM", "CREATE", "PRAGMA", "ALTER", "UPDATE"]

  private static func sqlStatement(in text: String) -> String? {
    // Help shows what somebody may type, on a line of its own.
    let lines = text.split(separator: "\n").filter {
      !$0.singleSpaced.hasPrefix("patchbay query \"SELECT ")
    }
    let words = lines.joined(separator: " ").singleSpaced
    let statements = [
      "\\bINSERT INTO\\b", "\\bDELETE FROM\\b", "\\bCREATE (TABLE|VIEW|INDEX)\\b", "\\bPRAGMA\\b",
      "\\bALTER TABLE\\b", "\\bUPDATE .* SET\\b", "\\bSELECT .* FROM\\b",
    ]
    return statements.first { words.range(of: $0, options: .regularExpression) != nil }
  }

  @Test func pluginsImportTheSDKAlone() {
    for folder in ["Plugins", "Tests/Plugins"] {
      for file in Tree.swift where file.isUnder(folder) && !file.path.contains("/Tests/") {
        let parts = file.path.split(separator: "/")
        let own = String(parts[folder == "Plugins" ? 1 : 2])
        for name in imports(file) {
          #expect(["PatchbaySDK", own].contains(name), "\(file) imports \(name)")
        }
      }
    }
  }

  @Test func everyPluginFolderIsLikeTheOthers() {
    let names = Tree.folders(in: "Plugins")
    #expect(!names.isEmpty)
    for name in names {
      for part in ["plugin.json", "README.md", "Sources", "Entry/Entry.swift", "Tests"] {
        #expect(Tree.exists("Plugins/\(name)/\(part)"), "Plugins/\(name) lacks \(part)")
      }
    }
  }

  /// What `patchbay plugin new` makes is like those, too.
  @Test func everyTemplateIsLikeThePluginFolders() {
    // Some files are the same in all, or in all of a language.
    let names = Tree.folders(in: "SDK/templates").filter { $0.contains("-") }
    #expect(names.count == 6)
    for path in ["all/Makefile", "all/.gitignore", "swift/Package.swift"] {
      #expect(Tree.exists("SDK/templates/\(path)"))
    }
    for name in names {
      for part in ["README.md", "Sources", "Entry", "Tests", "Fixtures"] {
        #expect(Tree.exists("SDK/templates/\(name)/\(part)"), "\(name) lacks \(part)")
      }
      let manifest = Tree.file("SDK/templates/\(name)/plugin.json").text
      #expect(manifest.contains("\"abi\": \"PLUGIN_ABI\""), "\(name) has an ABI of its own")
      #expect(manifest.contains("\"kind\": \"\(name.split(separator: "-")[0])\""), "\(name)")
      for file in Tree.swift where file.isUnder("SDK/templates/\(name)") {
        let known = ["PatchbaySDK", "PluginName", "Testing", "PackageDescription"]
        #expect(imports(file).filter { !known.contains($0) } == [], "\(file)")
      }
    }
  }

  /// The host knows plugins by their manifests.
  @Test func noVendorIsNamedInTheSources() {
    let vendors = [
      "hubspot", "salesforce", "pipedrive", "zoho", "dynamics", "notion", "confluence", "shopify",
      "woocommerce", "stripe", "magento", "openai", "anthropic", "mistral", "ethereum", "solana",
      "okta", "google", "azure",
    ]
    for file in Tree.files where file.isUnder("Sources") {
      if file.isUnder("Sources/patchbay-sandbox") || file.isUnder("Sources/Patchbay.docc") {
        continue
      }
      let text = file.text.lowercased()
      let named = vendors.filter { text.contains($0) }
      #expect(named == [], "\(file)")
    }
  }
}
