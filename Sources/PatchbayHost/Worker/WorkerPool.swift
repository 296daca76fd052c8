internal import PatchbayABI
internal import PatchbayCore
internal import PatchbayMessages
internal import Synchronization

/// The worker of one plugin: begun at its first use, and again after a crash. After five in a row
/// it is left alone for a minute.
final class WorkerPool: Sendable {
  private struct State {
    var process: WorkerProcess?
    var crashes = 0
    var lastCrashMS: Int64 = 0

    mutating func noteCrash(hasServed: Bool) {
      crashes = hasServed ? 1 : crashes + 1
      lastCrashMS = Time.monotonicMS()
    }
  }

  private let image: SealedImage
  private let manifest: Manifest
  private let limits: SessionLimits
  private let ceilings: WorkerLine.Ceilings
  private let state = Mutex(State())

  init(_ image: SealedImage, _ manifest: Manifest, _ grant: Grant? = nil) {
    self.image = image
    self.manifest = manifest
    var (limits, ceilings) = (SessionLimits(), WorkerLine.Ceilings())
    if let grant {
      limits.stepMS = grant.stepMS
      ceilings.memoryMB = grant.memoryMB
    }
    self.limits = limits
    self.ceilings = ceilings
  }

  /// Crashes in a row after which a plugin is left alone, and how long.
  private static let patience = 5
  private static let calmMS: Int64 = 60_000

  func process() throws(Failure) -> WorkerProcess {
    try state.withLock { (state) throws(Failure) in
      if let process = state.process {
        if process.isAlive { return process }
        state.process = nil
        state.noteCrash(hasServed: process.hasServed)
      }
      let sinceMS = Time.monotonicMS() - state.lastCrashMS
      if state.crashes >= Self.patience {
        guard sinceMS >= Self.calmMS else {
          throw Failure(
            .bug, "plugin.crashes",
            "the plugin \(manifest.id) \(manifest.version) crashed \(state.crashes) times",
            mend: "report it to \(manifest.publisher); it is tried again in a minute")
        }
        state.crashes = 0
      }
      do throws(Failure) {
        let process = try WorkerProcess(
          image.descriptor, manifest, limits: limits, ceilings: ceilings)
        state.process = process
        return process
      } catch {
        if ["plugin.crashed", "plugin.hung"].contains(error.code) {
          state.noteCrash(hasServed: false)
        }
        throw error
      }
    }
  }
}
