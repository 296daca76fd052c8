package import CPatchbay
internal import CSimdJSON
internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayJSON

/// The host's side of the ABI: its table, and the extensions that plugins find through it.
///
/// Unsafe: the tables are made once and never freed, as the ABI promises.
@safe package enum HostTable {
  nonisolated(unsafe) package static let pointer: UnsafePointer<patchbay_host> = unsafe permanent(
    patchbay_host(abi_version: PATCHBAY_ABI_VERSION, reserved: 0, get_extension: findExtension))

  nonisolated(unsafe) fileprivate static let json = unsafe permanent(
    patchbay_json_1(read: readJSON, find: findInJSON))

  nonisolated(unsafe) fileprivate static let codec = unsafe permanent(
    patchbay_codec_1(
      sha256: hashSHA256, base64_encode: encodeBase64, base64_decode: decodeBase64))

  nonisolated(unsafe) fileprivate static let time = unsafe permanent(
    patchbay_time_1(parse: parseTime, format: formatTime))

  /// What the helpers read or make at their first use: a sandbox may forbid it later.
  package static func warmUp() {
    _ = Digest.sha256("")
    _ = try? JSON(reading: "[1,{\"a\":\"b\"}]")
    _ = Time.format(Time.nowMS())
  }

  private static func permanent<T>(_ value: T) -> UnsafePointer<T> {
    let memory = UnsafeMutablePointer<T>.allocate(capacity: 1)
    unsafe memory.initialize(to: value)
    return unsafe UnsafePointer(memory)
  }
}

private let findExtension: @convention(c) (UnsafePointer<CChar>) -> UnsafeRawPointer? = { id in
  switch unsafe String(cString: id) {
  case "patchbay.json/1": unsafe UnsafeRawPointer(HostTable.json)
  case "patchbay.codec/1": unsafe UnsafeRawPointer(HostTable.codec)
  case "patchbay.time/1": unsafe UnsafeRawPointer(HostTable.time)
  default: nil
  }
}

private let readJSON:
  @convention(c) (
    UnsafePointer<UInt8>?, UInt64, UnsafeMutableRawPointer?,
    @convention(c) (UnsafeMutableRawPointer?, UInt32, UnsafePointer<CChar>?, UInt64) -> Void
  ) -> UInt32 = { data, size, context, visit in
    var offset: UInt64 = 0
    return unsafe psj_walk(data, size, JSON.depthLimit, visit, context, &offset) == 0 ? 0 : 1
  }

private let findInJSON:
  @convention(c) (
    UnsafePointer<UInt8>?, UInt64, UnsafePointer<CChar>, UnsafeMutablePointer<CChar>?, UInt64,
    UnsafeMutablePointer<UInt32>?
  ) -> Int64 = { data, size, pointer, out, capacity, event in
    let bytes = unsafe UnsafeBufferPointer(start: data, count: Int(size))
    guard let json = unsafe try? JSON(reading: bytes) else { return Int64(PATCHBAY_JSON_INVALID) }
    guard let value = unsafe json.at(String(cString: pointer)) else {
      return Int64(PATCHBAY_JSON_MISSING)
    }
    unsafe event?.pointee = value.eventNumber
    return unsafe copyOut(Array((value.string ?? value.text).utf8), out, capacity)
  }

extension JSON {
  fileprivate var eventNumber: UInt32 {
    switch self {
    case .object: PATCHBAY_JSON_OBJECT
    case .array: PATCHBAY_JSON_ARRAY
    case .string: PATCHBAY_JSON_STRING
    case .integer, .number: PATCHBAY_JSON_NUMBER
    case .bool(true): PATCHBAY_JSON_TRUE
    case .bool(false): PATCHBAY_JSON_FALSE
    case .null: PATCHBAY_JSON_NULL
    }
  }
}

private func copyOut(_ bytes: [UInt8], _ out: UnsafeMutablePointer<CChar>?, _ capacity: UInt64)
  -> Int64
{
  if let out = unsafe out {
    for index in 0..<min(bytes.count, Int(clamping: capacity)) {
      unsafe out[index] = CChar(bitPattern: bytes[index])
    }
  }
  return Int64(bytes.count)
}

private let hashSHA256:
  @convention(c) (UnsafePointer<UInt8>?, UInt64, UnsafeMutablePointer<UInt8>) -> Void = {
    data, size, out in
    let digest = unsafe Digest.sha256(UnsafeRawBufferPointer(start: data, count: Int(size)))
    for index in 0..<32 { unsafe out[index] = digest[index] }
  }

private let encodeBase64:
  @convention(c) (UnsafePointer<UInt8>?, UInt64, UInt32, UnsafeMutablePointer<CChar>?, UInt64) ->
    Int64 = { data, size, url, out, capacity in
      let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: Int(size)))
      return unsafe copyOut(Array(Base64.encode(bytes, url: url == 1).utf8), out, capacity)
    }

private let decodeBase64:
  @convention(c) (UnsafePointer<CChar>?, UInt64, UInt32, UnsafeMutablePointer<UInt8>?, UInt64) ->
    Int64 = { text, size, url, out, capacity in
      let bytes = unsafe UnsafeRawBufferPointer(start: text, count: Int(size))
      guard let decoded = unsafe Base64.decode(bytes, url: url == 1) else { return -1 }
      if let out = unsafe out {
        for index in 0..<min(decoded.count, Int(clamping: capacity)) {
          unsafe out[index] = decoded[index]
        }
      }
      return Int64(decoded.count)
    }

private let parseTime: @convention(c) (UnsafePointer<CChar>?, UInt64) -> Int64 = { text, size in
  unsafe psj_time_ms(text, size)
}

private let formatTime: @convention(c) (Int64, UnsafeMutablePointer<CChar>) -> UInt64 = {
  timeMS, out in
  // The years 0 to 9999.
  guard (-62_167_219_200_000...253_402_300_799_999).contains(timeMS) else { return 0 }
  return UInt64(unsafe copyOut(Array(Time.format(timeMS).utf8), out, 24))
}
