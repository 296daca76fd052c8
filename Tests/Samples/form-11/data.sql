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
INSERT INTO streams VALUES(1,'crm','contacts','idle',NULL,'{"since":1790924410000}',NULL,NULL,NULL,1794816000205,NULL,'[{"name":"id","at":"/id","type":"text","store":"c1","found":true},{"name":"createdAt","at":"/createdAt","type":"time","store":"c2","found":true},{"name":"updatedAt","at":"/updatedAt","type":"time","store":"c3","found":true},{"name":"archived","at":"/archived","type":"boolean","store":"c4","found":true},{"name":"company","at":"/properties/company","type":"text","store":"c5","found":true},{"name":"email","at":"/properties/email","type":"text","store":"c6","found":true},{"name":"firstname","at":"/properties/firstname","type":"text","store":"c7","found":true},{"name":"lastname","at":"/properties/lastname","type":"text","store":"c8","found":true},{"name":"/properties/phone","at":"/properties/phone","type":"text","store":"c9","hidden":true},{"name":"name","at":"/properties/name","type":"text","store":"c10"},{"name":"amount","at":"/properties/amount","type":"text","store":"c11"}]','{"crm_contacts":{"company":"/properties/company","created_at":"/createdAt","email":"/properties/email","first_name":"/properties/firstname","id":"/id","last_name":"/properties/lastname","phone":"/properties/phone","updated_at":"/updatedAt"}}',0,0,0,27,0,'{"records":"","key":["/id"],"cursor":{"at":"/updatedAt","type":"time"},"deleted":{"at":"/archived"}}');
INSERT INTO streams VALUES(2,'crm','deals','reading','full','{"phase":"archived","greatest":1791616200000,"started":1790924410000,"first":"22 8000000337"}',NULL,NULL,NULL,1791792000238,NULL,'[{"name":"id","at":"/id","type":"text","store":"c1","found":true},{"name":"createdAt","at":"/createdAt","type":"time","store":"c2","found":true},{"name":"updatedAt","at":"/updatedAt","type":"time","store":"c3","found":true},{"name":"archived","at":"/archived","type":"boolean","store":"c4","found":true},{"name":"email","at":"/properties/email","type":"text","store":"c5"},{"name":"firstname","at":"/properties/firstname","type":"text","store":"c6"},{"name":"lastname","at":"/properties/lastname","type":"text","store":"c7"},{"name":"company","at":"/properties/company","type":"text","store":"c8"},{"name":"name","at":"/properties/name","type":"text","store":"c9"},{"name":"amount","at":"/properties/amount","type":"text","store":"c10","found":true}]','{}',0,0,0,22,0,'{"records":"","key":["/id"],"cursor":{"at":"/updatedAt","type":"time"},"deleted":{"at":"/archived"}}');
INSERT INTO streams VALUES(3,'Crm-US','contacts','reading','incremental','{"since":1790924404000}',NULL,'{"since":1790924404000}',NULL,1791705900204,NULL,'[{"name":"id","at":"/id","type":"text","store":"c1","found":true},{"name":"createdAt","at":"/createdAt","type":"time","store":"c2","found":true},{"name":"updatedAt","at":"/updatedAt","type":"time","store":"c3","found":true},{"name":"archived","at":"/archived","type":"boolean","store":"c4","found":true},{"name":"/properties/company","at":"/properties/company","type":"text","store":"c5","hidden":true},{"name":"email","at":"/properties/email","type":"text","store":"c6","found":true},{"name":"/properties/firstname","at":"/properties/firstname","type":"text","store":"c7","hidden":true},{"name":"lastname","at":"/properties/lastname","type":"text","store":"c8","found":true},{"name":"phone","at":"/properties/phone","type":"text","store":"c9","found":true}]','{"crm_contacts":{"company":"/properties/company","created_at":"/createdAt","email":"/properties/email","first_name":"/properties/firstname","id":"/id","last_name":"/properties/lastname","phone":"/properties/phone","updated_at":"/updatedAt"}}',0,0,0,0,0,'{"records":"","key":["/id"],"cursor":{"at":"/updatedAt","type":"time"},"deleted":{"at":"/archived"}}');
INSERT INTO streams VALUES(4,'Shop-2','orders','idle',NULL,'{"files":{"orders-1.csv":[256,1790920800000000000,1795819647671463956,7],"orders-2.csv":[113,1791784800000000000,1795819650887469744,3]}}',NULL,NULL,NULL,1791793200077,'cb11f9b53274778091d629f164bd6939','[{"name":"id","at":"/id","type":"text","store":"c1","found":true},{"name":"day","at":"/day","type":"text","store":"c2","found":true},{"name":"customer","at":"/customer","type":"text","store":"c3","found":true},{"name":"total","at":"/total","type":"number","store":"c4","found":true},{"name":"note","at":"/note","type":"text","store":"c5","found":true}]','{}',0,0,0,10,1,'{"records":"","key":["/id"]}');
INSERT INTO streams VALUES(5,'Shop-2','people','idle',NULL,'{"files":{"hr/people.csv":[13,1791784800000000000,1795819650887469744,2]}}',NULL,NULL,NULL,1791793200078,'015114bfaa6eb0dc1cb1b5d4958d8e95','[{"name":"n","at":"/n","type":"text","store":"c1","found":true},{"name":"m","at":"/m","type":"text","store":"c2","found":true}]','{}',0,0,0,2,0,'{"records":"","key":["/_file","/_row"],"deleted":{"at":"/_deleted"}}');
INSERT INTO streams VALUES(6,'Shop-2','events','idle',NULL,'{"files":{"app.ndjson":[239,1790920800000000000,1795819647667463956,4]}}',NULL,NULL,NULL,1791793200077,'e8cec994fdf06e8c82afc5709d0af808','[]','{}',0,0,0,4,1,'{"records":"","key":["/day","/number"]}');
INSERT INTO streams VALUES(7,'till','items','idle',NULL,'{"since":"2026-10-12T06:58:00.001Z"}',NULL,NULL,NULL,1791880200182,'a334ed3326f48e34-2f06bd43b2bcacd0','[{"name":"id","at":"/id","type":"text","store":"c1","found":true},{"name":"name","at":"/name","type":"text","store":"c2","found":true},{"name":"price","at":"/price","type":"number","store":"c3","found":true},{"name":"updated_at","at":"/updated_at","type":"time","store":"c4","found":true}]','{}',0,0,0,15,0,'{"records":"","key":["/id"],"cursor":{"at":"/updated_at","type":"time"}}');
CREATE TABLE seen (
  stream_id INTEGER NOT NULL REFERENCES streams(id) ON DELETE CASCADE, part INTEGER NOT NULL,
  bits BLOB NOT NULL, PRIMARY KEY (stream_id, part)
) WITHOUT ROWID;
INSERT INTO seen VALUES(1,0,CAST(X'fefdfd3f'||zeroblob(4092) AS BLOB));
INSERT INTO seen VALUES(2,0,CAST(X'fefe7e05'||zeroblob(4092) AS BLOB));
INSERT INTO seen VALUES(4,0,CAST(X'fe0a'||zeroblob(4094) AS BLOB));
INSERT INTO seen VALUES(5,0,CAST(X'06'||zeroblob(4095) AS BLOB));
INSERT INTO seen VALUES(6,0,CAST(X'0e'||zeroblob(4095) AS BLOB));
INSERT INTO seen VALUES(7,0,CAST(X'feff'||zeroblob(4094) AS BLOB));
CREATE TABLE dead_letters (
  id INTEGER PRIMARY KEY, stream_id INTEGER NOT NULL REFERENCES streams(id) ON DELETE CASCADE,
  run TEXT NOT NULL, key TEXT, reason TEXT NOT NULL, raw TEXT NOT NULL, at_ms INTEGER NOT NULL,
  request TEXT, pointer TEXT
);
INSERT INTO dead_letters VALUES(1,2,'01M40CDW4JHPRJM6HR1FMRWCMT',NULL,'the record''s key is not text or a whole number','{"id":null,"properties":{"amount":"6173.99","createdate":"2021-12-16T08:39:16.978Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000173"},"createdAt":"2021-12-16T08:39:16.978Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}',1791014400250,'GET {base_url}/crm/v3/objects/deals?limit=100&archived=false&properties=email,firstname,lastname,company,name,amount','records /results, key /id');
INSERT INTO dead_letters VALUES(2,1,'01M40CDW4JHPRJM6HR1FMRWCMT',NULL,'the record is not valid JSON','{"id":"324","properties":{"broken":tru,"company":"N/A","createdate":"2021-12-23T03:25:28.647Z","email":"person.13+748@mail.example","firstname":"さくら","hs_object_id":"324","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"Müller-Lüdenscheidt"},"createdAt":"2021-12-23T03:25:28.647Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}',1791014400255,'GET {base_url}/crm/v3/objects/contacts?limit=100&archived=false&properties=email,firstname,lastname,company,name,amount','records /results, key /id');
INSERT INTO dead_letters VALUES(3,4,'01M4QK4YX9GPGERY4WJAX7CE0D',NULL,'the record''s key is not text or a whole number','"1006,2026-10-02"',1791793200072,'files from orders-1.csv on','records , key /id');
INSERT INTO dead_letters VALUES(4,4,'01M40DJFWTTZ1ZB2SFFHA4W3ZG',NULL,'the record has no key','{"id":"","day":"2026-10-02","customer":"nobody","total":"1.00","note":"no key"}',1791015600099,'files from orders-1.csv on','records , key /id');
INSERT INTO dead_letters VALUES(5,6,'01M4QK4YX9GPGERY4WJAX7CE0D',NULL,'the record has no key','{"day":"2026-10-02","what":"no number"}',1791793200072,'file app.ndjson','records , key /day /number');
CREATE TABLE shared_views (name TEXT PRIMARY KEY);
INSERT INTO shared_views VALUES('crm_contacts');
INSERT INTO shared_views VALUES('contacts');
INSERT INTO shared_views VALUES('deals');
INSERT INTO shared_views VALUES('events');
INSERT INTO shared_views VALUES('items');
INSERT INTO shared_views VALUES('orders');
INSERT INTO shared_views VALUES('people');
INSERT INTO shared_views VALUES('crm_contacts_all');
INSERT INTO shared_views VALUES('crm__contacts_all');
INSERT INTO shared_views VALUES('crm__deals_all');
INSERT INTO shared_views VALUES('Crm-US__contacts_all');
INSERT INTO shared_views VALUES('Shop-2__orders_all');
INSERT INTO shared_views VALUES('Shop-2__people_all');
INSERT INTO shared_views VALUES('Shop-2__events_all');
INSERT INTO shared_views VALUES('till__items_all');
CREATE TABLE usage (
  number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, at_ms INTEGER NOT NULL,
  customer TEXT NOT NULL, plugin TEXT NOT NULL, version TEXT NOT NULL, library TEXT NOT NULL,
  terms TEXT NOT NULL, meter TEXT NOT NULL, quantity INTEGER NOT NULL
);
INSERT INTO usage VALUES(1,'01M40CDW4JHPRJM6HR1FMRWCMT/deals/1/records_read',1791014400250,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','records_read',24);
INSERT INTO usage VALUES(2,'01M40CDW4JHPRJM6HR1FMRWCMT/contacts/1/records_read',1791014400255,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','records_read',24);
INSERT INTO usage VALUES(3,'01M40CDW4JHPRJM6HR1FMRWCMT/deals/2/records_read',1791014400255,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','records_read',1);
INSERT INTO usage VALUES(4,'01M40CDW4JHPRJM6HR1FMRWCMT/contacts/2/records_read',1791014400256,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','records_read',1);
INSERT INTO usage VALUES(5,'01M40CDW4JHPRJM6HR1FMRWCMT/requests',1791014400275,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','requests',4);
INSERT INTO usage VALUES(6,'01M40CDW4JHPRJM6HR1FMRWCMT/bytes',1791014400275,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','bytes',3263);
INSERT INTO usage VALUES(7,'01M40CDW4JHPRJM6HR1FMRWCMT/seconds',1791014400275,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','seconds',1);
INSERT INTO usage VALUES(8,'crm/patchbay/hubspot/2026-10/months',1791014400275,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','months',1);
INSERT INTO usage VALUES(9,'01M40D0609TYGDVZYBZRBD2C8E/contacts/1/records_read',1791015000201,'Crm-US','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','records_read',12);
INSERT INTO usage VALUES(10,'01M40D0609TYGDVZYBZRBD2C8E/requests',1791015000217,'Crm-US','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','requests',3);
INSERT INTO usage VALUES(11,'01M40D0609TYGDVZYBZRBD2C8E/bytes',1791015000217,'Crm-US','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','bytes',1026);
INSERT INTO usage VALUES(12,'01M40D0609TYGDVZYBZRBD2C8E/seconds',1791015000217,'Crm-US','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','seconds',1);
INSERT INTO usage VALUES(13,'Crm-US/patchbay/hubspot/2026-10/months',1791015000217,'Crm-US','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','months',1);
INSERT INTO usage VALUES(14,'01M40DJFWTTZ1ZB2SFFHA4W3ZG/orders/1/records_read',1791015600099,'Shop-2','patchbay/files','0.1.0','','','records_read',10);
INSERT INTO usage VALUES(15,'01M40DJFWTTZ1ZB2SFFHA4W3ZG/events/1/records_read',1791015600103,'Shop-2','patchbay/files','0.1.0','','','records_read',3);
INSERT INTO usage VALUES(16,'01M40DJFWTTZ1ZB2SFFHA4W3ZG/people/1/records_read',1791015600119,'Shop-2','patchbay/files','0.1.0','','','records_read',4);
INSERT INTO usage VALUES(17,'01M40DJFWTTZ1ZB2SFFHA4W3ZG/seconds',1791015600122,'Shop-2','patchbay/files','0.1.0','','','seconds',1);
INSERT INTO usage VALUES(18,'Shop-2/patchbay/files/2026-10/months',1791015600122,'Shop-2','patchbay/files','0.1.0','','','months',1);
INSERT INTO usage VALUES(19,'01M40E4SZGVF0P8CMJVNRDSNAC/items/1/records_read',1791016200274,'till','patchbay/rest','0.1.0','49ca538d062f22eab322afef1ca828bf154f92bbcb0aca76efaa9b9e6a5f4067','e40fca398a6884d1bf2addf14b67acec1b50c29a202246e1873565effb2cc374','records_read',10);
INSERT INTO usage VALUES(20,'01M40E4SZGVF0P8CMJVNRDSNAC/items/2/records_read',1791016200276,'till','patchbay/rest','0.1.0','49ca538d062f22eab322afef1ca828bf154f92bbcb0aca76efaa9b9e6a5f4067','e40fca398a6884d1bf2addf14b67acec1b50c29a202246e1873565effb2cc374','records_read',8);
INSERT INTO usage VALUES(21,'01M40E4SZGVF0P8CMJVNRDSNAC/requests',1791016200331,'till','patchbay/rest','0.1.0','49ca538d062f22eab322afef1ca828bf154f92bbcb0aca76efaa9b9e6a5f4067','e40fca398a6884d1bf2addf14b67acec1b50c29a202246e1873565effb2cc374','requests',2);
INSERT INTO usage VALUES(22,'01M40E4SZGVF0P8CMJVNRDSNAC/bytes',1791016200331,'till','patchbay/rest','0.1.0','49ca538d062f22eab322afef1ca828bf154f92bbcb0aca76efaa9b9e6a5f4067','e40fca398a6884d1bf2addf14b67acec1b50c29a202246e1873565effb2cc374','bytes',504);
INSERT INTO usage VALUES(23,'01M40E4SZGVF0P8CMJVNRDSNAC/seconds',1791016200331,'till','patchbay/rest','0.1.0','49ca538d062f22eab322afef1ca828bf154f92bbcb0aca76efaa9b9e6a5f4067','e40fca398a6884d1bf2addf14b67acec1b50c29a202246e1873565effb2cc374','seconds',1);
INSERT INTO usage VALUES(24,'till/patchbay/rest/2026-10/months',1791016200331,'till','patchbay/rest','0.1.0','49ca538d062f22eab322afef1ca828bf154f92bbcb0aca76efaa9b9e6a5f4067','e40fca398a6884d1bf2addf14b67acec1b50c29a202246e1873565effb2cc374','months',1);
INSERT INTO usage VALUES(25,'01M4MZKM1YH06228Z2SYCC9VJY/contacts/1/records_read',1791705600134,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','records_read',23);
INSERT INTO usage VALUES(26,'01M4MZKM1YH06228Z2SYCC9VJY/contacts/2/records_read',1791705600139,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','records_read',4);
INSERT INTO usage VALUES(27,'01M4MZKM1YH06228Z2SYCC9VJY/requests',1791705600151,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','requests',2);
INSERT INTO usage VALUES(28,'01M4MZKM1YH06228Z2SYCC9VJY/bytes',1791705600151,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','bytes',2277);
INSERT INTO usage VALUES(29,'01M4MZKM1YH06228Z2SYCC9VJY/seconds',1791705600151,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','seconds',1);
INSERT INTO usage VALUES(31,'01M4MZWS2J5YNAANPN8JPJK26F/contacts/1/records_read',1791705900188,'Crm-US','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','records_read',11);
INSERT INTO usage VALUES(32,'01M4MZWS2J5YNAANPN8JPJK26F/contacts/2/records_read',1791705900194,'Crm-US','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','records_read',1);
INSERT INTO usage VALUES(33,'01M4MZWS2J5YNAANPN8JPJK26F/requests',1791705900205,'Crm-US','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','requests',3);
INSERT INTO usage VALUES(34,'01M4MZWS2J5YNAANPN8JPJK26F/bytes',1791705900205,'Crm-US','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','bytes',1611);
INSERT INTO usage VALUES(35,'01M4MZWS2J5YNAANPN8JPJK26F/seconds',1791705900205,'Crm-US','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','seconds',1);
INSERT INTO usage VALUES(37,'01M4QJ0B3M3W1QT4NNP3KQ3FZC/deals/1/records_read',1791792000207,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','records_read',22);
INSERT INTO usage VALUES(38,'01M4QJ0B3M3W1QT4NNP3KQ3FZC/deals/2/records_read',1791792000209,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','records_read',1);
INSERT INTO usage VALUES(39,'01M4QJ0B3M3W1QT4NNP3KQ3FZC/requests',1791792000239,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','requests',4);
INSERT INTO usage VALUES(40,'01M4QJ0B3M3W1QT4NNP3KQ3FZC/bytes',1791792000239,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','bytes',2404);
INSERT INTO usage VALUES(41,'01M4QJ0B3M3W1QT4NNP3KQ3FZC/seconds',1791792000239,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','seconds',1);
INSERT INTO usage VALUES(43,'01M4QK4YX9GPGERY4WJAX7CE0D/events/1/records_read',1791793200072,'Shop-2','patchbay/files','0.1.0','','','records_read',3);
INSERT INTO usage VALUES(44,'01M4QK4YX9GPGERY4WJAX7CE0D/orders/1/records_read',1791793200072,'Shop-2','patchbay/files','0.1.0','','','records_read',9);
INSERT INTO usage VALUES(45,'01M4QK4YX9GPGERY4WJAX7CE0D/people/1/records_read',1791793200073,'Shop-2','patchbay/files','0.1.0','','','records_read',2);
INSERT INTO usage VALUES(46,'01M4QK4YX9GPGERY4WJAX7CE0D/seconds',1791793200079,'Shop-2','patchbay/files','0.1.0','','','seconds',1);
INSERT INTO usage VALUES(48,'01M4T63ZXCBMQ68JFXJY8FAFA1/items/1/records_read',1791880200146,'till','patchbay/rest','0.1.0','49ca538d062f22eab322afef1ca828bf154f92bbcb0aca76efaa9b9e6a5f4067','e40fca398a6884d1bf2addf14b67acec1b50c29a202246e1873565effb2cc374','records_read',10);
INSERT INTO usage VALUES(49,'01M4T63ZXCBMQ68JFXJY8FAFA1/items/2/records_read',1791880200147,'till','patchbay/rest','0.1.0','49ca538d062f22eab322afef1ca828bf154f92bbcb0aca76efaa9b9e6a5f4067','e40fca398a6884d1bf2addf14b67acec1b50c29a202246e1873565effb2cc374','records_read',5);
INSERT INTO usage VALUES(50,'01M4T63ZXCBMQ68JFXJY8FAFA1/requests',1791880200182,'till','patchbay/rest','0.1.0','49ca538d062f22eab322afef1ca828bf154f92bbcb0aca76efaa9b9e6a5f4067','e40fca398a6884d1bf2addf14b67acec1b50c29a202246e1873565effb2cc374','requests',2);
INSERT INTO usage VALUES(51,'01M4T63ZXCBMQ68JFXJY8FAFA1/bytes',1791880200182,'till','patchbay/rest','0.1.0','49ca538d062f22eab322afef1ca828bf154f92bbcb0aca76efaa9b9e6a5f4067','e40fca398a6884d1bf2addf14b67acec1b50c29a202246e1873565effb2cc374','bytes',731);
INSERT INTO usage VALUES(52,'01M4T63ZXCBMQ68JFXJY8FAFA1/seconds',1791880200182,'till','patchbay/rest','0.1.0','49ca538d062f22eab322afef1ca828bf154f92bbcb0aca76efaa9b9e6a5f4067','e40fca398a6884d1bf2addf14b67acec1b50c29a202246e1873565effb2cc374','seconds',1);
INSERT INTO usage VALUES(54,'01M7F70FARNGTKGR036HENQB7M/items/1/records_read',1794733260167,'gone','patchbay/rest','0.1.0','49ca538d062f22eab322afef1ca828bf154f92bbcb0aca76efaa9b9e6a5f4067','e40fca398a6884d1bf2addf14b67acec1b50c29a202246e1873565effb2cc374','records_read',10);
INSERT INTO usage VALUES(55,'01M7F70FARNGTKGR036HENQB7M/items/2/records_read',1794733260169,'gone','patchbay/rest','0.1.0','49ca538d062f22eab322afef1ca828bf154f92bbcb0aca76efaa9b9e6a5f4067','e40fca398a6884d1bf2addf14b67acec1b50c29a202246e1873565effb2cc374','records_read',5);
INSERT INTO usage VALUES(56,'01M7F70FARNGTKGR036HENQB7M/requests',1794733260185,'gone','patchbay/rest','0.1.0','49ca538d062f22eab322afef1ca828bf154f92bbcb0aca76efaa9b9e6a5f4067','e40fca398a6884d1bf2addf14b67acec1b50c29a202246e1873565effb2cc374','requests',2);
INSERT INTO usage VALUES(57,'01M7F70FARNGTKGR036HENQB7M/bytes',1794733260185,'gone','patchbay/rest','0.1.0','49ca538d062f22eab322afef1ca828bf154f92bbcb0aca76efaa9b9e6a5f4067','e40fca398a6884d1bf2addf14b67acec1b50c29a202246e1873565effb2cc374','bytes',731);
INSERT INTO usage VALUES(58,'01M7F70FARNGTKGR036HENQB7M/seconds',1794733260185,'gone','patchbay/rest','0.1.0','49ca538d062f22eab322afef1ca828bf154f92bbcb0aca76efaa9b9e6a5f4067','e40fca398a6884d1bf2addf14b67acec1b50c29a202246e1873565effb2cc374','seconds',1);
INSERT INTO usage VALUES(59,'gone/patchbay/rest/2026-11/months',1794733260185,'gone','patchbay/rest','0.1.0','49ca538d062f22eab322afef1ca828bf154f92bbcb0aca76efaa9b9e6a5f4067','e40fca398a6884d1bf2addf14b67acec1b50c29a202246e1873565effb2cc374','months',1);
INSERT INTO usage VALUES(60,'01M7HNXG2FVKHCY8CJA5XA133X/contacts/1/records_read',1794816000180,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','records_read',23);
INSERT INTO usage VALUES(61,'01M7HNXG2FVKHCY8CJA5XA133X/deals/1/records_read',1794816000183,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','records_read',22);
INSERT INTO usage VALUES(62,'01M7HNXG2FVKHCY8CJA5XA133X/contacts/2/records_read',1794816000185,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','records_read',4);
INSERT INTO usage VALUES(63,'01M7HNXG2FVKHCY8CJA5XA133X/requests',1794816000206,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','requests',6);
INSERT INTO usage VALUES(64,'01M7HNXG2FVKHCY8CJA5XA133X/bytes',1794816000206,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','bytes',5169);
INSERT INTO usage VALUES(65,'01M7HNXG2FVKHCY8CJA5XA133X/seconds',1794816000206,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','seconds',1);
INSERT INTO usage VALUES(66,'crm/patchbay/hubspot/2026-11/months',1794816000206,'crm','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','months',1);
INSERT INTO usage VALUES(67,'01M7M8A732GZJJEF4X7FX0TT2E/requests',1794902401701,'Crm-US','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','requests',2);
INSERT INTO usage VALUES(68,'01M7M8A732GZJJEF4X7FX0TT2E/bytes',1794902401701,'Crm-US','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','bytes',772);
INSERT INTO usage VALUES(69,'01M7M8A732GZJJEF4X7FX0TT2E/seconds',1794902401701,'Crm-US','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','seconds',2);
INSERT INTO usage VALUES(70,'Crm-US/patchbay/hubspot/2026-11/months',1794902401701,'Crm-US','patchbay/hubspot','0.1.0','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','months',1);
CREATE TABLE terms (
  sha256 TEXT NOT NULL, library TEXT NOT NULL, plugin TEXT NOT NULL, version TEXT NOT NULL,
  kind TEXT NOT NULL, platform_ppm INTEGER NOT NULL, terms TEXT NOT NULL,
  PRIMARY KEY (sha256, library)
);
INSERT INTO terms VALUES('04e123d789bba1d074f63c4b94242db12b5f0ee9134c5c4b29e1c36d0ad8e235','b79929be4c08f84713146d8b9693b9a5ac8a8efc934e56fb75dd5d825e1359ea','patchbay/hubspot','0.1.0','connector',300000,'{"currency":"EUR","prices":[{"from":"2026-01-01","meter":"records_read","kind":"graduated","per":1,"free":20,"steps":[{"up_to":100,"micros":35000},{"micros":20001}]},{"from":"2026-11-01","meter":"records_read","kind":"graduated","per":1,"free":10,"steps":[{"up_to":100,"micros":36000},{"micros":21001}]},{"from":"2026-01-01","meter":"requests","kind":"package","per":10,"minimum_micros":2500000,"steps":[{"micros":123457}]}],"shares":[{"party":"patchbay","ppm":666667},{"party":"acme:books","ppm":333333}],"refund_days":14,"minimum_payout_micros":1000000}');
INSERT INTO terms VALUES('e40fca398a6884d1bf2addf14b67acec1b50c29a202246e1873565effb2cc374','49ca538d062f22eab322afef1ca828bf154f92bbcb0aca76efaa9b9e6a5f4067','patchbay/rest','0.1.0','connector',300000,'{"currency":"JPY","prices":[{"from":"2026-01-01","meter":"records_read","kind":"volume","per":10,"steps":[{"up_to":40,"micros":30000000},{"micros":25000000}]},{"from":"2026-01-01","meter":"months","kind":"flat","steps":[{"micros":500000000}]}],"shares":[{"party":"patchbay","ppm":900000},{"party":"carol","ppm":100000}]}');
CREATE TABLE stream_1 (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, cursor TEXT, deleted_ms INTEGER
, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11);
INSERT INTO stream_1 VALUES(1,'154','2022-01-01T00:31:55.158Z',NULL,'154','2021-11-11T14:27:22.856Z','2022-01-01T00:31:55.158Z',0,'<b>Bold</b> Co','person.0+650@mail.example','Siobhán','van der "Berg"',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(2,'164','2026-10-10T07:00:00.000Z',1791705600139,'164','2021-10-03T08:18:08.235Z','2026-10-10T07:00:00.000Z',1,'株式会社みらい','person.1+525@mail.example','李','‮desrever',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(3,'177','2026-10-10T07:00:00.000Z',NULL,'177','2021-10-13T14:09:44.446Z','2026-10-10T07:00:00.000Z',0,NULL,'person.2+35@mail.example','X Æ','الخوارزمي',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(4,'193','2026-10-10T07:00:00.000Z',NULL,'193','2021-11-06T15:39:01.577Z','2026-10-10T07:00:00.000Z',0,'N/A','person.3+473@mail.example','Anne Marie','van der "Berg"',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(5,'208','2022-01-01T00:31:55.158Z',NULL,'208','2021-11-13T06:56:53.362Z','2022-01-01T00:31:55.158Z',0,'שלום בע"מ','person.4+310@bücher.example','X Æ','כהן',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(6,'226','2022-01-01T00:31:55.158Z',NULL,'226','2021-12-10T10:51:06.717Z','2022-01-01T00:31:55.158Z',0,'Tab	Co','person.5+674@mail.example','👩‍💻 Kim','الخوارزمي',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(7,'246','2022-01-01T00:31:55.158Z',NULL,'246','2021-10-10T08:18:44.654Z','2022-01-01T00:31:55.158Z',0,'Tab	Co','person.7+919@mail.example','さくら','Smith; DROP TABLE contacts',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(8,'261','2022-01-01T00:31:55.158Z',NULL,'261','2021-12-06T23:53:53.754Z','2022-01-01T00:31:55.158Z',0,'50% Off, Inc.',NULL,'ﬁona','小龍',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(9,'271','2022-01-01T00:31:55.158Z',1794816000205,'271','2021-11-17T04:33:05.312Z','2022-01-01T00:31:55.158Z',0,'Crème de la Crème','person.9+651@mail.example','Null','',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(10,'285','2026-10-10T07:00:00.000Z',1791705600139,'285','2021-12-30T18:41:15.814Z','2026-10-10T07:00:00.000Z',1,'50% Off, Inc.','person.10+784@mail.example','דניאל','Nguyễn',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(11,'300','2026-10-10T07:00:00.000Z',NULL,'300','2021-12-07T00:54:04.682Z','2026-10-10T07:00:00.000Z',0,'Crème de la Crème','person.11+908@mail.example','Null','Müller-Lüdenscheidt',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(12,'310','2026-10-10T07:00:00.000Z',NULL,'310','2021-12-24T13:01:16.985Z','2026-10-10T07:00:00.000Z',0,'<b>Bold</b> Co','person.12+396@mail.example',NULL,'כהן',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(13,'344','2022-01-01T00:31:55.158Z',NULL,'344','2021-12-29T18:19:10.553Z','2022-01-01T00:31:55.158Z',0,'שלום בע"מ','person.14+953@mail.example','X Æ','1e5',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(14,'354','2022-01-01T00:31:55.158Z',NULL,'354','2021-10-18T11:55:29.673Z','2022-01-01T00:31:55.158Z',0,'Crème de la Crème','person.15+483@mail.example','李','‮desrever',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(15,'359','2022-01-01T00:31:55.158Z',NULL,'359','2021-11-24T14:00:05.776Z','2022-01-01T00:31:55.158Z',0,'<b>Bold</b> Co','person.16+56@mail.example','Siobhán','Иванова',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(16,'377','2022-01-01T00:31:55.158Z',NULL,'377','2021-10-14T03:05:02.144Z','2022-01-01T00:31:55.158Z',0,'50% Off, Inc.','person.17+788@bücher.example','X Æ','True',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(17,'391','2022-01-01T00:31:55.158Z',1794816000205,'391','2021-12-25T22:28:21.134Z','2022-01-01T00:31:55.158Z',0,'Ümläut 🚀 Labs','person.18+777@mail.example',NULL,'Á‍B',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(18,'399','2026-10-10T07:00:00.000Z',1791705600139,'399','2021-10-20T20:11:05.462Z','2026-10-10T07:00:00.000Z',1,'Acme','person.19+680@mail.example','X Æ','O''Brien',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(19,'420','2026-10-10T07:00:00.000Z',NULL,'420','2021-10-07T10:23:33.450Z','2026-10-10T07:00:00.000Z',0,'Tab	Co','person.20+572@mail.example','さくら','‮desrever',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(20,'431','2022-01-01T00:31:55.158Z',NULL,'431','2021-12-27T08:50:39.470Z','2022-01-01T00:31:55.158Z',0,'=SUM(A1:A9)','person.21+509@mail.example','ﬁona','d’Arc',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(21,'448','2022-01-01T00:31:55.158Z',NULL,'448','2021-12-22T15:20:41.611Z','2022-01-01T00:31:55.158Z',0,'50% Off, Inc.','person.22+607@mail.example','👩‍💻 Kim','כהן',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(22,'459','2022-01-01T00:31:55.158Z',NULL,'459','2021-12-28T04:14:58.034Z','2022-01-01T00:31:55.158Z',0,'Crème de la Crème','person.23+729@mail.example','X Æ','כהן',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(23,'468','2022-01-01T00:31:55.158Z',NULL,'468','2021-10-15T11:51:22.724Z','2022-01-01T00:31:55.158Z',0,'=SUM(A1:A9)','person.24+687@mail.example','Łukasz','Lovelace',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(24,'486','2022-01-01T00:31:55.158Z',NULL,'486','2021-12-24T09:25:27.618Z','2022-01-01T00:31:55.158Z',0,'<b>Bold</b> Co','person.25+160@mail.example','Ольга','Smith; DROP TABLE contacts',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(25,'241','2022-01-01T00:31:55.158Z',1791014400256,'241','2021-11-15T13:30:38.271Z','2022-01-01T00:31:55.158Z',1,'Ümläut 🚀 Labs','person.6+371@mail.example','Ольга','Lovelace',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(26,'324','2022-01-01T00:31:55.158Z',NULL,'324','2021-12-23T03:25:28.647Z','2022-01-01T00:31:55.158Z',0,'N/A','person.13+748@mail.example','さくら','Müller-Lüdenscheidt',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(27,'489','2026-10-10T07:00:00.000Z',NULL,'489','2026-10-10T07:00:00.000Z','2026-10-10T07:00:00.000Z',0,'Bäcker & Söhne','person.26+968@mail.example','Ada','O''Brien',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(28,'506','2026-10-10T07:00:00.000Z',NULL,'506','2026-10-10T07:00:00.000Z','2026-10-10T07:00:00.000Z',0,'N/A',NULL,'Łukasz','Иванова',NULL,NULL,NULL);
INSERT INTO stream_1 VALUES(29,'527','2026-10-10T07:00:00.000Z',NULL,'527','2026-10-10T07:00:00.000Z','2026-10-10T07:00:00.000Z',0,'Bäcker & Söhne','person.28+208@mail.example','Søren','Smith; DROP TABLE contacts',NULL,NULL,NULL);
CREATE TABLE raw_1 (id INTEGER PRIMARY KEY, raw TEXT NOT NULL);
INSERT INTO raw_1 VALUES(1,'{"id":"154","properties":{"company":"<b>Bold</b> Co","createdate":"2021-11-11T14:27:22.856Z","email":"person.0+650@mail.example","firstname":"Siobhán","hs_object_id":"154","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"van der \"Berg\""},"createdAt":"2021-11-11T14:27:22.856Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO raw_1 VALUES(2,'{"id":"164","properties":{"company":"株式会社みらい","createdate":"2021-10-03T08:18:08.235Z","email":"person.1+525@mail.example","firstname":"李","hs_object_id":"164","lastmodifieddate":"2026-10-10T07:00:00.000Z","lastname":"‮desrever"},"createdAt":"2021-10-03T08:18:08.235Z","updatedAt":"2026-10-10T07:00:00.000Z","archived":true,"archivedAt":"2026-10-10T07:00:00.000Z"}');
INSERT INTO raw_1 VALUES(3,'{"id":"177","properties":{"company":null,"createdate":"2021-10-13T14:09:44.446Z","email":"person.2+35@mail.example","firstname":"X Æ","hs_object_id":"177","lastmodifieddate":"2026-10-10T07:00:00.000Z","lastname":"الخوارزمي"},"createdAt":"2021-10-13T14:09:44.446Z","updatedAt":"2026-10-10T07:00:00.000Z","archived":false}');
INSERT INTO raw_1 VALUES(4,'{"id":"193","properties":{"company":"N/A","createdate":"2021-11-06T15:39:01.577Z","email":"person.3+473@mail.example","firstname":"Anne Marie","hs_object_id":"193","lastmodifieddate":"2026-10-10T07:00:00.000Z","lastname":"van der \"Berg\""},"createdAt":"2021-11-06T15:39:01.577Z","updatedAt":"2026-10-10T07:00:00.000Z","archived":false}');
INSERT INTO raw_1 VALUES(5,'{"id":"208","properties":{"company":"שלום בע\"מ","createdate":"2021-11-13T06:56:53.362Z","email":"person.4+310@bücher.example","firstname":"X Æ","hs_object_id":"208","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"כהן"},"createdAt":"2021-11-13T06:56:53.362Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO raw_1 VALUES(6,'{"id":"226","properties":{"company":"Tab\tCo","createdate":"2021-12-10T10:51:06.717Z","email":"person.5+674@mail.example","firstname":"👩‍💻 Kim","hs_object_id":"226","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"الخوارزمي"},"createdAt":"2021-12-10T10:51:06.717Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO raw_1 VALUES(7,'{"id":"246","properties":{"company":"Tab\tCo","createdate":"2021-10-10T08:18:44.654Z","email":"person.7+919@mail.example","firstname":"さくら","hs_object_id":"246","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"Smith; DROP TABLE contacts"},"createdAt":"2021-10-10T08:18:44.654Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO raw_1 VALUES(8,'{"id":"261","properties":{"company":"50% Off, Inc.","createdate":"2021-12-06T23:53:53.754Z","email":null,"firstname":"ﬁona","hs_object_id":"261","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"小龍"},"createdAt":"2021-12-06T23:53:53.754Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO raw_1 VALUES(9,'{"id":"271","properties":{"company":"Crème de la Crème","createdate":"2021-11-17T04:33:05.312Z","email":"person.9+651@mail.example","firstname":"Null","hs_object_id":"271","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":""},"createdAt":"2021-11-17T04:33:05.312Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO raw_1 VALUES(10,'{"id":"285","properties":{"company":"50% Off, Inc.","createdate":"2021-12-30T18:41:15.814Z","email":"person.10+784@mail.example","firstname":"דניאל","hs_object_id":"285","lastmodifieddate":"2026-10-10T07:00:00.000Z","lastname":"Nguyễn"},"createdAt":"2021-12-30T18:41:15.814Z","updatedAt":"2026-10-10T07:00:00.000Z","archived":true,"archivedAt":"2026-10-10T07:00:00.000Z"}');
INSERT INTO raw_1 VALUES(11,'{"id":"300","properties":{"company":"Crème de la Crème","createdate":"2021-12-07T00:54:04.682Z","email":"person.11+908@mail.example","firstname":"Null","hs_object_id":"300","lastmodifieddate":"2026-10-10T07:00:00.000Z","lastname":"Müller-Lüdenscheidt"},"createdAt":"2021-12-07T00:54:04.682Z","updatedAt":"2026-10-10T07:00:00.000Z","archived":false}');
INSERT INTO raw_1 VALUES(12,'{"id":"310","properties":{"company":"<b>Bold</b> Co","createdate":"2021-12-24T13:01:16.985Z","email":"person.12+396@mail.example","firstname":null,"hs_object_id":"310","lastmodifieddate":"2026-10-10T07:00:00.000Z","lastname":"כהן"},"createdAt":"2021-12-24T13:01:16.985Z","updatedAt":"2026-10-10T07:00:00.000Z","archived":false}');
INSERT INTO raw_1 VALUES(13,'{"id":"344","properties":{"company":"שלום בע\"מ","createdate":"2021-12-29T18:19:10.553Z","email":"person.14+953@mail.example","firstname":"X Æ","hs_object_id":"344","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"1e5"},"createdAt":"2021-12-29T18:19:10.553Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO raw_1 VALUES(14,'{"id":"354","properties":{"company":"Crème de la Crème","createdate":"2021-10-18T11:55:29.673Z","email":"person.15+483@mail.example","firstname":"李","hs_object_id":"354","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"‮desrever"},"createdAt":"2021-10-18T11:55:29.673Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO raw_1 VALUES(15,'{"id":"359","properties":{"company":"<b>Bold</b> Co","createdate":"2021-11-24T14:00:05.776Z","email":"person.16+56@mail.example","firstname":"Siobhán","hs_object_id":"359","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"Иванова"},"createdAt":"2021-11-24T14:00:05.776Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO raw_1 VALUES(16,'{"id":"377","properties":{"company":"50% Off, Inc.","createdate":"2021-10-14T03:05:02.144Z","email":"person.17+788@bücher.example","firstname":"X Æ","hs_object_id":"377","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"True"},"createdAt":"2021-10-14T03:05:02.144Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO raw_1 VALUES(17,'{"id":"391","properties":{"company":"Ümläut 🚀 Labs","createdate":"2021-12-25T22:28:21.134Z","email":"person.18+777@mail.example","firstname":null,"hs_object_id":"391","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"Á‍B"},"createdAt":"2021-12-25T22:28:21.134Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO raw_1 VALUES(18,'{"id":"399","properties":{"company":"Acme","createdate":"2021-10-20T20:11:05.462Z","email":"person.19+680@mail.example","firstname":"X Æ","hs_object_id":"399","lastmodifieddate":"2026-10-10T07:00:00.000Z","lastname":"O''Brien"},"createdAt":"2021-10-20T20:11:05.462Z","updatedAt":"2026-10-10T07:00:00.000Z","archived":true,"archivedAt":"2026-10-10T07:00:00.000Z"}');
INSERT INTO raw_1 VALUES(19,'{"id":"420","properties":{"company":"Tab\tCo","createdate":"2021-10-07T10:23:33.450Z","email":"person.20+572@mail.example","firstname":"さくら","hs_object_id":"420","lastmodifieddate":"2026-10-10T07:00:00.000Z","lastname":"‮desrever"},"createdAt":"2021-10-07T10:23:33.450Z","updatedAt":"2026-10-10T07:00:00.000Z","archived":false}');
INSERT INTO raw_1 VALUES(20,'{"id":"431","properties":{"company":"=SUM(A1:A9)","createdate":"2021-12-27T08:50:39.470Z","email":"person.21+509@mail.example","firstname":"ﬁona","hs_object_id":"431","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"d’Arc"},"createdAt":"2021-12-27T08:50:39.470Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO raw_1 VALUES(21,'{"id":"448","properties":{"company":"50% Off, Inc.","createdate":"2021-12-22T15:20:41.611Z","email":"person.22+607@mail.example","firstname":"👩‍💻 Kim","hs_object_id":"448","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"כהן"},"createdAt":"2021-12-22T15:20:41.611Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO raw_1 VALUES(22,'{"id":"459","properties":{"company":"Crème de la Crème","createdate":"2021-12-28T04:14:58.034Z","email":"person.23+729@mail.example","firstname":"X Æ","hs_object_id":"459","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"כהן"},"createdAt":"2021-12-28T04:14:58.034Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO raw_1 VALUES(23,'{"id":"468","properties":{"company":"=SUM(A1:A9)","createdate":"2021-10-15T11:51:22.724Z","email":"person.24+687@mail.example","firstname":"Łukasz","hs_object_id":"468","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"Lovelace"},"createdAt":"2021-10-15T11:51:22.724Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO raw_1 VALUES(24,'{"id":"486","properties":{"company":"<b>Bold</b> Co","createdate":"2021-12-24T09:25:27.618Z","email":"person.25+160@mail.example","firstname":"Ольга","hs_object_id":"486","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"Smith; DROP TABLE contacts"},"createdAt":"2021-12-24T09:25:27.618Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO raw_1 VALUES(25,'{"id":"241","properties":{"company":"Ümläut 🚀 Labs","createdate":"2021-11-15T13:30:38.271Z","email":"person.6+371@mail.example","firstname":"Ольга","hs_object_id":"241","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"Lovelace"},"createdAt":"2021-11-15T13:30:38.271Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":true,"archivedAt":"2022-01-01T00:31:55.158Z"}');
INSERT INTO raw_1 VALUES(26,'{"id":"324","properties":{"company":"N/A","createdate":"2021-12-23T03:25:28.647Z","email":"person.13+748@mail.example","firstname":"さくら","hs_object_id":"324","lastmodifieddate":"2022-01-01T00:31:55.158Z","lastname":"Müller-Lüdenscheidt"},"createdAt":"2021-12-23T03:25:28.647Z","updatedAt":"2022-01-01T00:31:55.158Z","archived":false}');
INSERT INTO raw_1 VALUES(27,'{"id":"489","properties":{"company":"Bäcker & Söhne","createdate":"2026-10-10T07:00:00.000Z","email":"person.26+968@mail.example","firstname":"Ada","hs_object_id":"489","lastmodifieddate":"2026-10-10T07:00:00.000Z","lastname":"O''Brien"},"createdAt":"2026-10-10T07:00:00.000Z","updatedAt":"2026-10-10T07:00:00.000Z","archived":false}');
INSERT INTO raw_1 VALUES(28,'{"id":"506","properties":{"company":"N/A","createdate":"2026-10-10T07:00:00.000Z","email":null,"firstname":"Łukasz","hs_object_id":"506","lastmodifieddate":"2026-10-10T07:00:00.000Z","lastname":"Иванова"},"createdAt":"2026-10-10T07:00:00.000Z","updatedAt":"2026-10-10T07:00:00.000Z","archived":false}');
INSERT INTO raw_1 VALUES(29,'{"id":"527","properties":{"company":"Bäcker & Söhne","createdate":"2026-10-10T07:00:00.000Z","email":"person.28+208@mail.example","firstname":"Søren","hs_object_id":"527","lastmodifieddate":"2026-10-10T07:00:00.000Z","lastname":"Smith; DROP TABLE contacts"},"createdAt":"2026-10-10T07:00:00.000Z","updatedAt":"2026-10-10T07:00:00.000Z","archived":false}');
CREATE TABLE stream_2 (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, cursor TEXT, deleted_ms INTEGER
, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10);
INSERT INTO stream_2 VALUES(1,'8000000014','2022-01-01T00:32:34.615Z',NULL,'8000000014','2021-11-03T15:47:43.419Z','2022-01-01T00:32:34.615Z',0,NULL,NULL,NULL,NULL,NULL,'');
INSERT INTO stream_2 VALUES(2,'8000000032','2022-01-01T00:32:34.615Z',NULL,'8000000032','2021-10-05T20:07:22.811Z','2022-01-01T00:32:34.615Z',0,NULL,NULL,NULL,NULL,NULL,'1904.37');
INSERT INTO stream_2 VALUES(3,'8000000034','2022-01-01T00:32:34.615Z',NULL,'8000000034','2021-11-19T16:48:20.647Z','2022-01-01T00:32:34.615Z',0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO stream_2 VALUES(4,'8000000049','2022-01-01T00:32:34.615Z',NULL,'8000000049','2021-10-25T04:50:22.613Z','2022-01-01T00:32:34.615Z',0,NULL,NULL,NULL,NULL,NULL,'8101.20');
INSERT INTO stream_2 VALUES(5,'8000000061','2022-01-01T00:32:34.615Z',NULL,'8000000061','2021-11-18T17:45:15.786Z','2022-01-01T00:32:34.615Z',0,NULL,NULL,NULL,NULL,NULL,'');
INSERT INTO stream_2 VALUES(6,'8000000078','2022-01-01T00:32:34.615Z',NULL,'8000000078','2021-12-09T07:56:27.366Z','2022-01-01T00:32:34.615Z',0,NULL,NULL,NULL,NULL,NULL,'8219.31');
INSERT INTO stream_2 VALUES(7,'8000000095','2022-01-01T00:32:34.615Z',NULL,'8000000095','2021-10-12T14:49:59.688Z','2022-01-01T00:32:34.615Z',0,NULL,NULL,NULL,NULL,NULL,'1.5E7');
INSERT INTO stream_2 VALUES(8,'8000000110','2022-01-01T00:32:34.615Z',1791792000238,'8000000110','2021-12-31T05:17:33.473Z','2022-01-01T00:32:34.615Z',0,NULL,NULL,NULL,NULL,NULL,'629339820644377673604');
INSERT INTO stream_2 VALUES(9,'8000000115','2026-10-10T07:10:00.000Z',NULL,'8000000115','2021-10-26T19:03:54.263Z','2026-10-10T07:10:00.000Z',0,NULL,NULL,NULL,NULL,NULL,'7789.63');
INSERT INTO stream_2 VALUES(10,'8000000136','2022-01-01T00:32:34.615Z',NULL,'8000000136','2021-11-19T06:55:20.605Z','2022-01-01T00:32:34.615Z',0,NULL,NULL,NULL,NULL,NULL,'5403.42');
INSERT INTO stream_2 VALUES(11,'8000000148','2022-01-01T00:32:34.615Z',NULL,'8000000148','2021-10-09T00:17:10.806Z','2022-01-01T00:32:34.615Z',0,NULL,NULL,NULL,NULL,NULL,'9143.13');
INSERT INTO stream_2 VALUES(12,'8000000161','2022-01-01T00:32:34.615Z',NULL,'8000000161','2021-11-23T16:21:53.452Z','2022-01-01T00:32:34.615Z',0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO stream_2 VALUES(13,'8000000184','2022-01-01T00:32:34.615Z',NULL,'8000000184','2021-12-09T20:23:11.671Z','2022-01-01T00:32:34.615Z',0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO stream_2 VALUES(14,'8000000200','2022-01-01T00:32:34.615Z',NULL,'8000000200','2021-10-12T07:36:17.278Z','2022-01-01T00:32:34.615Z',0,NULL,NULL,NULL,NULL,NULL,'8005.76');
INSERT INTO stream_2 VALUES(15,'8000000214','2022-01-01T00:32:34.615Z',NULL,'8000000214','2021-10-03T11:58:32.497Z','2022-01-01T00:32:34.615Z',0,NULL,NULL,NULL,NULL,NULL,'6231.92');
INSERT INTO stream_2 VALUES(16,'8000000223','2022-01-01T00:32:34.615Z',1791792000238,'8000000223','2021-10-14T10:29:48.544Z','2022-01-01T00:32:34.615Z',0,NULL,NULL,NULL,NULL,NULL,'');
INSERT INTO stream_2 VALUES(17,'8000000231','2022-01-01T00:32:34.615Z',NULL,'8000000231','2021-10-17T18:20:54.062Z','2022-01-01T00:32:34.615Z',0,NULL,NULL,NULL,NULL,NULL,'7108.49');
INSERT INTO stream_2 VALUES(18,'8000000247','2022-01-01T00:32:34.615Z',NULL,'8000000247','2021-11-03T22:32:16.581Z','2022-01-01T00:32:34.615Z',0,NULL,NULL,NULL,NULL,NULL,'605218478489406052649');
INSERT INTO stream_2 VALUES(19,'8000000256','2022-01-01T00:32:34.615Z',NULL,'8000000256','2021-11-26T11:35:32.191Z','2022-01-01T00:32:34.615Z',0,NULL,NULL,NULL,NULL,NULL,'5264.68');
INSERT INTO stream_2 VALUES(20,'8000000268','2022-01-01T00:32:34.615Z',NULL,'8000000268','2021-10-28T21:24:13.688Z','2022-01-01T00:32:34.615Z',0,NULL,NULL,NULL,NULL,NULL,'0');
INSERT INTO stream_2 VALUES(21,'8000000284','2022-01-01T00:32:34.615Z',NULL,'8000000284','2021-10-13T01:05:07.089Z','2022-01-01T00:32:34.615Z',0,NULL,NULL,NULL,NULL,NULL,'1.5E7');
INSERT INTO stream_2 VALUES(22,'8000000295','2022-01-01T00:32:34.615Z',NULL,'8000000295','2021-11-17T17:18:51.193Z','2022-01-01T00:32:34.615Z',0,NULL,NULL,NULL,NULL,NULL,'8754.59');
INSERT INTO stream_2 VALUES(23,'8000000325','2022-01-01T00:32:34.615Z',1791792000238,'8000000325','2021-11-10T07:33:09.599Z','2022-01-01T00:32:34.615Z',0,NULL,NULL,NULL,NULL,NULL,'1644.96');
INSERT INTO stream_2 VALUES(24,'8000000337','2026-10-10T07:10:00.000Z',NULL,'8000000337','2021-11-23T08:48:25.760Z','2026-10-10T07:10:00.000Z',0,NULL,NULL,NULL,NULL,NULL,'7159.99');
INSERT INTO stream_2 VALUES(25,'8000000307','2022-01-01T00:32:34.615Z',1791014400255,'8000000307','2021-10-14T06:32:12.130Z','2022-01-01T00:32:34.615Z',1,NULL,NULL,NULL,NULL,NULL,'9375.57');
INSERT INTO stream_2 VALUES(26,'8000000173','2022-01-01T00:32:34.615Z',NULL,'8000000173','2021-12-16T08:39:16.978Z','2022-01-01T00:32:34.615Z',0,NULL,NULL,NULL,NULL,NULL,'6173.99');
CREATE TABLE raw_2 (id INTEGER PRIMARY KEY, raw TEXT NOT NULL);
INSERT INTO raw_2 VALUES(1,'{"id":"8000000014","properties":{"amount":"","createdate":"2021-11-03T15:47:43.419Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000014"},"createdAt":"2021-11-03T15:47:43.419Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO raw_2 VALUES(2,'{"id":"8000000032","properties":{"amount":"1904.37","createdate":"2021-10-05T20:07:22.811Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000032"},"createdAt":"2021-10-05T20:07:22.811Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO raw_2 VALUES(3,'{"id":"8000000034","properties":{"amount":null,"createdate":"2021-11-19T16:48:20.647Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000034"},"createdAt":"2021-11-19T16:48:20.647Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO raw_2 VALUES(4,'{"id":"8000000049","properties":{"amount":"8101.20","createdate":"2021-10-25T04:50:22.613Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000049"},"createdAt":"2021-10-25T04:50:22.613Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO raw_2 VALUES(5,'{"id":"8000000061","properties":{"amount":"","createdate":"2021-11-18T17:45:15.786Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000061"},"createdAt":"2021-11-18T17:45:15.786Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO raw_2 VALUES(6,'{"id":"8000000078","properties":{"amount":"8219.31","createdate":"2021-12-09T07:56:27.366Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000078"},"createdAt":"2021-12-09T07:56:27.366Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO raw_2 VALUES(7,'{"id":"8000000095","properties":{"amount":"1.5E7","createdate":"2021-10-12T14:49:59.688Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000095"},"createdAt":"2021-10-12T14:49:59.688Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO raw_2 VALUES(8,'{"id":"8000000110","properties":{"amount":"629339820644377673604","createdate":"2021-12-31T05:17:33.473Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000110"},"createdAt":"2021-12-31T05:17:33.473Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO raw_2 VALUES(9,'{"id":"8000000115","properties":{"amount":"7789.63","createdate":"2021-10-26T19:03:54.263Z","hs_lastmodifieddate":"2026-10-10T07:10:00.000Z","hs_object_id":"8000000115"},"createdAt":"2021-10-26T19:03:54.263Z","updatedAt":"2026-10-10T07:10:00.000Z","archived":false}');
INSERT INTO raw_2 VALUES(10,'{"id":"8000000136","properties":{"amount":"5403.42","createdate":"2021-11-19T06:55:20.605Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000136"},"createdAt":"2021-11-19T06:55:20.605Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO raw_2 VALUES(11,'{"id":"8000000148","properties":{"amount":"9143.13","createdate":"2021-10-09T00:17:10.806Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000148"},"createdAt":"2021-10-09T00:17:10.806Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO raw_2 VALUES(12,'{"id":"8000000161","properties":{"amount":null,"createdate":"2021-11-23T16:21:53.452Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000161"},"createdAt":"2021-11-23T16:21:53.452Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO raw_2 VALUES(13,'{"id":"8000000184","properties":{"amount":null,"createdate":"2021-12-09T20:23:11.671Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000184"},"createdAt":"2021-12-09T20:23:11.671Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO raw_2 VALUES(14,'{"id":"8000000200","properties":{"amount":"8005.76","createdate":"2021-10-12T07:36:17.278Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000200"},"createdAt":"2021-10-12T07:36:17.278Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO raw_2 VALUES(15,'{"id":"8000000214","properties":{"amount":"6231.92","createdate":"2021-10-03T11:58:32.497Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000214"},"createdAt":"2021-10-03T11:58:32.497Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO raw_2 VALUES(16,'{"id":"8000000223","properties":{"amount":"","createdate":"2021-10-14T10:29:48.544Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000223"},"createdAt":"2021-10-14T10:29:48.544Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO raw_2 VALUES(17,'{"id":"8000000231","properties":{"amount":"7108.49","createdate":"2021-10-17T18:20:54.062Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000231"},"createdAt":"2021-10-17T18:20:54.062Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO raw_2 VALUES(18,'{"id":"8000000247","properties":{"amount":"605218478489406052649","createdate":"2021-11-03T22:32:16.581Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000247"},"createdAt":"2021-11-03T22:32:16.581Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO raw_2 VALUES(19,'{"id":"8000000256","properties":{"amount":"5264.68","createdate":"2021-11-26T11:35:32.191Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000256"},"createdAt":"2021-11-26T11:35:32.191Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO raw_2 VALUES(20,'{"id":"8000000268","properties":{"amount":"0","createdate":"2021-10-28T21:24:13.688Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000268"},"createdAt":"2021-10-28T21:24:13.688Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO raw_2 VALUES(21,'{"id":"8000000284","properties":{"amount":"1.5E7","createdate":"2021-10-13T01:05:07.089Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000284"},"createdAt":"2021-10-13T01:05:07.089Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO raw_2 VALUES(22,'{"id":"8000000295","properties":{"amount":"8754.59","createdate":"2021-11-17T17:18:51.193Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000295"},"createdAt":"2021-11-17T17:18:51.193Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO raw_2 VALUES(23,'{"id":"8000000325","properties":{"amount":"1644.96","createdate":"2021-11-10T07:33:09.599Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000325"},"createdAt":"2021-11-10T07:33:09.599Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
INSERT INTO raw_2 VALUES(24,'{"id":"8000000337","properties":{"amount":"7159.99","createdate":"2021-11-23T08:48:25.760Z","hs_lastmodifieddate":"2026-10-10T07:10:00.000Z","hs_object_id":"8000000337"},"createdAt":"2021-11-23T08:48:25.760Z","updatedAt":"2026-10-10T07:10:00.000Z","archived":false}');
INSERT INTO raw_2 VALUES(25,'{"id":"8000000307","properties":{"amount":"9375.57","createdate":"2021-10-14T06:32:12.130Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000307"},"createdAt":"2021-10-14T06:32:12.130Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":true,"archivedAt":"2022-01-01T00:32:34.615Z"}');
INSERT INTO raw_2 VALUES(26,'{"id":"8000000173","properties":{"amount":"6173.99","createdate":"2021-12-16T08:39:16.978Z","hs_lastmodifieddate":"2022-01-01T00:32:34.615Z","hs_object_id":"8000000173"},"createdAt":"2021-12-16T08:39:16.978Z","updatedAt":"2022-01-01T00:32:34.615Z","archived":false}');
CREATE TABLE stream_3 (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, cursor TEXT, deleted_ms INTEGER
, c1, c2, c3, c4, c5, c6, c7, c8, c9);
INSERT INTO stream_3 VALUES(1,'158','2022-01-01T00:12:31.221Z',NULL,'158','2021-10-20T11:41:39.201Z','2022-01-01T00:12:31.221Z',0,NULL,'person.0+648@mail.example',NULL,'الخوارزمي','+49 30 5356699');
INSERT INTO stream_3 VALUES(2,'168','2022-01-01T00:12:31.221Z',NULL,'168','2021-10-26T02:55:08.049Z','2022-01-01T00:12:31.221Z',0,NULL,'person.1+427@mail.example',NULL,'כהן','+49 30 5314810');
INSERT INTO stream_3 VALUES(3,'179','2022-01-01T00:12:31.221Z',NULL,'179','2021-12-12T01:46:23.559Z','2022-01-01T00:12:31.221Z',0,NULL,'person.2+159@bücher.example',NULL,'‮desrever',NULL);
INSERT INTO stream_3 VALUES(4,'200','2026-10-10T07:15:00.000Z',NULL,'200','2021-11-02T10:34:54.336Z','2026-10-10T07:15:00.000Z',0,NULL,'person.3+852@mail.example',NULL,'小龍','+49 30 4454204');
INSERT INTO stream_3 VALUES(5,'206','2022-01-01T00:12:31.221Z',NULL,'206','2021-12-01T23:38:32.760Z','2022-01-01T00:12:31.221Z',0,NULL,'person.4+84@mail.example',NULL,'Smith; DROP TABLE contacts','+49 30 8473444');
INSERT INTO stream_3 VALUES(6,'224','2022-01-01T00:12:31.221Z',NULL,'224','2021-12-30T15:48:00.967Z','2022-01-01T00:12:31.221Z',0,NULL,NULL,NULL,'الخوارزمي',NULL);
INSERT INTO stream_3 VALUES(7,'235','2022-01-01T00:12:31.221Z',NULL,'235','2021-12-29T23:24:53.624Z','2022-01-01T00:12:31.221Z',0,NULL,'person.6+567@mail.example',NULL,'Lovelace','+49 30 1484855');
INSERT INTO stream_3 VALUES(8,'253','2022-01-01T00:12:31.221Z',NULL,'253','2021-12-10T01:50:09.161Z','2022-01-01T00:12:31.221Z',0,NULL,'person.7+630@mail.example',NULL,'小龍','+49 30 2728460');
INSERT INTO stream_3 VALUES(9,'257','2026-10-10T07:15:00.000Z',NULL,'257','2021-11-28T15:04:44.744Z','2026-10-10T07:15:00.000Z',0,NULL,'person.8+663@mail.example',NULL,'Lovelace','+49 30 9900546');
INSERT INTO stream_3 VALUES(10,'274','2022-01-01T00:12:31.221Z',NULL,'274','2021-11-13T05:41:33.843Z','2022-01-01T00:12:31.221Z',0,NULL,'person.9+780@mail.example',NULL,'‮desrever','+49 30 6817133');
INSERT INTO stream_3 VALUES(11,'290','2026-10-10T07:15:00.000Z',1791705900194,'290','2021-10-10T06:45:49.610Z','2026-10-10T07:15:00.000Z',1,NULL,'person.10+830@mail.example',NULL,'Lovelace','+49 30 9742838');
INSERT INTO stream_3 VALUES(12,'301','2022-01-01T00:12:31.221Z',NULL,'301','2021-12-22T22:49:32.416Z','2022-01-01T00:12:31.221Z',0,NULL,NULL,NULL,'الخوارزمي',NULL);
CREATE TABLE raw_3 (id INTEGER PRIMARY KEY, raw TEXT NOT NULL);
INSERT INTO raw_3 VALUES(1,'{"id":"158","properties":{"createdate":"2021-10-20T11:41:39.201Z","email":"person.0+648@mail.example","hs_object_id":"158","lastmodifieddate":"2022-01-01T00:12:31.221Z","lastname":"الخوارزمي","phone":"+49 30 5356699"},"createdAt":"2021-10-20T11:41:39.201Z","updatedAt":"2022-01-01T00:12:31.221Z","archived":false}');
INSERT INTO raw_3 VALUES(2,'{"id":"168","properties":{"createdate":"2021-10-26T02:55:08.049Z","email":"person.1+427@mail.example","hs_object_id":"168","lastmodifieddate":"2022-01-01T00:12:31.221Z","lastname":"כהן","phone":"+49 30 5314810"},"createdAt":"2021-10-26T02:55:08.049Z","updatedAt":"2022-01-01T00:12:31.221Z","archived":false}');
INSERT INTO raw_3 VALUES(3,'{"id":"179","properties":{"createdate":"2021-12-12T01:46:23.559Z","email":"person.2+159@bücher.example","hs_object_id":"179","lastmodifieddate":"2022-01-01T00:12:31.221Z","lastname":"‮desrever","phone":null},"createdAt":"2021-12-12T01:46:23.559Z","updatedAt":"2022-01-01T00:12:31.221Z","archived":false}');
INSERT INTO raw_3 VALUES(4,'{"id":"200","properties":{"createdate":"2021-11-02T10:34:54.336Z","email":"person.3+852@mail.example","hs_object_id":"200","lastmodifieddate":"2026-10-10T07:15:00.000Z","lastname":"小龍","phone":"+49 30 4454204"},"createdAt":"2021-11-02T10:34:54.336Z","updatedAt":"2026-10-10T07:15:00.000Z","archived":false}');
INSERT INTO raw_3 VALUES(5,'{"id":"206","properties":{"createdate":"2021-12-01T23:38:32.760Z","email":"person.4+84@mail.example","hs_object_id":"206","lastmodifieddate":"2022-01-01T00:12:31.221Z","lastname":"Smith; DROP TABLE contacts","phone":"+49 30 8473444"},"createdAt":"2021-12-01T23:38:32.760Z","updatedAt":"2022-01-01T00:12:31.221Z","archived":false}');
INSERT INTO raw_3 VALUES(6,'{"id":"224","properties":{"createdate":"2021-12-30T15:48:00.967Z","email":null,"hs_object_id":"224","lastmodifieddate":"2022-01-01T00:12:31.221Z","lastname":"الخوارزمي","phone":null},"createdAt":"2021-12-30T15:48:00.967Z","updatedAt":"2022-01-01T00:12:31.221Z","archived":false}');
INSERT INTO raw_3 VALUES(7,'{"id":"235","properties":{"createdate":"2021-12-29T23:24:53.624Z","email":"person.6+567@mail.example","hs_object_id":"235","lastmodifieddate":"2022-01-01T00:12:31.221Z","lastname":"Lovelace","phone":"+49 30 1484855"},"createdAt":"2021-12-29T23:24:53.624Z","updatedAt":"2022-01-01T00:12:31.221Z","archived":false}');
INSERT INTO raw_3 VALUES(8,'{"id":"253","properties":{"createdate":"2021-12-10T01:50:09.161Z","email":"person.7+630@mail.example","hs_object_id":"253","lastmodifieddate":"2022-01-01T00:12:31.221Z","lastname":"小龍","phone":"+49 30 2728460"},"createdAt":"2021-12-10T01:50:09.161Z","updatedAt":"2022-01-01T00:12:31.221Z","archived":false}');
INSERT INTO raw_3 VALUES(9,'{"id":"257","properties":{"createdate":"2021-11-28T15:04:44.744Z","email":"person.8+663@mail.example","hs_object_id":"257","lastmodifieddate":"2026-10-10T07:15:00.000Z","lastname":"Lovelace","phone":"+49 30 9900546"},"createdAt":"2021-11-28T15:04:44.744Z","updatedAt":"2026-10-10T07:15:00.000Z","archived":false}');
INSERT INTO raw_3 VALUES(10,'{"id":"274","properties":{"createdate":"2021-11-13T05:41:33.843Z","email":"person.9+780@mail.example","hs_object_id":"274","lastmodifieddate":"2022-01-01T00:12:31.221Z","lastname":"‮desrever","phone":"+49 30 6817133"},"createdAt":"2021-11-13T05:41:33.843Z","updatedAt":"2022-01-01T00:12:31.221Z","archived":false}');
INSERT INTO raw_3 VALUES(11,'{"id":"290","properties":{"createdate":"2021-10-10T06:45:49.610Z","email":"person.10+830@mail.example","hs_object_id":"290","lastmodifieddate":"2026-10-10T07:15:00.000Z","lastname":"Lovelace","phone":"+49 30 9742838"},"createdAt":"2021-10-10T06:45:49.610Z","updatedAt":"2026-10-10T07:15:00.000Z","archived":true,"archivedAt":"2026-10-10T07:15:00.000Z"}');
INSERT INTO raw_3 VALUES(12,'{"id":"301","properties":{"createdate":"2021-12-22T22:49:32.416Z","email":null,"hs_object_id":"301","lastmodifieddate":"2022-01-01T00:12:31.221Z","lastname":"الخوارزمي","phone":null},"createdAt":"2021-12-22T22:49:32.416Z","updatedAt":"2022-01-01T00:12:31.221Z","archived":false}');
CREATE TABLE stream_4 (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, cursor TEXT, deleted_ms INTEGER
, c1, c2, c3, c4, c5);
INSERT INTO stream_4 VALUES(1,'1001',NULL,NULL,'1001','2026-10-01','Müller',12.5,'says "hi"');
INSERT INTO stream_4 VALUES(2,'1002',NULL,NULL,'1002','2026-10-01','O''Neill',7.25,'');
INSERT INTO stream_4 VALUES(3,'1003',NULL,NULL,'1003','2026-10-01','李雷',199.0,replace('two\nlines','\n',char(10)));
INSERT INTO stream_4 VALUES(4,'1004',NULL,NULL,'1004','2026-10-02','Åsa',0.10000000000000000555,'emoji 🛰');
INSERT INTO stream_4 VALUES(5,'1005',NULL,NULL,'1005','2026-10-02','Zoë',NULL,'no number');
INSERT INTO stream_4 VALUES(6,'1007',NULL,NULL,'1007','2026-10-02','Ann',88.799999999999997156,'');
INSERT INTO stream_4 VALUES(7,'1010',NULL,NULL,'1010','2026-10-02','Bob',5.5,'corrected');
INSERT INTO stream_4 VALUES(8,'1011',NULL,NULL,'1011','2026-10-02','Cid',6.0,'');
INSERT INTO stream_4 VALUES(9,'1012',NULL,NULL,'1012','2026-10-02','Dee',1000.0,'');
INSERT INTO stream_4 VALUES(10,'1013',NULL,NULL,'1013','2026-10-02','Eve',-4.2000000000000001776,'returned');
INSERT INTO stream_4 VALUES(11,'1014',NULL,NULL,'1014','2026-10-12','Fay',3.0,'');
CREATE TABLE raw_4 (id INTEGER PRIMARY KEY, raw TEXT NOT NULL);
INSERT INTO raw_4 VALUES(1,'{"id":"1001","day":"2026-10-01","customer":"Müller","total":"12.50","note":"says \"hi\""}');
INSERT INTO raw_4 VALUES(2,'{"id":"1002","day":"2026-10-01","customer":"O''Neill","total":"7.25","note":""}');
INSERT INTO raw_4 VALUES(3,'{"id":"1003","day":"2026-10-01","customer":"李雷","total":"199.00","note":"two\u000alines"}');
INSERT INTO raw_4 VALUES(4,'{"id":"1004","day":"2026-10-02","customer":"Åsa","total":"0.10","note":"emoji 🛰"}');
INSERT INTO raw_4 VALUES(5,'{"id":"1005","day":"2026-10-02","customer":"Zoë","total":"x","note":"no number"}');
INSERT INTO raw_4 VALUES(6,'{"id":"1007","day":"2026-10-02","customer":"Ann","total":"88.80","note":""}');
INSERT INTO raw_4 VALUES(7,'{"id":"1010","day":"2026-10-02","customer":"Bob","total":"5.50","note":"corrected"}');
INSERT INTO raw_4 VALUES(8,'{"id":"1011","day":"2026-10-02","customer":"Cid","total":"6.00","note":""}');
INSERT INTO raw_4 VALUES(9,'{"id":"1012","day":"2026-10-02","customer":"Dee","total":"1e3","note":""}');
INSERT INTO raw_4 VALUES(10,'{"id":"1013","day":"2026-10-02","customer":"Eve","total":"-4.20","note":"returned"}');
INSERT INTO raw_4 VALUES(11,'{"id":"1014","day":"2026-10-12","customer":"Fay","total":"3.00","note":""}');
CREATE TABLE stream_5 (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, cursor TEXT, deleted_ms INTEGER
, c1, c2);
INSERT INTO stream_5 VALUES(1,'hr/people.csv1',NULL,NULL,'é','1');
INSERT INTO stream_5 VALUES(2,'hr/people.csv2',NULL,NULL,'b','20');
INSERT INTO stream_5 VALUES(3,'hr/people.csv3',NULL,1791793200078,'c','3');
INSERT INTO stream_5 VALUES(4,'hr/people.csv4',NULL,1791793200078,'d','4');
CREATE TABLE raw_5 (id INTEGER PRIMARY KEY, raw TEXT NOT NULL);
INSERT INTO raw_5 VALUES(1,'{"_file":"hr/people.csv","_row":1,"n":"é","m":"1"}');
INSERT INTO raw_5 VALUES(2,'{"_file":"hr/people.csv","_row":2,"n":"b","m":"20"}');
INSERT INTO raw_5 VALUES(3,'{"_file":"hr/people.csv","_row":3,"n":"c","m":"3"}');
INSERT INTO raw_5 VALUES(4,'{"_file":"hr/people.csv","_row":4,"n":"d","m":"4"}');
CREATE TABLE stream_6 (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, cursor TEXT, deleted_ms INTEGER
);
INSERT INTO stream_6 VALUES(1,'2026-10-011',NULL,NULL);
INSERT INTO stream_6 VALUES(2,'2026-10-012',NULL,NULL);
INSERT INTO stream_6 VALUES(3,'2026-10-021',NULL,NULL);
CREATE TABLE raw_6 (id INTEGER PRIMARY KEY, raw TEXT NOT NULL);
INSERT INTO raw_6 VALUES(1,'{"day":"2026-10-01","number":1,"what":{"kind":"open","deep":[1,2.50,null,true]}}');
INSERT INTO raw_6 VALUES(2,'{"day":"2026-10-01","number":2,"what":"close"}');
INSERT INTO raw_6 VALUES(3,'{"day":"2026-10-02","number":1,"big":123456789012345678901234567890.5}');
CREATE TABLE stream_7 (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, cursor TEXT, deleted_ms INTEGER
, c1, c2, c3, c4);
INSERT INTO stream_7 VALUES(1,'item-1','2026-10-12T06:45:00.001Z',NULL,'item-1','lamp 1',1221,'2026-10-12T06:45:00.001Z');
INSERT INTO stream_7 VALUES(2,'item-2','2026-10-12T06:46:00.001Z',NULL,'item-2','ladder 2',9658,'2026-10-12T06:46:00.001Z');
INSERT INTO stream_7 VALUES(3,'item-3','2026-10-12T06:47:00.001Z',NULL,'item-3','basket 3',7688,'2026-10-12T06:47:00.001Z');
INSERT INTO stream_7 VALUES(4,'item-4','2026-10-12T06:48:00.001Z',NULL,'item-4','ladder 4',7323,'2026-10-12T06:48:00.001Z');
INSERT INTO stream_7 VALUES(5,'item-5','2026-10-12T06:49:00.001Z',NULL,'item-5','basket 5',8662,'2026-10-12T06:49:00.001Z');
INSERT INTO stream_7 VALUES(6,'item-6','2026-10-12T06:50:00.001Z',NULL,'item-6','ladder 6',6158,'2026-10-12T06:50:00.001Z');
INSERT INTO stream_7 VALUES(7,'item-7','2026-10-12T06:51:00.001Z',NULL,'item-7','rope 7',5052,'2026-10-12T06:51:00.001Z');
INSERT INTO stream_7 VALUES(8,'item-8','2026-10-12T06:52:00.001Z',NULL,'item-8','mirror 8',6102,'2026-10-12T06:52:00.001Z');
INSERT INTO stream_7 VALUES(9,'item-9','2026-10-12T06:53:00.001Z',NULL,'item-9','kettle 9',624,'2026-10-12T06:53:00.001Z');
INSERT INTO stream_7 VALUES(10,'item-10','2026-10-12T06:54:00.001Z',NULL,'item-10','mirror 10',2272,'2026-10-12T06:54:00.001Z');
INSERT INTO stream_7 VALUES(11,'item-11','2026-10-12T06:55:00.001Z',NULL,'item-11','kettle 11',405,'2026-10-12T06:55:00.001Z');
INSERT INTO stream_7 VALUES(12,'item-12','2026-10-12T06:56:00.001Z',NULL,'item-12','kettle 12',5106,'2026-10-12T06:56:00.001Z');
INSERT INTO stream_7 VALUES(13,'item-13','2026-10-12T06:57:00.001Z',NULL,'item-13','mirror 13',8779,'2026-10-12T06:57:00.001Z');
INSERT INTO stream_7 VALUES(14,'item-14','2026-10-12T06:58:00.001Z',NULL,'item-14','chair 14',6903,'2026-10-12T06:58:00.001Z');
INSERT INTO stream_7 VALUES(15,'item-15','2026-10-12T06:59:00.001Z',NULL,'item-15','ladder 15',3217,'2026-10-12T06:59:00.001Z');
INSERT INTO stream_7 VALUES(16,'item-16','2026-10-02T06:57:00.013Z',1791880200182,'item-16','basket 16',1944,'2026-10-02T06:57:00.013Z');
INSERT INTO stream_7 VALUES(17,'item-17','2026-10-02T06:58:00.013Z',1791880200182,'item-17','chair 17',3910,'2026-10-02T06:58:00.013Z');
INSERT INTO stream_7 VALUES(18,'item-18','2026-10-02T06:59:00.013Z',1791880200182,'item-18','mirror 18',5482,'2026-10-02T06:59:00.013Z');
CREATE TABLE raw_7 (id INTEGER PRIMARY KEY, raw TEXT NOT NULL);
INSERT INTO raw_7 VALUES(1,'{"id":"item-1","name":"lamp 1","price":1221,"updated_at":"2026-10-12T06:45:00.001Z"}');
INSERT INTO raw_7 VALUES(2,'{"id":"item-2","name":"ladder 2","price":9658,"updated_at":"2026-10-12T06:46:00.001Z"}');
INSERT INTO raw_7 VALUES(3,'{"id":"item-3","name":"basket 3","price":7688,"updated_at":"2026-10-12T06:47:00.001Z"}');
INSERT INTO raw_7 VALUES(4,'{"id":"item-4","name":"ladder 4","price":7323,"updated_at":"2026-10-12T06:48:00.001Z"}');
INSERT INTO raw_7 VALUES(5,'{"id":"item-5","name":"basket 5","price":8662,"updated_at":"2026-10-12T06:49:00.001Z"}');
INSERT INTO raw_7 VALUES(6,'{"id":"item-6","name":"ladder 6","price":6158,"updated_at":"2026-10-12T06:50:00.001Z"}');
INSERT INTO raw_7 VALUES(7,'{"id":"item-7","name":"rope 7","price":5052,"updated_at":"2026-10-12T06:51:00.001Z"}');
INSERT INTO raw_7 VALUES(8,'{"id":"item-8","name":"mirror 8","price":6102,"updated_at":"2026-10-12T06:52:00.001Z"}');
INSERT INTO raw_7 VALUES(9,'{"id":"item-9","name":"kettle 9","price":624,"updated_at":"2026-10-12T06:53:00.001Z"}');
INSERT INTO raw_7 VALUES(10,'{"id":"item-10","name":"mirror 10","price":2272,"updated_at":"2026-10-12T06:54:00.001Z"}');
INSERT INTO raw_7 VALUES(11,'{"id":"item-11","name":"kettle 11","price":405,"updated_at":"2026-10-12T06:55:00.001Z"}');
INSERT INTO raw_7 VALUES(12,'{"id":"item-12","name":"kettle 12","price":5106,"updated_at":"2026-10-12T06:56:00.001Z"}');
INSERT INTO raw_7 VALUES(13,'{"id":"item-13","name":"mirror 13","price":8779,"updated_at":"2026-10-12T06:57:00.001Z"}');
INSERT INTO raw_7 VALUES(14,'{"id":"item-14","name":"chair 14","price":6903,"updated_at":"2026-10-12T06:58:00.001Z"}');
INSERT INTO raw_7 VALUES(15,'{"id":"item-15","name":"ladder 15","price":3217,"updated_at":"2026-10-12T06:59:00.001Z"}');
INSERT INTO raw_7 VALUES(16,'{"id":"item-16","name":"basket 16","price":1944,"updated_at":"2026-10-02T06:57:00.013Z"}');
INSERT INTO raw_7 VALUES(17,'{"id":"item-17","name":"chair 17","price":3910,"updated_at":"2026-10-02T06:58:00.013Z"}');
INSERT INTO raw_7 VALUES(18,'{"id":"item-18","name":"mirror 18","price":5482,"updated_at":"2026-10-02T06:59:00.013Z"}');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('usage',70);
CREATE UNIQUE INDEX dead_letters_text ON dead_letters (stream_id, reason, raw);
CREATE VIEW "crm__deals" AS SELECT c1 AS "id",
  c2 AS "createdAt",
  c3 AS "updatedAt",
  c4 AS "archived",
  c5 AS "email",
  c6 AS "firstname",
  c7 AS "lastname",
  c8 AS "company",
  c9 AS "name",
  c10 AS "amount",
  key AS _key,
  cursor AS _cursor,
  (SELECT raw FROM raw_2 r WHERE r.id = t.id) AS _raw
FROM stream_2 t WHERE deleted_ms IS NULL;
CREATE VIEW "crm__contacts" AS SELECT c1 AS "id",
  c2 AS "createdAt",
  c3 AS "updatedAt",
  c4 AS "archived",
  c5 AS "company",
  c6 AS "email",
  c7 AS "firstname",
  c8 AS "lastname",
  c10 AS "name",
  c11 AS "amount",
  key AS _key,
  cursor AS _cursor,
  (SELECT raw FROM raw_1 r WHERE r.id = t.id) AS _raw
FROM stream_1 t WHERE deleted_ms IS NULL;
CREATE VIEW "Crm-US__contacts" AS SELECT c1 AS "id",
  c2 AS "createdAt",
  c3 AS "updatedAt",
  c4 AS "archived",
  c6 AS "email",
  c8 AS "lastname",
  c9 AS "phone",
  key AS _key,
  cursor AS _cursor,
  (SELECT raw FROM raw_3 r WHERE r.id = t.id) AS _raw
FROM stream_3 t WHERE deleted_ms IS NULL;
CREATE VIEW "Shop-2__orders" AS SELECT c1 AS "id",
  c2 AS "day",
  c3 AS "customer",
  c4 AS "total",
  c5 AS "note",
  key AS _key,
  cursor AS _cursor,
  (SELECT raw FROM raw_4 r WHERE r.id = t.id) AS _raw
FROM stream_4 t WHERE deleted_ms IS NULL;
CREATE VIEW "Shop-2__people" AS SELECT c1 AS "n",
  c2 AS "m",
  key AS _key,
  cursor AS _cursor,
  (SELECT raw FROM raw_5 r WHERE r.id = t.id) AS _raw
FROM stream_5 t WHERE deleted_ms IS NULL;
CREATE VIEW "Shop-2__events" AS SELECT key AS _key,
  cursor AS _cursor,
  (SELECT raw FROM raw_6 r WHERE r.id = t.id) AS _raw
FROM stream_6 t WHERE deleted_ms IS NULL;
CREATE VIEW "till__items" AS SELECT c1 AS "id",
  c2 AS "name",
  c3 AS "price",
  c4 AS "updated_at",
  key AS _key,
  cursor AS _cursor,
  (SELECT raw FROM raw_7 r WHERE r.id = t.id) AS _raw
FROM stream_7 t WHERE deleted_ms IS NULL;
CREATE VIEW "crm_contacts" AS SELECT 'crm' AS connection, 'contacts' AS stream, key, c1 AS "id", c6 AS "email", c7 AS "first_name", c8 AS "last_name", c9 AS "phone", c5 AS "company", c2 AS "created_at", c3 AS "updated_at" FROM stream_1 t WHERE deleted_ms IS NULL
UNION ALL
SELECT 'Crm-US' AS connection, 'contacts' AS stream, key, c1 AS "id", c6 AS "email", c7 AS "first_name", c8 AS "last_name", c9 AS "phone", c5 AS "company", c2 AS "created_at", c3 AS "updated_at" FROM stream_3 t WHERE deleted_ms IS NULL;
CREATE VIEW "contacts" AS SELECT * FROM "crm__contacts";
CREATE VIEW "deals" AS SELECT * FROM "crm__deals";
CREATE VIEW "events" AS SELECT * FROM "Shop-2__events";
CREATE VIEW "items" AS SELECT * FROM "till__items";
CREATE VIEW "orders" AS SELECT * FROM "Shop-2__orders";
CREATE VIEW "people" AS SELECT * FROM "Shop-2__people";
CREATE VIEW "crm_contacts_all" AS SELECT 'crm' AS connection, 'contacts' AS stream, key, deleted_ms IS NOT NULL AS deleted, c1 AS "id", c6 AS "email", c7 AS "first_name", c8 AS "last_name", c9 AS "phone", c5 AS "company", c2 AS "created_at", c3 AS "updated_at" FROM stream_1 t
UNION ALL
SELECT 'Crm-US' AS connection, 'contacts' AS stream, key, deleted_ms IS NOT NULL AS deleted, c1 AS "id", c6 AS "email", c7 AS "first_name", c8 AS "last_name", c9 AS "phone", c5 AS "company", c2 AS "created_at", c3 AS "updated_at" FROM stream_3 t;
CREATE VIEW "crm__contacts_all" AS SELECT c1 AS "id",
  c2 AS "createdAt",
  c3 AS "updatedAt",
  c4 AS "archived",
  c5 AS "company",
  c6 AS "email",
  c7 AS "firstname",
  c8 AS "lastname",
  c10 AS "name",
  c11 AS "amount",
  key AS _key,
  cursor AS _cursor,
  deleted_ms IS NOT NULL AS _deleted,
  (SELECT raw FROM raw_1 r WHERE r.id = t.id) AS _raw
FROM stream_1 t;
CREATE VIEW "crm__deals_all" AS SELECT c1 AS "id",
  c2 AS "createdAt",
  c3 AS "updatedAt",
  c4 AS "archived",
  c5 AS "email",
  c6 AS "firstname",
  c7 AS "lastname",
  c8 AS "company",
  c9 AS "name",
  c10 AS "amount",
  key AS _key,
  cursor AS _cursor,
  deleted_ms IS NOT NULL AS _deleted,
  (SELECT raw FROM raw_2 r WHERE r.id = t.id) AS _raw
FROM stream_2 t;
CREATE VIEW "Crm-US__contacts_all" AS SELECT c1 AS "id",
  c2 AS "createdAt",
  c3 AS "updatedAt",
  c4 AS "archived",
  c6 AS "email",
  c8 AS "lastname",
  c9 AS "phone",
  key AS _key,
  cursor AS _cursor,
  deleted_ms IS NOT NULL AS _deleted,
  (SELECT raw FROM raw_3 r WHERE r.id = t.id) AS _raw
FROM stream_3 t;
CREATE VIEW "Shop-2__orders_all" AS SELECT c1 AS "id",
  c2 AS "day",
  c3 AS "customer",
  c4 AS "total",
  c5 AS "note",
  key AS _key,
  cursor AS _cursor,
  deleted_ms IS NOT NULL AS _deleted,
  (SELECT raw FROM raw_4 r WHERE r.id = t.id) AS _raw
FROM stream_4 t;
CREATE VIEW "Shop-2__people_all" AS SELECT c1 AS "n",
  c2 AS "m",
  key AS _key,
  cursor AS _cursor,
  deleted_ms IS NOT NULL AS _deleted,
  (SELECT raw FROM raw_5 r WHERE r.id = t.id) AS _raw
FROM stream_5 t;
CREATE VIEW "Shop-2__events_all" AS SELECT key AS _key,
  cursor AS _cursor,
  deleted_ms IS NOT NULL AS _deleted,
  (SELECT raw FROM raw_6 r WHERE r.id = t.id) AS _raw
FROM stream_6 t;
CREATE VIEW "till__items_all" AS SELECT c1 AS "id",
  c2 AS "name",
  c3 AS "price",
  c4 AS "updated_at",
  key AS _key,
  cursor AS _cursor,
  deleted_ms IS NOT NULL AS _deleted,
  (SELECT raw FROM raw_7 r WHERE r.id = t.id) AS _raw
FROM stream_7 t;
COMMIT;
PRAGMA user_version = 11;
