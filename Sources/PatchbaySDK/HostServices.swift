internal import Synchronization

/// The host's pure helpers, as a plugin sees them: `JSON(reading:)`, ``RFC3339``, ``Base64URL``.
///
/// Unsafe: the host's tables live as long as the process.
@safe public enum HostServices {
  @safe private struct Tables: @unchecked Sendable {
    // @unchecked: pointers to constant tables of functions that any thread may call.
    var json: UnsafePointer<patchbay_json_1>?
    var time: UnsafePointer<patchbay_time_1>?
    var codec: UnsafePointer<patchbay_codec_1>?
  }

  private static let tables = Mutex(Tables())

  /// Finds the helpers of a host. Done by every session's opening; only tests call it themselves.
  public static func connect(_ host: UnsafePointer<patchbay_host>) {
    let find = unsafe host.pointee.get_extension
    let json = unsafe find("patchbay.json/1")?.assumingMemoryBound(to: patchbay_json_1.self)
    let time = unsafe find("patchbay.time/1")?.assumingMemoryBound(to: patchbay_time_1.self)
    let codec = unsafe find("patchbay.codec/1")?.assumingMemoryBound(to: patchbay_codec_1.self)
    let found = unsafe Tables(json: json, time: time, codec: codec)
    tables.withLock { $0 = found }
  }

  fileprivate static var json: UnsafePointer<patchbay_json_1>? {
    unsafe tables.withLock { $0 }.json
  }

  fileprivate static var time: UnsafePointer<patchbay_time_1>? {
    unsafe tables.withLock { $0 }.time
  }

  fileprivate static var codec: UnsafePointer<patchbay_codec_1>? {
    unsafe tables.withLock { $0 }.codec
  }
}

private struct Reading { var builder = JSONBuilder() }

private let receiveEvent:
  @convention(c) (UnsafeMutableRawPointer?, UInt32, UnsafePointer<CChar>?, UInt64) -> Void = {
    context, event, text, size in
    guard let event = JSONBuilder.Event(rawValue: event),
      let reading = unsafe context?.assumingMemoryBound(to: Reading.self)
    else { return }
    unsafe reading.pointee.builder.receive(
      event,
      unsafe String(
        decoding: UnsafeRawBufferPointer(start: text, count: Int(size)), as: UTF8.self))
  }

extension JSON {
  /// Reads a JSON document with the host's reader; `nil` if it is not one.
  public init?(reading bytes: [UInt8]) {
    guard let json = unsafe HostServices.json else { return nil }
    var reading = Reading()
    let code = unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe withUnsafeMutablePointer(to: &reading) { reading in
        unsafe json.pointee.read(buffer.baseAddress, UInt64(buffer.count), reading, receiveEvent)
      }
    }
    guard code == 0, let value = reading.builder.finish() else { return nil }
    self = value
  }
}

/// Date-times as vendors write them, with the host's reader.
public enum RFC3339 {
  /// Milliseconds since 1970, or `nil`.
  public static func milliseconds(_ text: String) -> Int64? {
    guard let time = unsafe HostServices.time else { return nil }
    let result = unsafe Array(text.utf8).withUnsafeBytes { bytes in
      unsafe time.pointee.parse(
        bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt64(bytes.count))
    }
    return result == Int64.min ? nil : result
  }

  /// `2026-01-31T09:30:00.000Z`.
  public static func text(_ milliseconds: Int64) -> String {
    guard let time = unsafe HostServices.time else { return "" }
    var out = [CChar](repeating: 0, count: 24)
    let count = unsafe time.pointee.format(milliseconds, &out)
    return String(decoding: out.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// Base 64 in the URL alphabet, as tokens and signatures use it, with the host's codec.
public enum Base64URL {
  /// `nil` for anything that an encoder would not have written.
  public static func decode(_ text: some StringProtocol) -> [UInt8]? {
    guard let codec = unsafe HostServices.codec else { return nil }
    let letters = text.utf8.map { CChar(bitPattern: $0) }
    var out = [UInt8](repeating: 0, count: letters.count)
    let size = unsafe codec.pointee.base64_decode(
      letters, UInt64(letters.count), 1, &out, UInt64(out.count))
    return size < 0 ? nil : Array(out.prefix(Int(size)))
  }

  /// Without padding.
  public static func encode(_ bytes: [UInt8]) -> String {
    guard let codec = unsafe HostServices.codec else { return "" }
    var out = [CChar](repeating: 0, count: bytes.count / 3 * 4 + 4)
    let size = unsafe codec.pointee.base64_encode(
      bytes, UInt64(bytes.count), 1, &out, UInt64(out.count))
    return String(decoding: out.prefix(Int(size)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
