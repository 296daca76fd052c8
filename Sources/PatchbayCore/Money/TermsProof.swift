/// Who can say what was signed for a plugin, whatever stands in a database.
public protocol TermsProof: Sendable {
  /// The terms of a version, by its file, as its publisher and the registry signed them; `nil`
  /// where nothing of it is here any more. Throws where what is here is not what was signed.
  func signed(_ plugin: String, version: String, library: String) throws(Failure)
    -> CommercialTerms?
}

/// What becomes of terms beside what was signed.
public enum TermsVerdict: Sendable, Equatable {
  case proven
  /// Nothing is here that could prove them.
  case unknown
  case wrong(String)
}

extension TermsProof {
  /// Compares terms that a database gave with the hash by which they are named, and with what was
  /// signed.
  public func judge(_ terms: CommercialTerms, named sha256: String) -> TermsVerdict {
    let name = "\(terms.plugin) \(terms.version)"
    if terms.terms.sha256 != sha256 {
      return .wrong("the terms of \(name) are not those of their hash")
    }
    let signed: CommercialTerms?
    do throws(Failure) {
      signed = try self.signed(terms.plugin, version: terms.version, library: terms.library)
    } catch {
      return .wrong("what was signed of \(name) cannot be read: \(error.message)")
    }
    guard let signed else { return .unknown }
    if signed.terms.sha256 != sha256 {
      return .wrong("the terms of \(name) are not those that were signed")
    }
    if signed.platformPPM != terms.platformPPM {
      return .wrong(
        "the platform’s part of \(name) is \(terms.platformPPM) ppm, and \(signed.platformPPM) ppm "
          + "were signed")
    }
    return .proven
  }
}
