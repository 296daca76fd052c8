internal import PatchbayCore

/// What this host can do beyond the message kinds.
public enum HostFeatures {
  public static let all =
    ExtractPlan.features + [
      "catalog.fingerprint", "catalog.streams", "done.snapshot", "error.restart",
      "http.relative_to",
    ]
}
