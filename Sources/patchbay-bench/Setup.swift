// Unsafe: C texts are copied within the call that lends them.
internal import Glibc
internal import PatchbayCore

/// Where the programs are, and a folder to work in.
struct Setup {
  let bin: String
  let folder: String
  let records: Int

  /// Pages, as sources give them.
  static let pageSize = 200

  init(records: String?) throws(Failure) {
    guard let records = Int(records ?? "200000"), records >= Self.pageSize else {
      throw Failure(.config, "bench.records", "--records takes a number from 200 on")
    }
    self.records = records
    bin = ThisProgram.folder
    var template = Array("/tmp/patchbay-bench.XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else {
      throw Failure(.config, "bench.folder", "cannot make a folder in /tmp")
    }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  var patchbay: String { "\(bin)/patchbay" }

  /// The small connector that the project's tests use.
  var connector: String { "\(bin)/test-plugins/bookshop.so" }

  func remove() { _ = try? Child.run(["/bin/rm", "-rf", folder]) }

  func makeFolder(_ name: String) throws(Failure) -> String {
    let path = "\(folder)/\(name)"
    guard unsafe mkdir(path, 0o700) == 0 else {
      throw Failure(.config, "bench.folder", "cannot make \(path)")
    }
    return path
  }
}
