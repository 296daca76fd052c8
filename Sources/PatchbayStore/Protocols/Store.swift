/// All that is kept for one organisation. Each part is a protocol of its own: ask for the part that
/// you need. All methods may be called from any task; what changes several rows does so in one
/// transaction.
package protocol Store: ConnectionStore, SecretStore, StreamStore, RecordStore, RunStore,
  UsageStore, TrustStore, AuditStore, QueryStore, ClaimStore, KeyStore, BlobStore, WriteStore
{}
