internal import CWorker
internal import Dispatch
internal import Glibc
package import PatchbayCore
internal import PatchbayMessages
internal import Synchronization

/// A jq program that maps pages to records, in a process that can do nothing else: jq itself knows
/// no limit of time or memory. Begun at its first use; one page after another.
///
/// Unsafe: frames are plain structs; what they say is checked.
@safe package final class Mapping: Sendable {
  private let program: String
  private let pageMS: Int64
  private let memoryMB: Int
  private let process = Mutex<MappingProcess?>(nil)
  private let queue = DispatchQueue(label: "patchbay.mapping")

  /// `pageMS`: what one page may take, or the compiling.
  package init(_ program: String, pageMS: Int64 = SessionLimits().stepMS, memoryMB: Int = 512) {
    self.program = program
    self.pageMS = pageMS
    self.memoryMB = memoryMB
  }

  /// Compiles the program; throws what jq says of it.
  package func begin() throws(Failure) {
    try process.withLock { (process) throws(Failure) in _ = try ready(&process) }
  }

  /// The records of a page, one a line. Waits for them.
  package func records(of page: ByteBuffer) throws(Failure) -> [UInt8] {
    try process.withLock { (process) throws(Failure) in
      let ready = try ready(&process)
      do throws(Failure) {
        return try ready.records(of: page, within: pageMS)
      } catch {
        if !ready.isAlive { process = nil }
        throw error
      }
    }
  }

  /// Runs work that waits for this program on a thread of its own.
  package func aside<R: Sendable>(
    _ work: @escaping @Sendable () throws(Failure) -> R
  ) async throws(Failure) -> R {
    let result: Result<R, Failure> = await withCheckedContinuation { continuation in
      queue.async {
        do throws(Failure) {
          continuation.resume(returning: .success(try work()))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    return try result.get()
  }

  private func ready(_ process: inout MappingProcess?) throws(Failure) -> MappingProcess {
    if let process { return process }
    if let obstacle = Isolation.obstacle { throw obstacle }
    let fresh = try MappingProcess(memoryMB: memoryMB)
    try fresh.compile(program, within: pageMS)
    process = fresh
    return fresh
  }
}

/// The programs of a run. Each has a process: those that were used last are kept.
package final class Mappings: Sendable {
  private let known = Mutex<[(program: String, mapping: Mapping)]>([])
  /// Programs that have a process while no page is mapped.
  package static let kept = 8

  package init() {}

  package func mapping(_ program: String) -> Mapping {
    // What is left out ends its process, which takes time: outside of the lock.
    let (mapping, leftOut) = known.withLock { known in
      let index = known.firstIndex { $0.program == program }
      let mapping = index.map { known.remove(at: $0).mapping } ?? Mapping(program)
      known.append((program, mapping))
      return (mapping, known.count > Self.kept ? known.removeFirst().mapping : nil)
    }
    withExtendedLifetime(leftOut) {}
    return mapping
  }
}
