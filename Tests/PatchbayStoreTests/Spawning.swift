import Foundation
// Unsafe: the calls that spawn take pointers to what lives until they return.
import Glibc
import Synchronization

/// Spawns `true` and waits for its end. `gates` are FIFOs: the new process opens one after another
/// before it executes its program, and waits at each until somebody writes to it.
private func spawnTrue(gates: [String] = []) -> Bool {
  var actions = unsafe posix_spawn_file_actions_t()
  guard unsafe posix_spawn_file_actions_init(&actions) == 0 else { return false }
  defer { unsafe posix_spawn_file_actions_destroy(&actions) }
  for gate in gates {
    unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, gate, O_RDONLY, 0)
  }
  var (id, status) = (pid_t(0), Int32(0))
  let name = unsafe strdup("true")
  defer { unsafe free(name) }
  var arguments = unsafe [name, nil]
  guard unsafe posix_spawn(&id, "/bin/true", &actions, nil, &arguments, environ) == 0 else {
    return false
  }
  while unsafe waitpid(id, &status, 0) < 0 && errno == EINTR {}
  return status == 0
}

/// A process between its beginning and the execution of its program: it has all open files of ours.
final class HeldSpawn: Sendable {
  private let gates: [String]
  private let isEnded = DispatchSemaphore(value: 0)

  struct NotSpawned: Error {}

  /// Returns when the process is there.
  init(in folder: String) throws {
    let name = "\(folder)/\(UUID().uuidString)"
    gates = [name + ".begun", name + ".goes-on"]
    // Unsafe: the paths are read during the calls only.
    for gate in gates { guard unsafe mkfifo(gate, 0o600) == 0 else { throw NotSpawned() } }
    let hasFailed = Mutex(false)
    Thread { [gates, isEnded] in
      if !spawnTrue(gates: gates) {
        hasFailed.withLock { $0 = true }
        // Nobody else will open what the test waits for.
        for gate in gates { _ = unsafe open(gate, O_RDWR | O_NONBLOCK | O_CLOEXEC) }
      }
      isEnded.signal()
    }.start()
    close(unsafe open(gates[0], O_WRONLY | O_CLOEXEC))
    if hasFailed.withLock({ $0 }) { throw NotSpawned() }
  }

  /// Lets it execute its program, and waits for its end.
  func end() {
    close(unsafe open(gates[1], O_WRONLY | O_CLOEXEC))
    isEnded.wait()
  }
}

/// Spawns one process after the other on a thread of its own.
final class Spawner: Sendable {
  private let state = Mutex((isOver: false, count: 0))
  private let isEnded = DispatchSemaphore(value: 0)

  init() {
    Thread { [self] in
      repeat {
        guard spawnTrue() else { break }
        state.withLock { $0.count += 1 }
      } while !state.withLock({ $0.isOver })
      isEnded.signal()
    }.start()
  }

  /// How many were spawned.
  func end() -> Int {
    state.withLock { $0.isOver = true }
    isEnded.wait()
    return state.withLock { $0.count }
  }
}
