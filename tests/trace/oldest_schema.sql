-- The first schema with one run, frozen: never edit. A change of step m001 fails the test that loads it.
PRAGMA application_id=1196639298;
PRAGMA user_version=1;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE TABLE _process (id INTEGER PRIMARY KEY, pid INTEGER, host TEXT, sqlite TEXT, started_at INTEGER,
  ended_at INTEGER);
CREATE TABLE _graph_version (hash TEXT PRIMARY KEY, name TEXT, text TEXT) WITHOUT ROWID;
CREATE TABLE _run (id INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE, process INTEGER NOT NULL, graph_name TEXT,
  graph_file TEXT, graph_hash TEXT, inputs TEXT, options, parent_run TEXT, fork_seq INTEGER, boundary TEXT,
  started_at INTEGER);
CREATE TABLE _run_end (id INTEGER PRIMARY KEY, status TEXT NOT NULL, ended TEXT, error TEXT, outputs TEXT, totals TEXT,
  finished_at INTEGER, firings INTEGER, effects INTEGER, store_ops INTEGER);
CREATE TABLE _path (id INTEGER PRIMARY KEY, path TEXT NOT NULL, type TEXT, version INTEGER, plan_index INTEGER,
  parent INTEGER);
CREATE TABLE _open (id INTEGER PRIMARY KEY, path INTEGER NOT NULL, tick TEXT NOT NULL, parent INTEGER, item INTEGER,
  started_at INTEGER);
CREATE TABLE _firing (id INTEGER PRIMARY KEY, seq INTEGER, path INTEGER NOT NULL, tick TEXT NOT NULL, parent INTEGER,
  item INTEGER, status INTEGER, reason TEXT, origin INTEGER, started_at INTEGER, duration INTEGER, inputs TEXT,
  outputs TEXT, attempt INTEGER, sum INTEGER);
CREATE INDEX _firing_path_tick ON _firing (path, tick);
CREATE TABLE _effect (id INTEGER PRIMARY KEY, firing INTEGER NOT NULL, n INTEGER NOT NULL, kind TEXT, name TEXT,
  request, messages TEXT, attempt INTEGER, asked_at INTEGER, sum INTEGER);
CREATE INDEX _effect_firing ON _effect (firing, n);
CREATE TABLE _answer (id INTEGER PRIMARY KEY, status TEXT, response, reply INTEGER, error TEXT, duration INTEGER,
  tokens_in INTEGER, tokens_out INTEGER, cost_usd REAL, finish_reason TEXT, entropy REAL, sum INTEGER);
CREATE TABLE _message (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, text TEXT NOT NULL);
CREATE TABLE _message_use (message INTEGER, effect INTEGER, PRIMARY KEY (message, effect)) WITHOUT ROWID;
CREATE TABLE _blob (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, type TEXT, size INTEGER, data BLOB);
CREATE TABLE _store_op (id INTEGER PRIMARY KEY, firing INTEGER NOT NULL, n INTEGER, store TEXT, op TEXT, args, result,
  sum INTEGER);
CREATE TABLE _alarm (id INTEGER PRIMARY KEY, firing INTEGER, kind TEXT, message TEXT, evidence, at INTEGER);
CREATE TABLE _flaw (id INTEGER PRIMARY KEY, run TEXT, kind TEXT, message TEXT, record TEXT, at INTEGER);
CREATE VIRTUAL TABLE prompt_search USING fts5(text, content='_message', content_rowid='id');
INSERT INTO _process VALUES (1, 1, 'host', '3.53.4', 1700000000000000000, 1700000001000000000);
INSERT INTO _graph_version VALUES ('hash', 'toy', 'studio: 1' || char(10) || '');
INSERT INTO _run VALUES (1, '01OLDEST', 1, 'toy', 'toy.yaml', 'hash', '{}', 'null', NULL, NULL, 'none', 1700000000000000000);
INSERT INTO _run_end VALUES (1, 'ok', 'quiet', NULL, '{}', '{"firings":1}', 1700000001000000000, 1, 0, 0);
INSERT INTO _path VALUES (4294967297, 'work', 'toy.work', 1, 0, 0);
INSERT INTO _firing VALUES (4294967297, 1, 4294967297, 'a0', 0, 0, 0, NULL, 0, 1700000000000000000, 5000, NULL, '{"value":1}', 1, 3894331893);
INSERT INTO _sqlite_migrations VALUES (1, 'trace', 'm001_runs_firings_effects', '2026-11-26 10:17:53.058065+00:00');
CREATE VIEW run AS SELECT r.run AS id, r.graph_name AS graph, r.graph_file AS file, r.graph_hash AS graph_hash,
  
