"""The public face of a trace: views that any SQLite tool can read. The tables beneath are private.

`tables.py` beside this file says what every column means; a test compares it with the live database.
"""

from __future__ import annotations

RUN_BITS = 32
"""Physical ids are `run << 32 | id within the run`, so that a run is one range and needs no index."""

ID_MASK = (1 << RUN_BITS) - 1

STATUS_SQL = "CASE {} WHEN 0 THEN 'ok' WHEN 1 THEN 'error' ELSE 'skipped' END"
ORIGIN_SQL = "CASE {} WHEN 0 THEN 'executed' WHEN 1 THEN 'cached' WHEN 2 THEN 'frozen' ELSE 'replayed' END"


def _tick(column: str) -> str:
    """SQL that turns a tick key (`a3.b12`) into the tick (`3.12`): the letters go."""
    text = column
    for letter in "abcdefghij":
        text = f"replace({text}, '{letter}', '')"
    return text


def _text(column: str) -> str:
    """SQL that reads a JSON column which holds either the text or the id of a blob; `db compact` packs some blobs."""
    return (
        f"CASE typeof({column}) WHEN 'integer' THEN "
        "(SELECT CASE WHEN enc IS NULL THEN CAST(data AS TEXT) ELSE "
        "json_object('$packed', lower(hex(hash)), 'size', size) END "
        f"FROM _blob WHERE _blob.id = {column}) ELSE {column} END"
    )


def _range(table: str) -> str:
    return f"{table}.id BETWEEN (r.id << {RUN_BITS}) AND (r.id << {RUN_BITS}) + {ID_MASK}"


# One message as JSON. Stored as ["user", id] (role and text, the usual case), [id, {whole, content null}]
# (other keys beside them), or the whole object (content that is no text).
_ONE_MESSAGE = """
CASE json_type(value)
  WHEN 'object' THEN json(value)
  ELSE CASE json_type(value, '$[0]')
    WHEN 'text' THEN json_object('role', json_extract(value, '$[0]'), 'content',
      (SELECT text FROM _message WHERE id = json_extract(value, '$[1]')))
    ELSE json_set(json_extract(value, '$[1]'), '$.content',
      (SELECT text FROM _message WHERE id = json_extract(value, '$[0]')))
  END
END"""

_MESSAGES = f"""
(SELECT json_group_array(json(one)) FROM (
  SELECT {_ONE_MESSAGE} AS one FROM json_each(e.messages) ORDER BY key))"""

_PROMPT_TEXT = "(SELECT text FROM _message WHERE id = json_extract(e.messages, '$[0][1]'))"

_REQUEST = f"""
CASE
  WHEN e.messages IS NULL THEN {_text("e.request")}
  WHEN e.kind = 'complete' THEN json_set({_text("e.request")}, '$.prompt', {_PROMPT_TEXT})
  ELSE json_set({_text("e.request")}, '$.messages', json({_MESSAGES}))
END"""

_REPLY = "(SELECT text FROM _message WHERE id = a.reply)"

_RESPONSE = f"""
CASE WHEN a.reply IS NULL THEN {_text("a.response")}
  ELSE json_set({_text("a.response")}, '$.text', {_REPLY}) END"""

_RUN_STATUS = """
CASE WHEN z.status IS NOT NULL THEN z.status WHEN w.ended_at IS NULL THEN 'running' ELSE 'interrupted' END"""

_BATCH_STATUS = """
CASE WHEN c.done >= b.planned THEN 'complete' WHEN e.status IS NOT NULL THEN e.status
  WHEN w.ended_at IS NULL THEN 'running' ELSE 'interrupted' END"""

