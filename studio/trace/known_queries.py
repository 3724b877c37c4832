"""Questions that people ask of their runs, as SQL over the public views, each with a sentence of help.

Where `max(…)` stands alone beside bare columns, SQLite takes these from the row that has it: the newest of a group.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Query(NamedTuple):
    """A query with a name and what it answers."""

    name: str
    help: str
    sql: str


KNOWN: Final[tuple[Query, ...]] = (
    Query(
        "Most expensive nodes",
        "Which nodes cost the most, by money and then by tokens, over all runs.",
        """SELECT r.graph, p.node, count(*) AS calls, sum(p.tokens) AS tokens, sum(p.cost) AS cost_usd
FROM prompt p JOIN run r ON r.id = p.run
GROUP BY r.graph, p.node
ORDER BY cost_usd DESC, tokens DESC""",
    ),
    Query(
        "Slowest prompts",
        "The model calls that took longest; open one to see what was asked.",
        """SELECT run, firing, n, name AS model, round(duration_ms) AS ms, tokens_in, tokens_out, attempt, finish_reason
FROM effect
WHERE kind IN ('chat', 'complete') AND origin = 'executed' AND duration_ms IS NOT NULL
ORDER BY duration_ms DESC""",
    ),
    Query(
        "Largest prompts",
        "The model calls that took the most tokens.",
        """SELECT run, firing, seq, node, tick, model, tokens, cost, length(messages) AS message_bytes
FROM prompt
ORDER BY tokens DESC""",
    ),
    Query(
        "Failures by node",
        "How often each node failed, and why it did the last time.",
        """SELECT r.graph, f.node, count(*) AS failures, max(f.started_at) AS last_at, f.run, f.id AS firing, f.reason
FROM firing f JOIN run r ON r.id = f.run
WHERE f.status = 'error'
GROUP BY r.graph, f.node
ORDER BY failures DESC""",
    ),
    Query(
        "Failed model calls",
        "Model calls that ended in an error or never came back.",
        """SELECT run, firing, n, name AS model, status, error, attempt, datetime(asked_at, 'unixepoch') AS asked
FROM effect
WHERE kind IN ('chat', 'complete') AND status <> 'ok'
ORDER BY asked_at DESC""",
    ),
    Query(
        "Retries by check",
        "Which checks of which nodes sent answers back, and how often.",
        """SELECT f.node, json_extract(fault.value, '$.check') AS check_name, count(*) AS times,
  max(json_extract(fault.value, '$.message')) AS said
FROM effect e JOIN firing f ON f.run = e.run AND f.id = e.firing,
  json_each(e.request, '$.faults') AS fault
WHERE e.kind = 'log' AND e.name = 'violated'
GROUP BY f.node, check_name
ORDER BY times DESC""",
    ),
    Query(
        "Answers that were cut off",
        "Chat replies that ended at the limit of tokens: raise `max_tokens`, or ask for less.",
        """SELECT run, firing, n, name AS model, tokens_out, json_extract(response, '$.text') AS reply
FROM effect
WHERE kind = 'chat' AND finish_reason = 'length'
ORDER BY asked_at DESC""",
    ),
    Query(
        "Tokens per run",
        "What each run took: calls, tokens, money, time; the newest first.",
        """SELECT id AS run, graph, status, calls, tokens_in, tokens_out, round(cost_usd, 6) AS cost_usd,
  round(finished_at - started_at, 2) AS seconds, datetime(started_at, 'unixepoch') AS started
FROM run
ORDER BY started_at DESC""",
    ),
    Query(
        "Tokens by model",
        "How many calls each model answered itself, and what they took.",
        """SELECT name AS model, count(*) AS calls, sum(tokens_in) AS tokens_in, sum(tokens_out) AS tokens_out,
  round(sum(cost_usd), 6) AS cost_usd, round(avg(duration_ms)) AS mean_ms
FROM effect
WHERE kind IN ('chat', 'complete') AND origin = 'executed'
GROUP BY name
ORDER BY tokens_in DESC""",
    ),
    Query(
        "Prompts that repeat most",
        "The same messages asked again and again: a cache, or asking once before a loop, would save these.",
        """SELECT count(*) AS times, count(DISTINCT reply) AS replies, node, max(run) AS run, firing, messages
FROM prompt
GROUP BY messages
HAVING times > 1
ORDER BY times DESC""",
    ),
    Query(
        "Cache hits",
        "How many model calls of each run were answered by the cache, and how many were asked.",
        """SELECT e.run, r.graph, sum(e.origin = 'cached') AS cached, sum(e.origin = 'executed') AS asked,
  round(100.0 * sum(e.origin = 'cached') / count(*), 1) AS percent
FROM effect e JOIN run r ON r.id = e.run
WHERE e.kind IN ('chat', 'complete')
GROUP BY e.run
ORDER BY cached DESC""",
    ),
    Query(
        "Why nodes were skipped",
        "The reasons for which nodes did not fire, and how often.",
        """SELECT node, reason, count(*) AS times, max(run) AS run, id AS firing
FROM firing
WHERE status = 'skipped'
GROUP BY node, reason
ORDER BY times DESC""",
    ),
    Query(
        "Least certain answers",
        "Replies whose tokens were the hardest to tell (entropy in bits per token), where the model says so.",
        """SELECT run, firing, n, name AS model, round(entropy, 3) AS entropy, json_extract(response, '$.text') AS reply
FROM effect
WHERE entropy IS NOT NULL
ORDER BY entropy DESC""",
    ),
    Query(
        "Slowest nodes",
        "Which nodes take the most time of all runs; regions hold the time of what is inside them.",
        """SELECT node, type, count(*) AS firings, round(sum(duration_ms)) AS total_ms,
  round(avg(duration_ms), 1) AS mean_ms, round(max(duration_ms)) AS longest_ms
FROM firing
WHERE status <> 'skipped' AND duration_ms IS NOT NULL
GROUP BY node, type
ORDER BY total_ms DESC""",
    ),
    Query(
        "Alarms",
        "What the studio thought worth a person's eye.",
        """SELECT run, firing, kind, message, datetime(at, 'unixepoch') AS at
FROM alarm
ORDER BY at DESC""",
    ),
    Query(
        "Forks and what they came from",
        "Runs that continue or fork another one, and from which step on.",
        """SELECT c.id AS run, c.graph, c.parent_run, c.fork_seq, c.status, p.status AS parent_status
FROM run c LEFT JOIN run p ON p.id = c.parent_run
WHERE c.parent_run IS NOT NULL
ORDER BY c.started_at DESC""",
    ),
    Query(
        "Store operations",
        "How often each node read and changed each store, and the last operation.",
        """SELECT s.run, r.graph, s.store, f.node, s.op, count(*) AS times, max(s.firing) AS firing, s.args
FROM store_op s JOIN run r ON r.id = s.run JOIN firing f ON f.run = s.run AND f.id = s.firing
GROUP BY s.run, s.store, f.node, s.op
ORDER BY s.run DESC, s.store, times DESC""",
    ),
    Query(
        "What stores held",
        "All that the stores of the newest run held at its end; put a step in the place of NULL to see it then.",
        """SELECT s.value ->> 'store' AS store, s.value ->> 'kind' AS kind, e.key, e.value
FROM json_each(stores_at('last', NULL)) AS s, json_each(store_at('last', s.value ->> 'store', NULL)) AS e""",
    ),
)
