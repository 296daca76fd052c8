PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE streams (
  id INTEGER PRIMARY KEY, connection TEXT NOT NULL, stream TEXT NOT NULL,
  phase TEXT NOT NULL DEFAULT 'idle', pass TEXT, state TEXT, state_tag TEXT, base_state TEXT,
  base_tag TEXT, completed_ms INTEGER, fingerprint TEXT, columns TEXT NOT NULL DEFAULT '[]',
  unified TEXT NOT NULL DEFAULT '{}', fill_at INTEGER NOT NULL DEFAULT 0,
  fill_to INTEGER NOT NULL DEFAULT 0, sweep_at INTEGER NOT NULL DEFAULT 0,
  seen INTEGER NOT NULL DEFAULT 0, unread INTEGER NOT NULL DEFAULT 0, plan TEXT,
  UNIQUE (connection, stream)
);
CREATE TABLE seen (
  stream_id INTEGER NOT NULL REFERENCES streams(id) ON DELETE CASCADE, part INTEGER NOT NULL,
  bits BLOB NOT NULL, PRIMARY KEY (stream_id, part)
) WITHOUT ROWID;
CREATE TABLE dead_letters (
  id INTEGER PRIMARY KEY, stream_id INTEGER NOT NULL REFERENCES streams(id) ON DELETE CASCADE,
  run TEXT NOT NULL, key TEXT, reason TEXT NOT NULL, raw TEXT NOT NULL, at_ms INTEGER NOT NULL,
  request TEXT, pointer TEXT
);
CREATE TABLE shared_views (name TEXT PRIMARY KEY);
CREATE TABLE usage (
  number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, at_ms INTEGER NOT NULL,
  customer TEXT NOT NULL, plugin TEXT NOT NULL, version TEXT NOT NULL, library TEXT NOT NULL,
  terms TEXT NOT NULL, meter TEXT NOT NULL, quantity INTEGER NOT NULL
);
CREATE TABLE terms (
  sha256 TEXT NOT NULL, library TEXT NOT NULL, plugin TEXT NOT NULL, version TEXT NOT NULL,
  kind TEXT NOT NULL, platform_ppm INTEGER NOT NULL, terms TEXT NOT NULL,
  PRIMARY KEY (sha256, library)
);
DELETE FROM sqlite_sequence;
CREATE UNIQUE INDEX dead_letters_text ON dead_letters (stream_id, reason, raw);
COMMIT;
PRAGMA user_version = 11;
