PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE connections (
  name TEXT PRIMARY KEY, plugin TEXT NOT NULL, settings TEXT NOT NULL,
  created_ms INTEGER NOT NULL
);
INSERT INTO connections(rowid,name,plugin,settings,created_ms) VALUES(1,'crm','hubspot','{"base_url":"http://127.0.0.1:8080","rate_limit":"off","properties":["email","firstname","lastname","company"]}',1788220800000);
INSERT INTO connections(rowid,name,plugin,settings,created_ms) VALUES(2,'Till-2','rest','{"base_url":"http://127.0.0.1:8082","streams":{"items":{"path":"/v1/items","records":"/data","key":"/id","cursor":"/updated_at","incremental":{"parameter":"updated_since"},"pagination":{"kind":"cursor","at":"/next","parameter":"after"},"columns":{"id":"/id","name":"/name","price":{"at":"/price","type":"number"}}}}}',1788220860000);
CREATE TABLE secrets (
  connection TEXT NOT NULL REFERENCES connections(name) ON DELETE CASCADE,
  name TEXT NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (connection, name)
);
INSERT INTO secrets(rowid,connection,name,sealed) VALUES(1,'crm','token',X'01f001fa08bb688cb1cb396f65209a8e9c9b3fbf0ff81205fa94de5a99329a2bf7380b801dc6c17fe8db9bc149d19cc5b835d096bdbed4536b01977935635d0d3c4b428a53a1c6132e75d04a0dd9781a4b868977f7032c65418c9c60b81c8b64e84246d17d7bc4928c77eba0ff');
INSERT INTO secrets(rowid,connection,name,sealed) VALUES(2,'Till-2','password',X'01f001fa08bb688cb16a7aee93ba24c0d63681e11052472411d1086e764aee5b6e105b16f0da4ad08e588672e92d6253d56a570c7ffc846b0c23aee2dcccf9287c256f1d82b7869a71228f7d86d2a886287d9f60bc00499a931f7438fe07acf79fea39670da1cae39056fc5ebf53b31cc00d');
CREATE TABLE streams (
  id INTEGER PRIMARY KEY,
  connection TEXT NOT NULL REFERENCES connections(name) ON DELETE CASCADE,
  stream TEXT NOT NULL, phase TEXT NOT NULL DEFAULT 'idle', pass TEXT, state TEXT,
  state_tag TEXT, base_state TEXT, base_tag TEXT, generation INTEGER NOT NULL DEFAULT 0,
  completed_ms INTEGER, columns TEXT NOT NULL, unified TEXT NOT NULL, sweep_at INTEGER NOT NULL DEFAULT 0, seen INTEGER NOT NULL DEFAULT 0, unread INTEGER NOT NULL DEFAULT 0,
  UNIQUE (connection, stream)
);
INSERT INTO streams VALUES(1,'crm','contacts','reading','full','{"phase":"archived","greatest":1788336000000}','a334ed3326f48e34',NULL,NULL,3,1788307200000,'[{"name":"id","at":"/id","type":"text"},{"name":"createdAt","at":"/createdAt","type":"time"},{"name":"updatedAt","at":"/updatedAt","type":"time"},{"name":"archived","at":"/archived","type":"boolean"},{"name":"company","at":"/properties/company","type":"text"},{"name":"email","at":"/properties/email","type":"text"},{"name":"firstname","at":"/properties/firstname","type":"text"},{"name":"lastname","at":"/properties/lastname","type":"text"}]','{"crm_contacts":{"company":"/properties/company","created_at":"/createdAt","email":"/properties/email","first_name":"/properties/firstname","id":"/id","last_name":"/properties/lastname","phone":"/properties/phone","updated_at":"/updatedAt"}}',0,9,1);
INSERT INTO streams VALUES(2,'Till-2','items','sweeping','full','{"since":"2026-09-02T00:00:00.000Z"}',NULL,NULL,NULL,2,1788224400000,'[{"name":"id","at":"/id","type":"text"},{"name":"name","at":"/name","type":"text"},{"name":"price","at":"/price","type":"number"},{"name":"tags","at":"/tags","type":"json"}]','{}',4,7,0);
CREATE TABLE runs (
  id TEXT PRIMARY KEY, connection TEXT NOT NULL, status TEXT NOT NULL,
  started_ms INTEGER NOT NULL, finished_ms INTEGER, cancel_ms INTEGER, summary TEXT NOT NULL
);
INSERT INTO runs(rowid,id,connection,status,started_ms,finished_ms,cancel_ms,summary) VALUES(1,'01M1E58200Q4ZC8N0V9J7R3T5W','crm','done',1788220800000,1788220805000,NULL,'{"run":"01M1E58200Q4ZC8N0V9J7R3T5W","connection":"crm","status":"done","started":"2026-09-01T00:00:00.000Z","ms":5000,"requests":3,"retries":0,"refusals":0,"bytes_in":2048,"bytes_out":0,"paced_ms":0,"streams":[{"stream":"contacts","status":"done","pass":"full","pages":2,"read":12,"inserted":11,"updated":0,"unchanged":0,"deleted":0,"dead":1,"ms":4990}]}');
INSERT INTO runs(rowid,id,connection,status,started_ms,finished_ms,cancel_ms,summary) VALUES(2,'01M1GQMT004E7D1M2K8P6H9XCB','Till-2','failed',1788307200000,1788307207000,NULL,'{"run":"01M1GQMT004E7D1M2K8P6H9XCB","connection":"Till-2","status":"failed","started":"2026-09-02T00:00:00.000Z","ms":7000,"requests":3,"retries":0,"refusals":0,"bytes_in":2048,"bytes_out":0,"paced_ms":0,"streams":[{"stream":"items","status":"failed","pass":"full","pages":2,"read":12,"inserted":11,"updated":0,"unchanged":0,"deleted":0,"dead":1,"ms":6990}]}');
INSERT INTO runs(rowid,id,connection,status,started_ms,finished_ms,cancel_ms,summary) VALUES(3,'01M1KA1J00ZR2S5F3W7Y8N4GQA','crm','cancelled',1788393600000,1788393609000,1788393608000,'{"run":"01M1KA1J00ZR2S5F3W7Y8N4GQA","connection":"crm","status":"cancelled","started":"2026-09-03T00:00:00.000Z","ms":9000,"requests":3,"retries":0,"refusals":0,"bytes_in":2048,"bytes_out":0,"paced_ms":0,"streams":[{"stream":"contacts","status":"cancelled","pass":"full","pages":2,"read":12,"inserted":11,"updated":0,"unchanged":0,"deleted":0,"dead":1,"ms":8990}]}');
CREATE TABLE dead_letters (
  id INTEGER PRIMARY KEY, stream_id INTEGER NOT NULL REFERENCES streams(id) ON DELETE CASCADE,
  run TEXT NOT NULL, key TEXT, reason TEXT NOT NULL, raw TEXT NOT NULL, at_ms INTEGER NOT NULL
);
INSERT INTO dead_letters VALUES(1,1,'01M1E58200Q4ZC8N0V9J7R3T5W','226','the record is not valid JSON','{"id":"226","broken":tru}',1788220800100);
INSERT INTO dead_letters VALUES(2,1,'01M1KA1J00ZR2S5F3W7Y8N4GQA',NULL,'the record has no key','{"id":null}',1788220800200);
INSERT INTO dead_letters VALUES(8,2,'01M1GQMT004E7D1M2K8P6H9XCB',NULL,'the record is not valid UTF-8',X'7b226964223a22fffe227d',1788220800300);
INSERT INTO dead_letters VALUES(9,2,'01M1GQMT004E7D1M2K8P6H9XCB','item-7','the record is nested deeper than 1024 levels','{"id":"item-7","deep":[[[]]]}',1788220800400);
CREATE TABLE shared_views (name TEXT PRIMARY KEY);
INSERT INTO shared_views(rowid,name) VALUES(1,'crm_contacts');
INSERT INTO shared_views(rowid,name) VALUES(2,'contacts');
INSERT INTO shared_views(rowid,name) VALUES(3,'items');
CREATE TABLE stream_1 (
  key TEXT PRIMARY KEY NOT NULL, cursor TEXT, deleted INTEGER NOT NULL DEFAULT 0,
  generation INTEGER NOT NULL, raw TEXT NOT NULL
);
INSERT INTO stream_1(rowid,"key",cursor,deleted,generation,raw) VALUES(1,'154','2022-01-01T00:31:55.158Z',0,3,'{"id":"154","properties":{"company":"<b>Bold</b> Co","createdate":"2021-11-11T14:27:22.856Z","email":"person.0+650@mail.example","firstname":"Siobhán","hs_object_id":"154","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"van der \"Berg\""},"createdAt":"2021-11-11T14:27:22.856Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO stream_1(rowid,"key",cursor,deleted,generation,raw) VALUES(2,'208','2022-01-01T00:31:55.158Z',0,3,'{"id":"208","properties":{"company":"שלום בע\"מ","createdate":"2021-11-13T06:56:53.362Z","email":"person.4+310@bücher.example","firstname":"X Æ","hs_object_id":"208","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"כהן"},"createdAt":"2021-11-13T06:56:53.362Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO stream_1(rowid,"key",cursor,deleted,generation,raw) VALUES(3,'226','2022-01-01T00:31:55.158Z',0,3,'{"id":"226","properties":{"company":"Tab\tCo","createdate":"2021-12-10T10:51:06.717Z","email":"person.5+674@mail.example","firstname":"👩‍💻 Kim","hs_object_id":"226","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"الخوارزمي"},"createdAt":"2021-12-10T10:51:06.717Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO stream_1(rowid,"key",cursor,deleted,generation,raw) VALUES(4,'246','2022-01-01T00:31:55.158Z',1,3,'{"id":"246","properties":{"company":"Tab\tCo","createdate":"2021-10-10T08:18:44.654Z","email":"person.7+919@mail.example","firstname":"さくら","hs_object_id":"246","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"Smith; DROP TABLE contacts"},"createdAt":"2021-10-10T08:18:44.654Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO stream_1(rowid,"key",cursor,deleted,generation,raw) VALUES(5,'261','2022-01-01T00:31:55.158Z',0,3,'{"id":"261","properties":{"company":"50% Off, Inc.","createdate":"2021-12-06T23:53:53.754Z","email":null,"firstname":"ﬁona","hs_object_id":"261","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"小龍"},"createdAt":"2021-12-06T23:53:53.754Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO stream_1(rowid,"key",cursor,deleted,generation,raw) VALUES(9,'271','2022-01-01T00:31:55.158Z',0,3,'{"id":"271","properties":{"company":"Crème de la Crème","createdate":"2021-11-17T04:33:05.312Z","email":"person.9+651@mail.example","firstname":"Null","hs_object_id":"271","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":""},"createdAt":"2021-11-17T04:33:05.312Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO stream_1(rowid,"key",cursor,deleted,generation,raw) VALUES(10,'344','2022-01-01T00:31:55.158Z',0,3,'{"id":"344","properties":{"company":"שלום בע\"מ","createdate":"2021-12-29T18:19:10.553Z","email":"person.14+953@mail.example","firstname":"X Æ","hs_object_id":"344","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"1e5"},"createdAt":"2021-12-29T18:19:10.553Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO stream_1(rowid,"key",cursor,deleted,generation,raw) VALUES(11,'354','2022-01-01T00:31:55.158Z',0,3,'{"id":"354","properties":{"company":"Crème de la Crème","createdate":"2021-10-18T11:55:29.673Z","email":"person.15+483@mail.example","firstname":"李","hs_object_id":"354","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"‮desrever"},"createdAt":"2021-10-18T11:55:29.673Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
CREATE TABLE stream_2 (
  key TEXT PRIMARY KEY NOT NULL, cursor TEXT, deleted INTEGER NOT NULL DEFAULT 0,
  generation INTEGER NOT NULL, raw TEXT NOT NULL
);
INSERT INTO stream_2(rowid,"key",cursor,deleted,generation,raw) VALUES(1,'item-1','2026-09-01T00:00:00Z',0,2,'{"id":"item-1","name":"lamp","price":12.50,"tags":["a","b"]}');
INSERT INTO stream_2(rowid,"key",cursor,deleted,generation,raw) VALUES(2,'item-2',NULL,0,2,'{"id":"item-2","name":"O''Neill \"2\"","price":"7.25"}');
INSERT INTO stream_2(rowid,"key",cursor,deleted,generation,raw) VALUES(3,'ab','2026-09-02T00:00:00Z',0,1,'{"id":"a\u001fb","name":"two keys","price":null}');
INSERT INTO stream_2(rowid,"key",cursor,deleted,generation,raw) VALUES(4,'李',NULL,0,1,'{"id":"李","name":"雷 🛰 \u0000","price":123456789012345678901234567890.5}');
INSERT INTO stream_2(rowid,"key",cursor,deleted,generation,raw) VALUES(5,'item-5','2026-09-03T00:00:00Z',1,2,'{"id":"item-5","name":"","price":"x","tags":{}}');
INSERT INTO stream_2(rowid,"key",cursor,deleted,generation,raw) VALUES(6,'0',NULL,0,2,'{"id":0,"name":"zero","price":-0.0}');
INSERT INTO stream_2(rowid,"key",cursor,deleted,generation,raw) VALUES(46,'Item-1','2026-09-04T00:00:00Z',0,2,'{"id":"Item-1","name":"another case","price":1e3}');
INSERT INTO stream_2(rowid,"key",cursor,deleted,generation,raw) VALUES(47,'item-8',NULL,0,1,'{"id":"item-8","name":"line\nbreak","price":88}');
INSERT INTO stream_2(rowid,"key",cursor,deleted,generation,raw) VALUES(48,'item-9','2026-09-05T00:00:00Z',0,2,'{ "id" : "item-9", "price" : 9 }');
CREATE UNIQUE INDEX dead_letters_text ON dead_letters (stream_id, reason, raw);
CREATE VIEW "crm__contacts" AS SELECT raw ->> '$."id"' AS "id",
  raw ->> '$."createdAt"' AS "createdAt",
  raw ->> '$."updatedAt"' AS "updatedAt",
  CASE raw ->> '$."archived"' WHEN 'true' THEN 1 WHEN 'false' THEN 0 WHEN 1 THEN 1 WHEN 0 THEN 0 END AS "archived",
  raw ->> '$."properties"."company"' AS "company",
  raw ->> '$."properties"."email"' AS "email",
  raw ->> '$."properties"."firstname"' AS "firstname",
  raw ->> '$."properties"."lastname"' AS "lastname",
  key AS _key,
  cursor AS _cursor,
  raw AS _raw
FROM stream_1 WHERE deleted = 0;
CREATE VIEW "Till-2__items" AS SELECT raw ->> '$."id"' AS "id",
  raw ->> '$."name"' AS "name",
  CASE WHEN raw ->> '$."price"' <> '' THEN CAST(raw ->> '$."price"' AS NUMERIC) END AS "price",
  raw -> '$."tags"' AS "tags",
  key AS _key,
  cursor AS _cursor,
  raw AS _raw
FROM stream_2 WHERE deleted = 0;
CREATE VIEW "crm_contacts" AS SELECT 'crm' AS connection, 'contacts' AS stream, key, raw ->> '$."id"' AS "id", raw ->> '$."properties"."email"' AS "email", raw ->> '$."properties"."firstname"' AS "first_name", raw ->> '$."properties"."lastname"' AS "last_name", raw ->> '$."properties"."phone"' AS "phone", raw ->> '$."properties"."company"' AS "company", raw ->> '$."createdAt"' AS "created_at", raw ->> '$."updatedAt"' AS "updated_at" FROM stream_1 WHERE deleted = 0;
CREATE VIEW "contacts" AS SELECT * FROM "crm__contacts";
CREATE VIEW "items" AS SELECT * FROM "Till-2__items";
COMMIT;
PRAGMA user_version = 3;
