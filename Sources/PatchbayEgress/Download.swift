internal import CCurl
package import PatchbayCore

/// Whole files by GET, and small ones by POST, without credentials: what a signed repository is
/// made of, and what is published of the books.
///
/// Whoever names the URL is an admin, so any address may be reached. Redirects are not followed.
package final class Downloads: Sendable {
  private let loop: CurlLoop
  private let stallMS: Int64
  private let retries: RetryPolicy
  private let proxy: Proxy?

  /// Starts a thread. It ends with this, or by ``close()``. What is not on this machine is fetched
  /// through the proxy of `PATCHBAY_PROXY`, where the process was started with one.
  package convenience init() throws(Failure) {
    try self.init(stallMS: 30_000, RetryPolicy(attempts: 3), proxy: Proxy.ofProcess())
  }

  init(stallMS: Int64, _ retries: RetryPolicy, proxy: Proxy? = nil) throws(Failure) {
    loop = try CurlLoop()
    self.stallMS = stallMS
    self.retries = retries
    self.proxy = proxy
  }

  deinit { loop.close() }

  /// Ends the thread. Downloads under way fail.
  package func close() { loop.close() }

  /// The file, or `nil` where the server says that there is none (403, 404 and 410). It fails with
  /// more than `limit` bytes, after 30 s without any, and slower than 64 KB/s after a minute.
  package func get(_ url: String, limit: Int) async throws(Failure) -> [UInt8]? {
    let parts = try URLParts(url)
    return try await insisting("GET", parts, [], limit: limit) { result -> [UInt8]?? in
      // What comes with a refusal may be longer than the file would be.
      let isAnswer = result.code == 0 || result.isTooLarge
      if isAnswer && [403, 404, 410].contains(result.status) { return .some(nil) }
      guard result.code == 0 && result.status == 200 else { return .none }
      return .some(result.body.bytes)
    }
  }

  /// Sends something small, and sends it again where nobody says that it came: it may come twice.
  package func post(_ url: String, _ body: [UInt8], contentType: String) async throws(Failure) {
    let headers = [("Content-Type", contentType)]
    try await insisting("POST", URLParts(url), body, headers, limit: 1 << 16) { result in
      result.code == 0 && (200..<300).contains(result.status) ? () : nil
    }
  }

  /// Tries it until there is an answer that `read` takes, or no hope for one.
  private func insisting<R>(
    _ method: String, _ url: URLParts, _ body: [UInt8], _ headers: [(String, String)] = [],
    limit: Int, _ read: (Transfer.Result) -> R?
  ) async throws(Failure) -> R {
    var attempt = 0
    while true {
      attempt += 1
      let result = await transfer(method, url, body, headers, limit: limit)
      if Task.isCancelled { throw Failure(.cancelled, "egress.cancelled", "cancelled") }
      if let answer = read(result) { return answer }
      let failure = Self.failure(result, method, url, limit: limit)
      let heldMS = VendorPace(result.headers, now: Time.nowMS()).retryAfterMS
      if failure.isRetryable, let heldMS, heldMS > RetryPolicy.patienceMS {
        throw .longPause(ms: heldMS, failure.kind, said: "\(failure.message); it asks to wait")
      }
      guard failure.isRetryable, let delayMS = delayMS(after: result, attempt, heldMS) else {
        throw attempt > 1 ? failure.afterAttempts(attempt) : failure
      }
      do { try await Task.sleep(for: .milliseconds(delayMS)) } catch {
        throw Failure(.cancelled, "egress.cancelled", "cancelled")
      }
    }
  }

  private func transfer(
    _ method: String, _ url: URLParts, _ body: [UInt8], _ headers: [(String, String)], limit: Int
  ) async -> Transfer.Result {
    let timeoutMS = 60_000 + Int64(limit / 64)
    return await loop.run { completion in
      Transfer(
        method: method, url: url.text, headers: [("User-Agent", "Patchbay")] + headers,
        body: .bytes(body),
        limits: .init(
          bodyBytes: limit, timeoutMS: min(timeoutMS, 86_400_000), stallMS: self.stallMS),
        allowsPrivate: true, isIdempotent: true,
        proxy: self.proxy.flatMap { $0.serves(url) ? $0 : nil }, completion: completion)
    }
  }

  private func delayMS(
    after result: Transfer.Result, _ attempt: Int, _ heldMS: Int64?
  ) -> Int64? {
    retries.delayMS(
      after: result.code == 0 || result.isTooLarge
        ? .status(result.status) : .broken(sent: result.wasSent), attempt: attempt,
      isIdempotent: true, heldMS: heldMS, random: .random(in: .min ... .max))
  }

  private static func failure(
    _ result: Transfer.Result, _ method: String, _ url: URLParts, limit: Int
  ) -> Failure {
    let place = url.shown
    if result.isTooLarge && (result.status == 200 || result.status == 0) {
      return Failure(
        .data, "egress.too_large", "\(place) has more than the \(limit) bytes that it may have",
        mend: "check the URL; if it is right, somebody is sending what does not belong there")
    }
    guard result.code == 0 || result.isTooLarge else {
      return .brokenTransfer(result, "\(method) \(url.shown)", url)
    }
    let kind = ErrorClass(httpStatus: result.status)
    return Failure(
      kind, "http.\(result.status)", "\(place) answered \(result.status)",
      mend: (300..<400).contains(result.status)
        ? "redirects are not followed: use the URL that it leads to"
        : "check the URL, or run it again later",
      isRetryable: kind == .transient || kind == .rateLimit)
  }
}