CASE WHEN z.status IS NOT NULL THEN z.status WHEN w.ended_at IS NULL THEN 'running' ELSE 'interrupted' END AS status, coalesce(z.ended, '') AS ended, z.error AS error, r.inputs AS inputs, z.outputs AS outputs,
  CASE typeof(r.options) WHEN 'integer' THEN (SELECT CAST(data AS TEXT) FROM _blob WHERE _blob.id = r.options) ELSE r.options END AS options, r.parent_run AS parent_run, r.fork_seq AS fork_seq, r.boundary AS boundary,
  r.started_at / 1e9 AS started_at, z.finished_at / 1e9 AS finished_at,
  json_extract(z.totals, '$.firings') AS firings, json_extract(z.totals, '$.ticks') AS ticks,
  json_extract(z.totals, '$.calls') AS calls, json_extract(z.totals, '$.tokens_in') AS tokens_in,
  json_extract(z.totals, '$.tokens_out') AS tokens_out, json_extract(z.totals, '$.cost_usd') AS cost_usd,
  z.totals AS totals
FROM _run r LEFT JOIN _run_end z ON z.id = r.id LEFT JOIN _process w ON w.id = r.process;
CREATE VIEW firing AS SELECT f.id & 4294967295 AS id, r.run AS run, f.seq AS seq, p.path AS node, p.type AS type,
  replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(f.tick, 'a', ''), 'b', ''), 'c', ''), 'd', ''), 'e', ''), 'f', ''), 'g', ''), 'h', ''), 'i', ''), 'j', '') AS tick, f.tick AS tick_key, nullif(f.parent, 0) AS parent, f.item AS item,
  CASE f.status WHEN 0 THEN 'ok' WHEN 1 THEN 'error' ELSE 'skipped' END AS status, coalesce(f.reason, '') AS reason,
  CASE f.origin WHEN 0 THEN 'executed' WHEN 1 THEN 'cached' WHEN 2 THEN 'frozen' ELSE 'replayed' END AS origin, f.started_at / 1e9 AS started_at, f.duration / 1e6 AS duration_ms,
  f.inputs AS inputs, f.outputs AS outputs, f.attempt AS attempt
FROM _run r CROSS JOIN _firing f ON f.id BETWEEN (r.id << 32) AND (r.id << 32) + 4294967295 CROSS JOIN _path p ON p.id = f.path
UNION ALL
SELECT o.id & 4294967295, r.run, NULL, p.path, p.type,
  replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(o.tick, 'a', ''), 'b', ''), 'c', ''), 'd', ''), 'e', ''), 'f', ''), 'g', ''), 'h', ''), 'i', ''), 'j', ''), o.tick, nullif(o.parent, 0), o.item,
  CASE WHEN z.status IS NULL AND w.ended_at IS NULL THEN 'running' ELSE 'interrupted' END, '',
  'executed', o.started_at / 1e9, NULL, NULL, NULL, NULL
FROM _run r CROSS JOIN _open o ON o.id BETWEEN (r.id << 32) AND (r.id << 32) + 4294967295 CROSS JOIN _path p ON p.id = o.path
  LEFT JOIN _run_end z ON z.id = r.id LEFT JOIN _process w ON w.id = r.process
WHERE NOT EXISTS (SELECT 1 FROM _firing d WHERE d.id = o.id);
CREATE VIEW effect AS SELECT r.run AS run, e.firing & 4294967295 AS firing, e.n AS n, e.kind AS kind, e.name AS name,
  
CASE
  WHEN e.messages IS NULL THEN CASE typeof(e.request) WHEN 'integer' THEN (SELECT CAST(data AS TEXT) FROM _blob WHERE _blob.id = e.request) ELSE e.request END
  WHEN e.kind = 'complete' THEN json_set(CASE typeof(e.request) WHEN 'integer' THEN (SELECT CAST(data AS TEXT) FROM _blob WHERE _blob.id = e.request) ELSE e.request END, '$.prompt', (SELECT text FROM _message WHERE id = json_extract(e.messages, '$[0][1]')))
  ELSE json_set(CASE typeof(e.request) WHEN 'integer' THEN (SELECT CAST(data AS TEXT) FROM _blob WHERE _blob.id = e.request) ELSE e.request END, '$.messages', json(
(SELECT json_group_array(json(one)) FROM (
  SELECT 
CASE json_type(value)
  WHEN 'object' THEN json(value)
  ELSE CASE json_type(value, '$[0]')
    WHEN 'text' THEN json_object('role', json_extract(value, '$[0]'), 'content',
      (SELECT text FROM _message WHERE id = json_extract(value, '$[1]')))
    ELSE json_set(json_extract(value, '$[1]'), '$.content',
      (SELECT text FROM _message WHERE id = json_extract(value, '$[0]')))
  END
END AS one FROM json_each(e.messages) ORDER BY key))))
END AS request, 
CASE WHEN a.reply IS NULL THEN CASE typeof(a.response) WHEN 'integer' THEN (SELECT CAST(data AS TEXT) FROM _blob WHERE _blob.id = a.response) ELSE a.response END
  ELSE json_set(CASE typeof(a.response) WHEN 'integer' THEN (SELECT CAST(data AS TEXT) FROM _blob WHERE _blob.id = a.response) ELSE a.response END, '$.text', (SELECT text FROM _message WHERE id = a.reply)) END AS response, coalesce(a.status, 'unanswered') AS status,
  coalesce(a.error, '') AS error, e.attempt AS attempt, e.asked_at / 1e9 AS asked_at, a.duration / 1e6 AS duration_ms,
  a.tokens_in AS tokens_in, a.tokens_out AS tokens_out, a.cost_usd AS cost_usd, a.finish_reason AS finish_reason,
  a.entropy AS entropy
