PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE connections (
  name TEXT PRIMARY KEY, plugin TEXT NOT NULL, settings TEXT NOT NULL,
  created_ms INTEGER NOT NULL
);
INSERT INTO connections VALUES('Only-1','rest','{"base_url":"http://127.0.0.1:8082","streams":{"items":{"path":"/v1/items","records":"/data","key":"/id","cursor":"/updated_at","incremental":{"parameter":"updated_since"},"query":{"limit":"10"},"pagination":{"kind":"cursor","at":"/next","parameter":"after"},"columns":{"id":"/id","name":"/name","price":{"at":"/price","type":"number"},"updated_at":{"at":"/updated_at","type":"time"}}}}}',1790931600264);
CREATE TABLE secrets (
  connection TEXT NOT NULL REFERENCES connections(name) ON DELETE CASCADE,
  name TEXT NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (connection, name)
);
CREATE TABLE runs (
  id TEXT PRIMARY KEY, connection TEXT NOT NULL, status TEXT NOT NULL,
  started_ms INTEGER NOT NULL, finished_ms INTEGER, cancel_ms INTEGER, summary TEXT NOT NULL
);
CREATE TABLE trust (plugin TEXT PRIMARY KEY, tier TEXT NOT NULL);
CREATE TABLE crashes (
  plugin TEXT PRIMARY KEY, sha256 TEXT NOT NULL, count INTEGER NOT NULL,
  reason TEXT NOT NULL, at_ms INTEGER NOT NULL
);
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, actor TEXT NOT NULL,
  action TEXT NOT NULL, details TEXT NOT NULL
);
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT, act TEXT NOT NULL, details TEXT NOT NULL
);
DELETE FROM sqlite_sequence;
COMMIT;
PRAGMA user_version = 1;
