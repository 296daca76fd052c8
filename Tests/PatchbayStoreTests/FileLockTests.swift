import Foundation
import Glibc
import PatchbayCore
import Seeded
import Testing

@testable import PatchbayStore

@Suite struct FileLockTests {
  /// Another process that holds the lock until it is told to end.
  private struct Holder {
    let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    /// Returns when the lock is held.
    init(_ path: String) throws {
      process.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
      // One process, without a fork that would hold the lock as well.
      process.arguments = ["--no-fork", path, "/bin/sh", "-c", "echo held; read line"]
      process.standardInput = input
      process.standardOutput = output
      try process.run()
      let line = output.fileHandleForReading.readData(ofLength: 5)
      try #require(line == Data("held\n".utf8))
    }

    func end() {
      input.fileHandleForWriting.write(Data("over\n".utf8))
      process.waitUntilExit()
    }

    func kill() {
      Glibc.kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
  }

  /// Whether another process gets the lock now.
  private func isFree(_ path: String) throws -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
    process.arguments = ["--nonblock", path, "/bin/true"]
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  @Test func `One holder at a time, in one process too`() throws {
    let folder = try DataFolder()
    let path = folder.path + "/lock"
    do {
      let held = try FileLock.tryTake(path)
      #expect(held != nil)
      #expect(try FileLock.tryTake(path) == nil)
      #expect(try !isFree(path))
      withExtendedLifetime(held) {}
    }
    #expect(try isFree(path))
    #expect(try FileLock.tryTake(path) != nil)
  }

  @Test func `What another process holds is not to be had until it ends`() throws {
    let folder = try DataFolder()
    let path = folder.path + "/crm.contacts.lock"
    let holder = try Holder(path)
    #expect(try FileLock.tryTake(path) == nil)
    #expect(try FileLock.tryTake(folder.path + "/crm.companies.lock") != nil)
    holder.end()
    #expect(try FileLock.tryTake(path) != nil)
  }

  @Test func `A process that is killed leaves no lock behind`() throws {
    let folder = try DataFolder()
    let holder = try Holder(folder.path + "/lock")
    #expect(try FileLock.tryTake(folder.path + "/lock") == nil)
    holder.kill()
    #expect(try FileLock.tryTake(folder.path + "/lock") != nil)
  }

  @Test func `Who waits for a lock gets it when it is free`() async throws {
    let folder = try DataFolder()
    let path = folder.path + "/lock"
    let holder = try Holder(path)
    let waiting = Task { try await FileLock.take(path) }
    holder.end()
    let lock = try await waiting.value
    #expect(try !isFree(path))
    withExtendedLifetime(lock) {}
  }

  @Test func `Many who wait get it one after the other`() async throws {
    let folder = try DataFolder()
    let path = folder.path + "/lock"
    let counter = folder.path + "/counter"
    try Data("0".utf8).write(to: URL(fileURLWithPath: counter))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 {
        group.addTask {
          let lock = try await FileLock.take(path)
          let text = try String(contentsOfFile: counter, encoding: .utf8)
          await Task.yield()
          try Data("\((Int(text) ?? -100) + 1)".utf8).write(to: URL(fileURLWithPath: counter))
          withExtendedLifetime(lock) {}
        }
      }
      try await group.waitForAll()
    }
    #expect(try String(contentsOfFile: counter, encoding: .utf8) == "20")
  }

  @Test func `Who waited for a lock whose file went away holds the new one`() async throws {
    let folder = try DataFolder()
    let path = folder.path + "/lock"
    for _ in 0..<50 {
      var first = try FileLock.tryTake(path)
      #expect(first != nil)
      let waiting = (0..<4).map { _ in
        Task {
          let lock = try await FileLock.take(path)
          // Nobody else has it under this name.
          #expect(try FileLock.tryTake(path) == nil)
          lock.removeFile()
        }
      }
      await Task.yield()
      first?.removeFile()
      first = nil
      for task in waiting { try await task.value }
    }
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  /// It shares the open file of the lock until it executes its program.
  @Test func `A lock that was given up is free, also while a process is being spawned`() throws {
    let folder = try DataFolder()
    let path = folder.path + "/lock"
    for round in 0..<100 {
      var held = try FileLock.tryTake(path)
      let spawn = try HeldSpawn(in: folder.path)
      #expect(held != nil && FileLock.isHeld(path), "round \(round)")
      held = nil
      #expect(!FileLock.isHeld(path), "round \(round)")
      #expect(try FileLock.tryTake(path) != nil, "round \(round)")
      spawn.end()
    }
  }

  @Test func `A lock is free each time it was given up, while processes are spawned`() throws {
    let folder = try DataFolder()
    let spawners = (0..<2).map { _ in Spawner() }
    for round in 0..<Scale.count(quick: 20_000, nightly: 200_000) {
      // It is given up at the end of the statement.
      let isTaken = try FileLock.tryTake(folder.path + "/lock") != nil
      try #require(isTaken && !FileLock.isHeld(folder.path + "/lock"), "round \(round)")
    }
    let spawned = spawners.map { $0.end() }
    #expect(spawned.allSatisfy { $0 > 0 }, "\(spawned)")
  }

  @Test func `Asking for a lock makes no file, and takes it from nobody`() throws {
    let folder = try DataFolder()
    let path = folder.path + "/lock"
    #expect(!FileLock.isHeld(path))
    #expect(!FileManager.default.fileExists(atPath: path))
    let holder = try Holder(path)
    #expect(FileLock.isHeld(path) && FileLock.isHeld(path))
    holder.kill()
    #expect(!FileLock.isHeld(path))
    FileLock.removeLeftover(path)
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func `A lock that cannot be made says so`() async throws {
    let folder = try DataFolder()
    let failure = #expect(throws: Failure.self) {
      try FileLock.tryTake(folder.path + "/no/folder")
    }
    #expect(failure?.code == "store.lock" && failure?.mend.isEmpty == false)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/link", withDestinationPath: folder.path + "/target")
    await #expect(throws: Failure.self) { try await FileLock.take(folder.path + "/link") }
  }
}
