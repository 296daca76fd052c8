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
INSERT INTO secrets(rowid,connection,name,sealed) VALUES(1,'crm','token',X'016cd10c4d4f5821a97406db1e15cdd195dc699b0959214615237bfe140c62a104bbd99716309faf63cf3ea23577dd10b64a3da0a1d2523455d2790e3273363e0c1d41b782218b14582006eb66e7d21562bfe959fe18de59b69283780b3c7684a62e8bd11ce8629da7ae351648');
INSERT INTO secrets(rowid,connection,name,sealed) VALUES(2,'Till-2','password',X'016cd10c4d4f5821a9a2c0c2e17f411d69900993c355f5532434eb2274b1904e4ef151a15a62e594b3a88784f89f19ba342b52b76192e59ebc2402289ef8003253dbd5dd98eb003d36d7c068a91afe1f709fa1fe73f1fb657c56846290efcab4c90423b2926462b526177ea4456f73af3c2b');
CREATE TABLE streams (
  id INTEGER PRIMARY KEY,
  connection TEXT NOT NULL REFERENCES connections(name) ON DELETE CASCADE,
  stream TEXT NOT NULL, phase TEXT NOT NULL DEFAULT 'idle', pass TEXT, state TEXT,
  state_tag TEXT, base_state TEXT, base_tag TEXT, generation INTEGER NOT NULL DEFAULT 0,
  completed_ms INTEGER, columns TEXT NOT NULL, unified TEXT NOT NULL, sweep_at INTEGER NOT NULL DEFAULT 0, seen INTEGER NOT NULL DEFAULT 0, unread INTEGER NOT NULL DEFAULT 0,
  UNIQUE (connection, stream)
);
INSERT INTO streams VALUES(1,'crm','contacts','reading','full','{"phase":"archived","greatest":1788336000000}','a334ed3326f48e34',NULL,NULL,3,1788307200000,'[{"name":"id","at":"/id","type":"text"},{"name":"createdAt","at":"/createdAt","type":"time"},{"name":"updatedAt","at":"/updatedAt","type":"time"},{"name":"archived","at":"/archived","type":"boolean"},{"name":"company","at":"/properties/company","type":"text"},{"name":"email","at":"/properties/email","type":"text"},{"name":"firstname","at":"/properties/firstname","type":"text"},{"name":"lastname","at":"/properties/lastname","type":"text"}]','{"crm_contacts":{"company":"/properties/company","created_at":"/createdAt","email":"/properties/email","first_name":"/properties/firstname","id":"/id","last_name":"/properties/lastname","phone":"/properties/phone","updated_at":"/updatedAt"}}',0,9,1);
INSERT INTO streams VALUES(2,'crm','deals','idle',NULL,'{"since":1788336000000}','tag-1','{"since":1788249600000}','tag-0',1,1788307200500,'[{"name":"id","at":"/id","type":"text"},{"name":"createdAt","at":"/createdAt","type":"time"},{"name":"updatedAt","at":"/updatedAt","type":"time"},{"name":"archived","at":"/archived","type":"boolean"},{"name":"amount","at":"/properties/amount","type":"text"}]','{}',0,6,0);
INSERT INTO streams VALUES(3,'Till-2','items','sweeping','full','{"since":"2026-09-02T00:00:00.000Z"}',NULL,NULL,NULL,2,1788224400000,'[{"name":"id","at":"/id","type":"text"},{"name":"name","at":"/name","type":"text"},{"name":"price","at":"/price","type":"number"},{"name":"tags","at":"/tags","type":"json"}]','{}',4,7,0);
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
INSERT INTO dead_letters VALUES(8,3,'01M1GQMT004E7D1M2K8P6H9XCB',NULL,'the record is not valid UTF-8',X'7b226964223a22fffe227d',1788220800300);
INSERT INTO dead_letters VALUES(9,3,'01M1GQMT004E7D1M2K8P6H9XCB','item-7','the record is nested deeper than 1024 levels','{"id":"item-7","deep":[[[]]]}',1788220800400);
CREATE TABLE shared_views (name TEXT PRIMARY KEY);
INSERT INTO shared_views(rowid,name) VALUES(1,'crm_contacts');
INSERT INTO shared_views(rowid,name) VALUES(2,'contacts');
INSERT INTO shared_views(rowid,name) VALUES(3,'deals');
INSERT INTO shared_views(rowid,name) VALUES(4,'items');
CREATE TABLE trust (plugin TEXT PRIMARY KEY, tier TEXT NOT NULL);
INSERT INTO trust(rowid,plugin,tier) VALUES(1,'patchbay/hubspot','core');
INSERT INTO trust(rowid,plugin,tier) VALUES(2,'patchbay/rest','community');
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, actor TEXT NOT NULL,
  action TEXT NOT NULL, details TEXT NOT NULL
);
INSERT INTO audit VALUES(1,1788220800000,'anna','plugin.trust','{"plugin":"patchbay/hubspot","from":"community","to":"core"}');
INSERT INTO audit VALUES(3,1788220802000,'bert','market.install','{"plugin":"patchbay/rest","version":"0.1.0","pack":"abababababababababababababababababababababababababababababababab","tier":"core","accepted":[]}');
CREATE TABLE crashes (
  plugin TEXT PRIMARY KEY, sha256 TEXT NOT NULL, count INTEGER NOT NULL,
  reason TEXT NOT NULL, at_ms INTEGER NOT NULL
);
INSERT INTO crashes(rowid,plugin,sha256,count,reason,at_ms) VALUES(1,'patchbay/rest','cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd',3,'the plugin rest 0.1.0 crashed: Segmentation fault',1788220805000);
CREATE TABLE usage (
  number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, at_ms INTEGER NOT NULL,
  customer TEXT NOT NULL, plugin TEXT NOT NULL, version TEXT NOT NULL, library TEXT NOT NULL,
  terms TEXT NOT NULL, meter TEXT NOT NULL, quantity INTEGER NOT NULL
);
INSERT INTO usage VALUES(1,'01M1E58200Q4ZC8N0V9J7R3T5W/contacts/1/records_read',1788220800050,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','records_read',31);
INSERT INTO usage VALUES(2,'01M1E58200Q4ZC8N0V9J7R3T5W/requests',1788220805000,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','requests',3);
INSERT INTO usage VALUES(3,'01M1E58200Q4ZC8N0V9J7R3T5W/bytes',1788220805000,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','bytes',2048);
INSERT INTO usage VALUES(4,'01M1E58200Q4ZC8N0V9J7R3T5W/seconds',1788220805000,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','seconds',5);
INSERT INTO usage VALUES(5,'crm/patchbay/hubspot/2026-09/months',1788220805000,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','months',1);
INSERT INTO usage VALUES(7,'01M1GQMT004E7D1M2K8P6H9XCB/items/1/records_read',1788307200050,'Till-2','patchbay/rest','0.1.0','49ca538d062f22eab322afef1ca828bf154f92bbcb0aca76efaa9b9e6a5f4067','e40fca398a6884d1bf2addf14b67acec1b50c29a202246e1873565effb2cc374','records_read',44);
INSERT INTO usage VALUES(8,'01M1GQMT004E7D1M2K8P6H9XCB/requests',1788307207000,'Till-2','patchbay/rest','0.1.0','49ca538d062f22eab322afef1ca828bf154f92bbcb0aca76efaa9b9e6a5f4067','e40fca398a6884d1bf2addf14b67acec1b50c29a202246e1873565effb2cc374','requests',2);
INSERT INTO usage VALUES(9,'Till-2/patchbay/rest/2026-09/months',1788307207000,'Till-2','patchbay/rest','0.1.0','49ca538d062f22eab322afef1ca828bf154f92bbcb0aca76efaa9b9e6a5f4067','e40fca398a6884d1bf2addf14b67acec1b50c29a202246e1873565effb2cc374','months',1);
CREATE TABLE terms (
  sha256 TEXT NOT NULL, library TEXT NOT NULL, plugin TEXT NOT NULL, version TEXT NOT NULL,
  kind TEXT NOT NULL, platform_ppm INTEGER NOT NULL, terms TEXT NOT NULL,
  PRIMARY KEY (sha256, library)
);
INSERT INTO terms(rowid,sha256,library,plugin,version,kind,platform_ppm,terms) VALUES(1,'04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','patchbay/hubspot','0.1.0','connector',300000,'{"currency":"EUR","prices":[{"from":"2026-01-01","meter":"records_read","kind":"graduated","per":1,"free":20,"steps":[{"up_to":100,"micros":35000},{"micros":20001}]},{"from":"2026-11-01","meter":"records_read","kind":"graduated","per":1,"free":10,"steps":[{"up_to":100,"micros":36000},{"micros":21001}]},{"from":"2026-01-01","meter":"requests","kind":"package","per":10,"minimum_micros":2500000,"steps":[{"micros":123457}]}],"shares":[{"party":"patchbay","ppm":666667},{"party":"acme:books","ppm":333333}],"refund_days":14,"minimum_payout_micros":1000000}');
INSERT INTO terms(rowid,sha256,library,plugin,version,kind,platform_ppm,terms) VALUES(2,'e40fca398a6884d1bf2addf14b67acec1b50c29a202246e1873565effb2cc374','49ca538d062f22eab322afef1ca828bf154f92bbcb0aca76efaa9b9e6a5f4067','patchbay/rest','0.1.0','connector',300000,'{"currency":"JPY","prices":[{"from":"2026-01-01","meter":"records_read","kind":"volume","per":10,"steps":[{"up_to":40,"micros":30000000},{"micros":25000000}]},{"from":"2026-01-01","meter":"months","kind":"flat","steps":[{"micros":500000000}]}],"shares":[{"party":"patchbay","ppm":900000},{"party":"carol","ppm":100000}]}');
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
INSERT INTO stream_1(rowid,"key",cursor,deleted,generation,raw) VALUES(12,'359','2022-01-01T00:31:55.158Z',1,3,'{"id":"359","properties":{"company":"<b>Bold</b> Co","createdate":"2021-11-24T14:00:05.776Z","email":"person.16+56@mail.example","firstname":"Siobhán","hs_object_id":"359","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"Иванова"},"createdAt":"2021-11-24T14:00:05.776Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO stream_1(rowid,"key",cursor,deleted,generation,raw) VALUES(13,'377','2022-01-01T00:31:55.158Z',0,2,'{"id":"377","properties":{"company":"50% Off, Inc.","createdate":"2021-10-14T03:05:02.144Z","email":"person.17+788@bücher.example","firstname":"X Æ","hs_object_id":"377","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"True"},"createdAt":"2021-10-14T03:05:02.144Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO stream_1(rowid,"key",cursor,deleted,generation,raw) VALUES(14,'391','2022-01-01T00:31:55.158Z',0,0,'{"id":"391","properties":{"company":"Ümläut 🚀 Labs","createdate":"2021-12-25T22:28:21.134Z","email":"person.18+777@mail.example","firstname":null,"hs_object_id":"391","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"Á‍B"},"createdAt":"2021-12-25T22:28:21.134Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO stream_1(rowid,"key",cursor,deleted,generation,raw) VALUES(115,'431','2022-01-01T00:31:55.158Z',0,2,'{"id":"431","properties":{"company":"=SUM(A1:A9)","createdate":"2021-12-27T08:50:39.470Z","email":"person.21+509@mail.example","firstname":"ﬁona","hs_object_id":"431","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"d’Arc"},"createdAt":"2021-12-27T08:50:39.470Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
CREATE TABLE stream_2 (
  key TEXT PRIMARY KEY NOT NULL, cursor TEXT, deleted INTEGER NOT NULL DEFAULT 0,
  generation INTEGER NOT NULL, raw TEXT NOT NULL
);
INSERT INTO stream_2(rowid,"key",cursor,deleted,generation,raw) VALUES(1,'8000000014','2022-01-01T00:32:34.615Z',0,1,'{"id":"8000000014","properties":{"amount":"","createdate":"2021-11-03T15:47:43.419Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000014"},"createdAt":"2021-11-03T15:47:43.419Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO stream_2(rowid,"key",cursor,deleted,generation,raw) VALUES(2,'8000000032','2022-01-01T00:32:34.615Z',0,1,'{"id":"8000000032","properties":{"amount":"1904.37","createdate":"2021-10-05T20:07:22.811Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000032"},"createdAt":"2021-10-05T20:07:22.811Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO stream_2(rowid,"key",cursor,deleted,generation,raw) VALUES(3,'8000000034','2022-01-01T00:32:34.615Z',1,1,'{"id":"8000000034","properties":{"amount":null,"createdate":"2021-11-19T16:48:20.647Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000034"},"createdAt":"2021-11-19T16:48:20.647Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO stream_2(rowid,"key",cursor,deleted,generation,raw) VALUES(4,'8000000049','2022-01-01T00:32:34.615Z',0,1,'{"id":"8000000049","properties":{"amount":"8101.20","createdate":"2021-10-25T04:50:22.613Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000049"},"createdAt":"2021-10-25T04:50:22.613Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO stream_2(rowid,"key",cursor,deleted,generation,raw) VALUES(5,'8000000061','2022-01-01T00:32:34.615Z',0,1,'{"id":"8000000061","properties":{"amount":"","createdate":"2021-11-18T17:45:15.786Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000061"},"createdAt":"2021-11-18T17:45:15.786Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO stream_2(rowid,"key",cursor,deleted,generation,raw) VALUES(6,'8000000078','2022-01-01T00:32:34.615Z',0,1,'{"id":"8000000078","properties":{"amount":"8219.31","createdate":"2021-12-09T07:56:27.366Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000078"},"createdAt":"2021-12-09T07:56:27.366Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
CREATE TABLE stream_3 (
  key TEXT PRIMARY KEY NOT NULL, cursor TEXT, deleted INTEGER NOT NULL DEFAULT 0,
  generation INTEGER NOT NULL, raw TEXT NOT NULL
);
INSERT INTO stream_3(rowid,"key",cursor,deleted,generation,raw) VALUES(1,'item-1','2026-09-01T00:00:00Z',0,2,'{"id":"item-1","name":"lamp","price":12.50,"tags":["a","b"]}');
INSERT INTO stream_3(rowid,"key",cursor,deleted,generation,raw) VALUES(2,'item-2',NULL,0,2,'{"id":"item-2","name":"O''Neill \"2\"","price":"7.25"}');
INSERT INTO stream_3(rowid,"key",cursor,deleted,generation,raw) VALUES(3,'ab','2026-09-02T00:00:00Z',0,1,'{"id":"a\u001fb","name":"two keys","price":null}');
INSERT INTO stream_3(rowid,"key",cursor,deleted,generation,raw) VALUES(4,'李',NULL,0,1,'{"id":"李","name":"雷 🛰 \u0000","price":123456789012345678901234567890.5}');
INSERT INTO stream_3(rowid,"key",cursor,deleted,generation,raw) VALUES(5,'item-5','2026-09-03T00:00:00Z',1,2,'{"id":"item-5","name":"","price":"x","tags":{}}');
INSERT INTO stream_3(rowid,"key",cursor,deleted,generation,raw) VALUES(6,'0',NULL,0,2,'{"id":0,"name":"zero","price":-0.0}');
INSERT INTO stream_3(rowid,"key",cursor,deleted,generation,raw) VALUES(46,'Item-1','2026-09-04T00:00:00Z',0,2,'{"id":"Item-1","name":"another case","price":1e3}');
INSERT INTO stream_3(rowid,"key",cursor,deleted,generation,raw) VALUES(47,'item-8',NULL,0,1,'{"id":"item-8","name":"line\nbreak","price":88}');
INSERT INTO stream_3(rowid,"key",cursor,deleted,generation,raw) VALUES(48,'item-9','2026-09-05T00:00:00Z',0,2,'{ "id" : "item-9", "price" : 9 }');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence(rowid,name,seq) VALUES(1,'audit',3);
INSERT INTO sqlite_sequence(rowid,name,seq) VALUES(2,'usage',9);
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
CREATE VIEW "crm__deals" AS SELECT raw ->> '$."id"' AS "id",
  raw ->> '$."createdAt"' AS "createdAt",
  raw ->> '$."updatedAt"' AS "updatedAt",
  CASE raw ->> '$."archived"' WHEN 'true' THEN 1 WHEN 'false' THEN 0 WHEN 1 THEN 1 WHEN 0 THEN 0 END AS "archived",
  raw ->> '$."properties"."amount"' AS "amount",
  key AS _key,
  cursor AS _cursor,
  raw AS _raw
FROM stream_2 WHERE deleted = 0;
CREATE VIEW "Till-2__items" AS SELECT raw ->> '$."id"' AS "id",
  raw ->> '$."name"' AS "name",
  CASE WHEN raw ->> '$."price"' <> '' THEN CAST(raw ->> '$."price"' AS NUMERIC) END AS "price",
  raw -> '$."tags"' AS "tags",
  key AS _key,
  cursor AS _cursor,
  raw AS _raw
FROM stream_3 WHERE deleted = 0;
CREATE VIEW "crm_contacts" AS SELECT 'crm' AS connection, 'contacts' AS stream, key, raw ->> '$."id"' AS "id", raw ->> '$."properties"."email"' AS "email", raw ->> '$."properties"."firstname"' AS "first_name", raw ->> '$."properties"."lastname"' AS "last_name", raw ->> '$."properties"."phone"' AS "phone", raw ->> '$."properties"."company"' AS "company", raw ->> '$."createdAt"' AS "created_at", raw ->> '$."updatedAt"' AS "updated_at" FROM stream_1 WHERE deleted = 0;
CREATE VIEW "contacts" AS SELECT * FROM "crm__contacts";
CREATE VIEW "deals" AS SELECT * FROM "crm__deals";
CREATE VIEW "items" AS SELECT * FROM "Till-2__items";
COMMIT;
PRAGMA user_version = 6;
