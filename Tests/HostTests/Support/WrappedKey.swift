/// A key that was wrapped with RSA-OAEP (SHA-1), and what was encrypted under it, by another
/// program. The private key is for tests alone.
enum WrappedKey {
  static let key = """
    -----BEGIN PRIVATE KEY-----
    MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCzBPT31NRciKZ9
    36AJCb+h4MD0el173T/NUSIkjQZAHEJKJfW/CuLXtQR1kOZeSoJNfmh4Qq9L+uRi
    N+P87Lk/oMKL3RcitBaq0eASvGm3ZoGKDR4i+DcO/xY7rHozvf0GPNnePZ2kFBaa
    lBhh6TsRRhetQNBIKqDK4TALattmJbgnnumOoVUTEJW3hM5kSTUOfjBQg6+cLmDu
    vuLVAQDh9a4EdVrLU8wTApNDSElYBImQWbJRJdeYOihRKPj1G2z3FlXl41oJzuh1
    yZ4KtV4+S0DSwOyI28jIXwJGvl/m/GAtywre6a4HKwgsf/8JIvfO6pbviiD1LZdx
    8eGr2FHPAgMBAAECggEABJ7WocTk/ERso6gPbdxKDWgLIuQ7oHRL7sUuz+mx5Rq1
    nUtQhe9GfpHF/TDRuVJL/asLEDuMYbYmieBuantDpsBD9S8uJy+lvB/xnBov0lN7
    eXAwPG/Sn/j2fnDLsKUxMCWG7AUEGhWIpdG3tWM7Ko14E/ktxwcOol3gixLlecPp
    Q9TramlR9XfPmcqIKuFqRaLysMTqNJreKC3zboqw4JsHszH+ymaN9CIiHNaqZBFi
    16XAbmx81TaxxyVhGTJXjDBjx3NJT8raNrC/VymIbUZKj9tnQS2TXV+oyRj4XKcb
    COANFOVxLPJAUtfxrAvgYiU9pVMs3L8kPXVXk1miJQKBgQD76iLG3sVzUKd9x8HV
    QjBgHnc3V/j3sj95p6HK7TmVO5OcMD/pAAHV1GyBiH5uiLy3oVq+OHVCwCfIrS3Y
    BuJgtJPtiaf7eQO8Q92Va+d1kbXYLqiz3ol9y12KbVzxfSXpoy0kbqLvuMRePBtr
    XaMK+WnfsyGtPMHQQEEWN+/SCwKBgQC17C9KXWp37Pkp2wHc/wxSnyz8fp4YKovi
    WhdTTzRmr7RuREAKcP2b8FPk75DWsCMh6hAehauftd0Z+Ghc2gb9zTn+cWkJMfOB
    Ue/2xnnSwh4FtvE7rg4bBQX8ApVZSD57/ifbjLnBMt4Ivge5bpN1kiKvvATWtjnW
    FiIloBG9zQKBgQC4yRlzeWuq18nUmNfVH/UuPIrEfPJydzzadx1WJkcr8YSoeDgZ
    KNkvyd9B8SaU3BZaOLDAgdd5/Evyhx3urbYWq78q6ePfsfgMfFeoyHsDIbwa9Lbp
    Id8G+EsIRIp91Yge5oQxijpYz9azLTILwqbbYPLJlbOpSLz+jnNv4d432wKBgDZM
    hZzznvimkYQNq1O0CJCMlBfVDwj1ggUQkM+7308a+IbE9jxnlzq5E8FMQ/XgYswX
    mbISgbRMyu6ad0Pni5irbbjlTs2AzEZ4F2CXwvrGF8Hq5bvDatBjwnKCruMULhpC
    NNFSAouIzD7dwV52g6re8F11iBgyEbc1qgGC8mitAoGBAIsqxnv+QDFm7NnzCXQR
    KwCkcG6dBTzY3X+ZswrIVosZWc+Bo2J9e0EOvgDqxvMVh+Eln85Cx3ItWqfTe3ui
    pUwA6rsJtk1G00AiXBZAdOnNgsX9g/l57f1ZbrWKlUBLqXGaknCIL1eRNQQq7N51
    yNUPx7Hz24TVU1LWbRWOZ/bC
    -----END PRIVATE KEY-----
    """
  /// In base 64.
  static let wrapped = [
    "eAqABcKpvjs9+ON/X3VKBPrHJzNh+8LSFBiiWDrAvK3YXK4j3NmE1uU2QL9UAZsW7gEvc4UHq2g4G9OR/HzZuN21",
    "7AcZm5jk84m/PyPWMUBKKijp13GZ7zMMFGOOk0q8o+67djxQhmjWEjP2BL6VYs1aMN9RueBPRn8yi4y+Gi8M4/Ni",
    "nCT6xZXyL9C0zh5GBrfqPOzuwA4sqmCZJVuJoRLeE7j4CgC4pRRcj+Hn/KjpaKZdKtqe4mUY9wFts38KrlImdya7",
    "Vt2NA9Ab5SfC38gJDaEOrNqoLrcXBJ69dempRbsl0GnTzjxOpt6iYpLiDXOLh80HFN+MjbXeXMXiGA==",
  ].joined()
  /// In base 64; it says “what was inside”.
  static let sealed = "AAECAwQFBgcICQoLMGq3b+WSo2itKPn42I0dkNYI0pizDHinELQ7y0mWhA=="
}
