import CZlib
import PatchbayCore

@testable import PatchbayMarketplace

/// Archives as a stranger could write them.
enum Tape {
  struct Header: CustomStringConvertible {
    let bytes: [UInt8]
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func text(_ at: Int, _ size: Int) -> String {
      String(decoding: bytes[at..<(at + size)].prefix { $0 != 0 }, as: UTF8.self)
    }

    var path: String { text(0, 100) }
    var mode: String { text(100, 8) }
    var owners: [String] { [text(108, 8), text(116, 8), text(265, 32), text(297, 32)] }
    var seconds: String { text(136, 12) }
    var description: String { "\(path) \(mode) \(owners) “\(seconds)”" }
  }

  /// One member: `size` is what the header says, whatever there is.
  static func member(
    _ path: [UInt8], _ content: [UInt8] = [], kind: Character = "0", size: Int? = nil,
    link: String = "", magic: String = "ustar\u{0}00"
  ) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ bytes: some Collection<UInt8>, at: Int) {
      for (index, byte) in bytes.enumerated() { block[at + index] = byte }
    }
    func octal(_ value: Int, _ width: Int) -> [UInt8] {
      let digits = String(value, radix: 8)
      return Array((String(repeating: "0", count: width - digits.count) + digits).utf8)
    }
    put(path.prefix(100), at: 0)
    put("0000644".utf8, at: 100)
    put("0000000".utf8, at: 108)
    put("0000000".utf8, at: 116)
    put(octal(size ?? content.count, 11), at: 124)
    put("00000000000".utf8, at: 136)
    put("        ".utf8, at: 148)
    put(String(kind).utf8, at: 156)
    put(link.utf8, at: 157)
    put(magic.utf8, at: 257)
    put(octal(block.reduce(0) { $0 + Int($1) }, 6) + [0, 0x20], at: 148)
    let padding = (512 - content.count % 512) % 512
    return block + content + [UInt8](repeating: 0, count: padding)
  }

  static func member(_ path: String, _ content: String = "") -> [UInt8] {
    member(Array(path.utf8), Array(content.utf8))
  }

  static let least = member("plugin.so", "\u{7F}ELF") + member("listing.json", "{}")
  static let end = [UInt8](repeating: 0, count: 1024)

  static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var stream = unsafe z_stream()
    unsafe deflateInit2_(
      &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      CInt(MemoryLayout<z_stream>.size))
    defer { unsafe deflateEnd(&stream) }
    var (input, output) = (bytes, [UInt8](repeating: 0, count: bytes.count + 1000))
    let (read, room) = (input.count, output.count)
    unsafe input.withUnsafeMutableBufferPointer { input in
      unsafe output.withUnsafeMutableBufferPointer { output in
        unsafe (stream.next_in, stream.avail_in) = (input.baseAddress, UInt32(read))
        unsafe (stream.next_out, stream.avail_out) = (output.baseAddress, UInt32(room))
        unsafe deflate(&stream, Z_FINISH)
      }
    }
    return unsafe Array(output.prefix(Int(stream.total_out)))
  }

  struct Broken: Error {}

  static func inflated(_ bytes: [UInt8]) throws -> [UInt8] {
    try unsafe bytes.withUnsafeBufferPointer { input in
      let stream = unsafe GzipStream(input, limit: 64 << 20)
      var all: [UInt8] = []
      while true {
        let piece = unsafe stream.next()
        if unsafe piece.isEmpty { break }
        unsafe all.append(contentsOf: piece)
      }
      guard stream.isDone, stream.flaw == nil else { throw Broken() }
      return all
    }
  }
}
