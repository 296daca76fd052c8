/// Credentials that are known by how they begin.
struct TokenForm: Sendable {
  let rule: String
  let kind: String
  let prefix: [UInt8]
  /// What may follow, and how much of it at least.
  let isBody: @Sendable (UInt8) -> Bool
  let bodyCount: Int

  private init(
    _ prefix: String, _ bodyCount: Int, _ isBody: @escaping @Sendable (UInt8) -> Bool,
    rule: String = "secret.prefixed_token", kind: String = "a token of a known form"
  ) {
    self.rule = rule
    self.kind = kind
    self.prefix = Array(prefix.utf8)
    self.isBody = isBody
    self.bodyCount = bodyCount
  }

  /// Of keys with a public and a secret half.
  static let keyRule = "secret.aws_key"

  private static let all: [TokenForm] =
    ["AKIA", "ASIA"].map {
      TokenForm(
        $0, 16, ByteClass.isUpper, rule: keyRule, kind: "an access key id")
    }
    // Code forges and registries.
    + ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].map { TokenForm($0, 36, ByteClass.isAlphanumeric) }
    + [
      TokenForm("github_pat_", 22, ByteClass.isWord), TokenForm("glpat-", 20, ByteClass.isToken),
      TokenForm("npm_", 36, ByteClass.isAlphanumeric),
      TokenForm("pypi-AgE", 50, ByteClass.isToken),
      TokenForm("dop_v1_", 64, ByteClass.isHex), TokenForm("hf_", 34, ByteClass.isAlphanumeric),
    ]
    // Chats and mail.
    + ["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xapp-"].map {
      TokenForm($0, 20, ByteClass.isToken)
    }
    + [TokenForm("SG.", 60, ByteClass.isTokenOrDot)]
    // Payments and shops.
    + ["sk_live_", "rk_live_", "whsec_"].map { TokenForm($0, 24, ByteClass.isAlphanumeric) }
    + ["shpat_", "shpss_", "shpca_", "shppa_"].map { TokenForm($0, 32, ByteClass.isHex) }
    // Clouds, models and CRMs.
    + [
      TokenForm("AIza", 35, ByteClass.isToken), TokenForm("ya29.", 30, ByteClass.isToken),
      TokenForm("GOCSPX-", 28, ByteClass.isToken), TokenForm("sk-proj-", 40, ByteClass.isToken),
      TokenForm("sk-ant-", 40, ByteClass.isToken), TokenForm("sk-", 40, ByteClass.isAlphanumeric),
      TokenForm("pat-na1-", 36, ByteClass.isToken), TokenForm("pat-eu1-", 36, ByteClass.isToken),
      TokenForm("secret_", 43, ByteClass.isAlphanumeric),
      TokenForm("ntn_", 40, ByteClass.isAlphanumeric),
    ]

  /// By their first byte.
  static let byFirst: [[TokenForm]] = (0...255).map { byte in
    all.filter { $0.prefix.first == UInt8(byte) }
  }
}
