public import PatchbaySDK

extension Bookshop {
  public func writer(of stream: String, _ task: WriteTask) -> (any Writer)? {
    RESTWrites(
      create: .init("POST", "/v1/books", id: "/id"), update: .init("PATCH", "/v1/books/{key}"),
      delete: .init("DELETE", "/v1/books/{key}")
    ).writer()
  }
}
