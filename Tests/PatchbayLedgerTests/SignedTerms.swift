import PatchbayCore

/// Says of these terms that they were signed.
struct SignedTerms: TermsProof {
  let all: [CommercialTerms]

  init(_ all: [CommercialTerms]) { self.all = all }

  func signed(_ plugin: String, version: String, library: String) -> CommercialTerms? {
    all.first { $0.plugin == plugin && $0.version == version && $0.library == library }
  }
}