FROM _run r CROSS JOIN _effect e ON e.id BETWEEN (r.id << 32) AND (r.id << 32) + 4294967295 LEFT JOIN _answer a ON a.id = e.id;
CREATE VIEW prompt AS SELECT r.run AS run, f.seq AS seq, e.firing & 4294967295 AS firing, e.n AS n, p.path AS node,
  replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(coalesce(f.tick, o.tick), 'a', ''), 'b', ''), 'c', ''), 'd', ''), 'e', ''), 'f', ''), 'g', ''), 'h', ''), 'i', ''), 'j', '') AS tick, coalesce(f.tick, o.tick) AS tick_key,
  coalesce(json_extract(CASE typeof(e.request) WHEN 'integer' THEN (SELECT CAST(data AS TEXT) FROM _blob WHERE _blob.id = e.request) ELSE e.request END, '$.model'), e.name) AS model,
  coalesce((SELECT m.text FROM json_each(e.messages) j JOIN _message m ON m.id = json_extract(j.value, '$[1]')
    WHERE json_type(j.value, '$[0]') = 'text' AND json_extract(j.value, '$[0]') = 'system'
    ORDER BY j.key LIMIT 1), '') AS system,
  
(SELECT json_group_array(json(one)) FROM (
  SELECT 
CASE json_type(value)
  WHEN 'object' THEN json(value)
  ELSE CASE json_type(value, '$[0]')
    WHEN 'text' THEN json_object('role', json_extract(value, '$[0]'), 'content',
      (SELECT text FROM _message WHERE id = json_extract(value, '$[1]')))
    ELSE json_set(json_extract(value, '$[1]'), '$.content',
      (SELECT text FROM _message WHERE id = json_extract(value, '$[0]')))
  END
END AS one FROM json_each(e.messages) ORDER BY key)) AS messages, (SELECT text FROM _message WHERE id = a.reply) AS reply, coalesce(a.status, 'unanswered') AS status,
  a.tokens_in + a.tokens_out AS tokens, a.cost_usd AS cost
FROM _run r CROSS JOIN _effect e ON e.id BETWEEN (r.id << 32) AND (r.id << 32) + 4294967295 LEFT JOIN _answer a ON a.id = e.id
  LEFT JOIN _firing f ON f.id = e.firing LEFT JOIN _open o ON o.id = e.firing
  LEFT JOIN _path p ON p.id = coalesce(f.path, o.path)
WHERE e.messages IS NOT NULL;
CREATE VIEW graph_version AS SELECT hash AS hash, name AS name, text AS text FROM _graph_version;
CREATE VIEW blob AS SELECT lower(hex(hash)) AS hash, type AS type, size AS size,
  CASE WHEN type = 'json' THEN CAST(data AS TEXT) ELSE data END AS data FROM _blob;
CREATE VIEW store_op AS SELECT r.run AS run, s.firing & 4294967295 AS firing, s.n AS n, s.store AS store, s.op AS op,
  CASE typeof(s.args) WHEN 'integer' THEN (SELECT CAST(data AS TEXT) FROM _blob WHERE _blob.id = s.args) ELSE s.args END AS args, CASE typeof(s.result) WHEN 'integer' THEN (SELECT CAST(data AS TEXT) FROM _blob WHERE _blob.id = s.result) ELSE s.result END AS result
FROM _run r CROSS JOIN _store_op s ON s.id BETWEEN (r.id << 32) AND (r.id << 32) + 4294967295;
CREATE VIEW alarm AS SELECT r.run AS run, nullif(s.firing & 4294967295, 0) AS firing, s.kind AS kind, s.message AS message,
  CASE typeof(s.evidence) WHEN 'integer' THEN (SELECT CAST(data AS TEXT) FROM _blob WHERE _blob.id = s.evidence) ELSE s.evidence END AS evidence, s.at / 1e9 AS at
FROM _run r CROSS JOIN _alarm s ON s.id BETWEEN (r.id << 32) AND (r.id << 32) + 4294967295;
CREATE VIEW prompt_use AS SELECT u.message AS message, r.run AS run, e.firing & 4294967295 AS firing, e.n AS n
FROM _message_use u JOIN _effect e ON e.id = u.effect JOIN _run r ON r.id = e.id >> 32;
CREATE VIEW flaw AS SELECT f.run AS run, f.kind AS kind, f.message AS message, f.record AS record, f.at / 1e9 AS at FROM _flaw f;
