package import PatchbayCore
internal import PatchbayCrypto

/// Certificates (PEM) of the authorities that a connection believes, instead of the system's: with
/// them nobody else's certificate is good. Whether libcurl would add the system's depends on how it
/// was built, so it is told not to; who wants both puts both in.
package struct CertificateAuthorities: Sendable, Equatable {
  package let pem: String

  private static let limitBytes = 1 << 20

  /// Throws `egress.ca` for what holds no certificate, half of one, or anything else that is secret
  /// or of no use here. Text between certificates is allowed: bundles explain themselves.
  package init(pem: String) throws(Failure) {
    guard pem.utf8.count <= Self.limitBytes else {
      throw Self.refused("it is longer than \(Self.limitBytes) bytes")
    }
    var label: Substring?
    var body: [UInt8] = []
    var count = 0
    for line in pem.split(whereSeparator: \.isNewline) {
      let line = line.trimmed
      if let begun = Self.label(line, "-----BEGIN ") {
        guard label == nil else { throw Self.refused("a certificate in it has no end") }
        guard begun == "CERTIFICATE" else {
          throw Self.refused("it holds a \(begun.prefix(40)), and may hold certificates only")
        }
        label = begun
        body = []
      } else if let ended = Self.label(line, "-----END ") {
        guard ended == label else { throw Self.refused("a certificate in it has no beginning") }
        label = nil
        count += 1
        guard Base64.decode(body).map(Self.isCertificate) == true else {
          throw Self.refused("certificate \(count) in it is damaged")
        }
      } else if label != nil {
        body += line.utf8
      }
    }
    if label != nil { throw Self.refused("its last certificate has no end") }
    if count == 0 { throw Self.refused("there is no certificate in it") }
    self.pem = pem
  }

  private static func label(_ line: String, _ mark: String) -> Substring? {
    guard line.hasPrefix(mark), line.hasSuffix("-----"), line.count >= mark.count + 5 else {
      return nil
    }
    return line.dropFirst(mark.count).dropLast(5)
  }

  /// One DER sequence from end to end, that begins with another: what every certificate is.
  private static func isCertificate(_ der: [UInt8]) -> Bool {
    guard der.count > 4, der[0] == 0x30 else { return false }
    var header = 2
    var length = Int(der[1])
    if length > 0x80 {
      let size = length - 0x80
      guard size <= 3, der.count > 2 + size else { return false }
      header += size
      length = der[2..<header].reduce(0) { $0 << 8 | Int($1) }
    }
    return header + length == der.count && length > 0 && der[header] == 0x30
  }

  private static func refused(_ why: String) -> Failure {
    Failure(
      .config, "egress.ca", "the setting “ca” takes certificates in PEM form: \(why)",
      mend: "give the authority's certificate itself, not its path: --set ca=\"$(cat FILE.pem)\"")
  }
}
