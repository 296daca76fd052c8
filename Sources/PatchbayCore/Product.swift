/// The program as a whole.
public enum Product {
  /// Semantic version of all programs of this package.
  public static let version = "0.1.0"
}
