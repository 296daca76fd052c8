internal import CLinux
internal import Glibc
internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMessages

/// Files of a folder that the hub's owner names: tables, lines and documents.
struct FileSource: Source {
  /// What a plugin's manifest would say.
  static let manifest: JSON = [
    "manifest": 1, "id": "files", "version": "0.0.0", "kind": "connector", "name": "Files",
    "about": "CSV, TSV, NDJSON and JSON files in folders that the hub's owner names",
    "publisher": "patchbay", "abi": "1.0", "operations": ["check", "discover", "read"],
    "settings": [
      "folder": [
        "type": "text", "required": true,
        "about": "an absolute path, in one of the folders of PATCHBAY_FOLDERS",
      ],
      "streams": [
        "type": "json", "required": true,
        "about": "what to read, by name: files, format, key and so on",
      ],
      "settle_seconds": [
        "type": "number", "default": 10,
        "about": "files that changed in so many last seconds are left for the next run (10)",
      ],
    ],
  ]

  private let folder: String
  private let plans: [FilePlan]
  private let settleMS: Int64

  init(_ settings: JSONObject, _ folders: OwnedFolders) throws(Failure) {
    folder = try folders.admit(settings["folder"]?.string ?? "", setting: "folder")
    plans = try FilePlan.all(settings["streams"] ?? .null, folder: folder)
    settleMS = Int64((settings["settle_seconds"]?.double ?? 10).clamped(0, 86_400) * 1000)
  }

  func streams() throws(Failure) -> [Manifest.Stream] {
    var streams: [Manifest.Stream] = []
    for plan in plans { streams.append(Manifest.stream(catalog: try head(plan))) }
    return streams
  }

  /// Without columns in the settings, a table's own are taken, as text.
  private func head(_ plan: FilePlan) throws(Failure) -> JSON {
    var head = plan.head
    if plan.format.isTable && !plan.hasColumns {
      let root = try FolderWalk(folder)
      var names: [String] = []
      var known: Set<String> = []
      for entry in try root.files(matching: plan.patterns).files.suffix(Self.headersRead) {
        guard let file = try root.open(entry) else { continue }
        for name in try FileReading.columns(of: file, plan) where known.insert(name).inserted {
          names.append(name)
        }
      }
      head["columns"] = .array(
        names.filter { !$0.isEmpty }.map {
          ["name": .string($0), "at": .string(FilePlan.pointer(to: $0)), "type": "text"]
        })
    }
    return .object(head)
  }

  /// Newest files whose first lines are read for the names of the columns.
  private static let headersRead = 20

  func check() throws(Failure) -> String {
    let root = try FolderWalk(folder)
    var texts: [String] = []
    for plan in plans {
      texts.append("\(plan.name): \(try root.files(matching: plan.patterns).files.count) files")
    }
    return texts.joined(separator: ", ")
  }

  func reading(of stream: String, _ task: SourceTask) throws(Failure) -> any SourceReading {
    guard let plan = plans.first(where: { $0.name == stream }) else {
      throw Failure(.config, "stream.unknown", "there is no stream “\(stream)”")
    }
    return try FolderReading(plan, folder: folder, settleMS: settleMS, task)
  }
}

extension Double {
  fileprivate func clamped(_ least: Double, _ most: Double) -> Double {
    isFinite ? min(max(self, least), most) : least
  }
}