VIEWS: dict[str, str] = {
    "run": f"""
SELECT r.run AS id, r.graph_name AS graph, r.graph_file AS file, r.graph_hash AS graph_hash,
  {_RUN_STATUS} AS status, coalesce(z.ended, '') AS ended, z.error AS error, r.inputs AS inputs, z.outputs AS outputs,
  {_text("r.options")} AS options, r.parent_run AS parent_run, r.fork_seq AS fork_seq, r.boundary AS boundary,
  r.started_at / 1e9 AS started_at, z.finished_at / 1e9 AS finished_at,
  json_extract(z.totals, '$.firings') AS firings, json_extract(z.totals, '$.ticks') AS ticks,
  json_extract(z.totals, '$.calls') AS calls, json_extract(z.totals, '$.tokens_in') AS tokens_in,
  json_extract(z.totals, '$.tokens_out') AS tokens_out, json_extract(z.totals, '$.cost_usd') AS cost_usd,
  z.totals AS totals
FROM _run r LEFT JOIN _run_end z ON z.id = r.id LEFT JOIN _process w ON w.id = r.process""",
    "firing": f"""
SELECT f.id & {ID_MASK} AS id, r.run AS run, f.seq AS seq, p.path AS node, p.type AS type,
  {_tick("f.tick")} AS tick, f.tick AS tick_key, nullif(f.parent, 0) AS parent, f.item AS item,
  {STATUS_SQL.format("f.status")} AS status, coalesce(f.reason, '') AS reason,
  {ORIGIN_SQL.format("f.origin")} AS origin, f.started_at / 1e9 AS started_at, f.duration / 1e6 AS duration_ms,
  f.inputs AS inputs, f.outputs AS outputs, f.absent AS absent, f.attempt AS attempt
FROM _run r CROSS JOIN _firing f ON {_range("f")} CROSS JOIN _path p ON p.id = f.path
UNION ALL
SELECT o.id & {ID_MASK}, r.run, NULL, p.path, p.type,
  {_tick("o.tick")}, o.tick, nullif(o.parent, 0), o.item,
  CASE WHEN z.status IS NULL AND w.ended_at IS NULL THEN 'running' ELSE 'interrupted' END, '',
  'executed', o.started_at / 1e9, NULL, NULL, NULL, NULL, NULL
FROM _run r CROSS JOIN _open o ON {_range("o")} CROSS JOIN _path p ON p.id = o.path
  LEFT JOIN _run_end z ON z.id = r.id LEFT JOIN _process w ON w.id = r.process
WHERE NOT EXISTS (SELECT 1 FROM _firing d WHERE d.id = o.id)""",
    "effect": f"""
SELECT r.run AS run, e.firing & {ID_MASK} AS firing, e.n AS n, e.kind AS kind, e.name AS name,
  {_REQUEST} AS request, {_RESPONSE} AS response, coalesce(a.status, 'unanswered') AS status,
  coalesce(a.error, '') AS error, e.attempt AS attempt, e.asked_at / 1e9 AS asked_at, a.duration / 1e6 AS duration_ms,
  a.tokens_in AS tokens_in, a.tokens_out AS tokens_out, a.cost_usd AS cost_usd, a.finish_reason AS finish_reason,
  a.entropy AS entropy, {ORIGIN_SQL.format("coalesce(a.origin, 0)")} AS origin
FROM _run r CROSS JOIN _effect e ON {_range("e")} LEFT JOIN _answer a ON a.id = e.id""",
    "prompt": f"""
SELECT r.run AS run, f.seq AS seq, e.firing & {ID_MASK} AS firing, e.n AS n, p.path AS node,
  {_tick("coalesce(f.tick, o.tick)")} AS tick, coalesce(f.tick, o.tick) AS tick_key,
  coalesce(json_extract({_text("e.request")}, '$.model'), e.name) AS model,
  coalesce((SELECT m.text FROM json_each(e.messages) j JOIN _message m ON m.id = json_extract(j.value, '$[1]')
    WHERE json_type(j.value, '$[0]') = 'text' AND json_extract(j.value, '$[0]') = 'system'
    ORDER BY j.key LIMIT 1), '') AS system,
  {_MESSAGES} AS messages, {_REPLY} AS reply, coalesce(a.status, 'unanswered') AS status,
  a.tokens_in + a.tokens_out AS tokens, a.cost_usd AS cost
FROM _run r CROSS JOIN _effect e ON {_range("e")} LEFT JOIN _answer a ON a.id = e.id
  LEFT JOIN _firing f ON f.id = e.firing LEFT JOIN _open o ON o.id = e.firing
  LEFT JOIN _path p ON p.id = coalesce(f.path, o.path)
WHERE e.messages IS NOT NULL""",
    "graph_version": "SELECT hash AS hash, name AS name, text AS text FROM _graph_version",
    "blob": """
SELECT lower(hex(hash)) AS hash, type AS type, size AS size,
  CASE WHEN type = 'json' AND enc IS NULL THEN CAST(data AS TEXT) ELSE data END AS data,
  CASE enc WHEN 1 THEN 'zlib' END AS enc FROM _blob""",
    "store_op": f"""
SELECT r.run AS run, s.firing & {ID_MASK} AS firing, s.n AS n, s.store AS store, s.op AS op,
  {_text("s.args")} AS args, {_text("s.result")} AS result
FROM _run r CROSS JOIN _store_op s ON {_range("s")}""",
    "alarm": f"""
SELECT r.run AS run, nullif(s.firing & {ID_MASK}, 0) AS firing, s.kind AS kind, s.message AS message,
  {_text("s.evidence")} AS evidence, s.at / 1e9 AS at
FROM _run r CROSS JOIN _alarm s ON {_range("s")}""",
    "reading": f"""
SELECT r.run AS run, s.firing & {ID_MASK} AS firing, s.t AS t, s.symbol AS symbol, s.effect AS effect,
  {_text("s.reading")} AS reading
FROM _run r CROSS JOIN _reading s ON {_range("s")}""",
    "prompt_use": f"""
SELECT u.message AS message, r.run AS run, e.firing & {ID_MASK} AS firing, e.n AS n
FROM _message_use u JOIN _effect e ON e.id = u.effect JOIN _run r ON r.id = e.id >> {RUN_BITS}""",
    "batch": f"""
SELECT b.batch AS id, b.name AS name, {_BATCH_STATUS} AS status,
  CASE WHEN c.done >= b.planned THEN '' ELSE coalesce(e.reason, '') END AS reason,
  b.planned AS planned, c.done AS done, c.failed AS failed,
  b.started_at / 1e9 AS started_at, coalesce(c.at, e.at) / 1e9 AS last_at, {_text("b.experiment")} AS experiment
FROM _batch b JOIN _batch_session s ON s.id = (SELECT max(id) FROM _batch_session WHERE batch = b.id)
  LEFT JOIN _batch_end e ON e.id = s.id LEFT JOIN _process w ON w.id = s.process
  LEFT JOIN (SELECT batch, count(*) AS done, sum(status <> 'ok') AS failed, max(at) AS at FROM _batch_result
    GROUP BY batch) c ON c.batch = b.id""",
    "batch_run": f"""
SELECT b.batch AS batch, o.place AS place, o.graph AS graph, o.variant AS variant, o.row AS row, o.seed AS seed,
  o.run AS run, o.status AS status, o.scores AS scores, {_text("o.facts")} AS facts, coalesce(o.error, '') AS error,
  o.attempt AS attempts, o.key AS key, o.at / 1e9 AS at
FROM _batch b JOIN _batch_result o ON o.batch = b.id""",
    "flaw": """
SELECT f.run AS run, f.kind AS kind, f.message AS message, f.record AS record, f.at / 1e9 AS at FROM _flaw f""",
}
