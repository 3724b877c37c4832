"""What `Trace` asks the private tables; the columns come in the order that `assemble` takes them."""

from __future__ import annotations

from studio.trace.views import RUN_BITS

RUN = """r.run, r.graph_name, r.graph_file, r.graph_hash, z.status, z.ended, z.error, r.inputs, z.outputs, r.options,
 r.parent_run, r.fork_seq, r.boundary, r.started_at, z.finished_at, z.totals, w.ended_at, r.process
 FROM _run r LEFT JOIN _run_end z ON z.id = r.id LEFT JOIN _process w ON w.id = r.process"""

NEWEST_FIRST = "r.started_at > ?, r.started_at DESC, r.id DESC"
"""Order of runs; the parameter is the time now. Merged runs come late and are not newer for it; those of a machine
whose clock is ahead come last."""

_FROM = f"JOIN _path p ON p.id = f.path JOIN _run r ON r.id = f.id >> {RUN_BITS}"
FIRING = f"""f.id, r.run, f.seq, p.path, p.type, p.version, p.plan_index, f.tick, f.parent, f.item, f.status, f.reason,
 f.origin, f.started_at, f.duration, f.inputs, f.outputs, f.attempt, f.absent FROM _firing f {_FROM}"""
OPEN = f"""f.id, r.run, NULL, p.path, p.type, p.version, p.plan_index, f.tick, f.parent, f.item, NULL, NULL, NULL,
 f.started_at, NULL, NULL, NULL, NULL, NULL FROM _open f {_FROM}"""

EFFECT_COLUMNS = """e.firing, e.n, e.kind, e.name, e.request, e.messages, e.attempt, e.asked_at, a.status, a.response,
 a.reply, a.error, a.duration, a.tokens_in, a.tokens_out, a.cost_usd, a.finish_reason, a.entropy, a.origin"""
EFFECT_FROM = f"""FROM _effect e LEFT JOIN _answer a ON a.id = e.id JOIN _run r ON r.id = e.id >> {RUN_BITS}"""
EFFECT = f"e.id, r.run, {EFFECT_COLUMNS} {EFFECT_FROM}"

PROMPT = f"""e.id, r.run, f.seq, p.path, coalesce(f.tick, o.tick), {EFFECT_COLUMNS} {EFFECT_FROM}
 LEFT JOIN _firing f ON f.id = e.firing LEFT JOIN _open o ON o.id = e.firing
 JOIN _path p ON p.id = coalesce(f.path, o.path)"""

UNDECIDED = "NOT EXISTS (SELECT 1 FROM _firing d WHERE d.id = f.id)"
"""Of `_open f`: no decision was recorded."""

ORDER_KEYS = f"""
SELECT f.id, f.parent, f.item, f.tick, p.plan_index FROM _firing f JOIN _path p ON p.id = f.path
 WHERE f.id BETWEEN :first AND :last
UNION ALL
SELECT f.id, f.parent, f.item, f.tick, p.plan_index FROM _open f JOIN _path p ON p.id = f.path
 WHERE f.id BETWEEN :first AND :last AND {UNDECIDED}"""

STORE_OP = f"""s.id, r.run, s.firing, s.n, s.store, s.op, s.args, s.result
 FROM _store_op s JOIN _run r ON r.id = s.id >> {RUN_BITS}"""

TOKEN_BITS = """SELECT p.path, avg(a.entropy) FROM _answer a JOIN _effect e ON e.id = a.id
 JOIN _firing f ON f.id = e.firing JOIN _path p ON p.id = f.path
 WHERE a.id BETWEEN :first AND :last AND a.entropy IS NOT NULL GROUP BY p.path"""

READING = """s.id, s.firing, s.t, s.symbol, s.effect, s.reading, p.path, f.status FROM _reading s
 JOIN _firing f ON f.id = s.firing JOIN _path p ON p.id = f.path"""

ALARM = f"""s.id, r.run, s.firing, s.kind, s.message, s.evidence, s.at
 FROM _alarm s JOIN _run r ON r.id = s.id >> {RUN_BITS}"""
