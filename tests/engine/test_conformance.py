"""The conformance tests of design section 11, played by the reference and by the engine."""

from __future__ import annotations

import pytest

from studio.graph import Graph
from tests.engine.players import Play, causes, ticks, values
from tests.support.toys import latencies, shuffled

CRITIC = """
nodes:
  topic: {type: flow.input, value: tide pools}
  writer: {type: toy.writer, replies: [draft 0, draft 1, draft 2]}
  critic: {type: toy.writer, replies: [vague, wrong, good]}
  route: {type: flow.switch, cases: [good]}
  done: {type: flow.stop}
  result: {type: flow.output}
edges:
  - topic.value -> writer.more
  - FAULT
  - writer.out -> critic.fault
  - critic.out -> route.value
  - route.good -> done.when
  - writer.out -> result.value
max_ticks: 6
"""


def test_01_a_critic_loop_ends_with_the_draft_that_was_good(play: Play) -> None:
    got = play(Graph.from_text(CRITIC.replace("- FAULT", '- critic.out ~> writer.fault: {initial: ""}')))

    assert (got.status, got.ended) == ("ok", "stop")
    assert ticks(got, "writer") == ["0", "1", "2"]
    assert got.outputs == {"result": "draft 2"}
    assert ticks(got, "topic") == ["0"]


def test_02_a_loop_with_nothing_to_start_it_never_starts(play: Play) -> None:
    got = play(Graph.from_text(CRITIC.replace("- FAULT", "- route.else ~> writer.fault")))

    assert (got.status, got.ended) == ("ok", "quiet")
    assert causes(got, "writer") == ["not fed"]
    assert ticks(got, "topic") == ["0"]
    assert got.outputs == {}


def test_03_a_stop_is_a_boolean_and_the_tick_it_ends_counts_whole(play: Play) -> None:
    got = play(
        Graph.from_text("""
nodes:
  x: {type: toy.add, plus: 1}
  enough: {type: toy.at_least, limit: 3}
  stop: {type: flow.stop}
  sibling: {type: toy.echo}
  result: {type: flow.output}
edges:
  - x.out ~> x.a: {initial: 0}
  - x.out -> enough.value
  - enough.yes -> stop.when
  - x.out -> sibling.value
  - sibling.out -> result.value
""")
    )

    assert (got.ended, values(got, "x")) == ("stop", [1, 2, 3])
    assert ticks(got, "sibling") == ["0", "1", "2"]
    assert got.outputs == {"result": 3}
    assert ticks(got, "stop") == ["2"]


CLARIFY = """
nodes:
  clarify: {type: toy.replies, replies: [a question, clear]}
  route: {type: flow.switch, cases: [clear]}
  human: {type: toy.tool}
  history: {type: toy.history, fires: every_tick}
  code: {type: toy.echo}
edges:
  - clarify.out -> route.value
  - human.done ~> clarify.when: {initial: true}
  - route.else -> human.when
  - clarify.out -> history.new
  - history.out ~> history.so_far: {initial: [], hold: HOLD}
  - route.clear -> code.value
max_ticks: 7
"""


def test_05_memory_on_a_hold_edge_lets_a_clarify_loop_go_quiet(play: Play) -> None:
    got = play(Graph.from_text(CLARIFY.replace("HOLD", "true")))

    assert got.ended == "quiet"
    assert ticks(got, "code") == ["1"]
    assert ticks(got, "clarify") == ["0", "1"]
    assert values(got, "history") == [["a question"], ["a question", "clear"]]


def test_05_memory_on_a_plain_edge_keeps_the_loop_at_work_to_its_bound(play: Play) -> None:
    got = play(Graph.from_text(CLARIFY.replace("HOLD", "false")))

    assert (got.status, got.ended) == ("ok", "max_ticks")
    assert ticks(got, "history") == [str(n) for n in range(7)]
    assert ticks(got, "code") == ["1"]


def test_06_a_live_repair_goes_before_the_steady_edit_it_stands_behind(play: Play) -> None:
    got = play(
        Graph.from_text("""
nodes:
  edit: {type: toy.replies, replies: [edit]}
  repair: {type: toy.replies, replies: [none, repair1, repair2, repair3]}
  apply: {type: toy.echo}
  tests: {type: toy.replies, replies: [fail, fail, pass]}
  verdict: {type: flow.switch, cases: [fail]}
edges:
  - verdict.fail ~> repair.when
  - edit.out -> apply.value
  - repair.out -> apply.value
  - apply.out -> tests.value
  - tests.out -> verdict.value
""")
    )

    assert values(got, "apply") == ["edit", "repair1", "repair2"]
    assert got.ended == "quiet"
    assert ticks(got, "edit") == ["0"]


def test_07_initial_from_starts_a_loop_with_the_output_of_another_node(play: Play) -> None:
    got = play(
        Graph.from_text("""
nodes:
  counter: {type: toy.add, plus: 1}
  apply: {type: toy.echo}
  tests: {type: toy.replies, replies: [fail, fail, pass]}
  verdict: {type: flow.switch, cases: [fail]}
  repair: {type: toy.replies, replies: [repair1, repair2]}
  edit: {type: toy.replies, replies: [edit]}
edges:
  - counter.out ~> counter.a: {initial: 0}
  - repair.out ~> apply.value: {initial_from: edit.out}
  - apply.out -> tests.value
  - tests.out -> verdict.value
  - verdict.fail -> repair.when
max_ticks: 5
""")
    )

    assert values(got, "apply") == ["edit", "repair1", "repair2"]
    assert ticks(got, "apply") == ["0", "1", "2"]
    assert ticks(got, "apply", "skipped") == ["3", "4"]
    assert got.ended == "max_ticks"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("{type: toy.tool}", ["0", "1", "2"]),
        ("{type: toy.tool, fires: once}", ["0"]),
        ("{type: toy.echo}", ["0"]),
        ("{type: toy.echo, fires: every_tick}", ["0", "1", "2"]),
    ],
)
def test_08_a_tool_in_a_loop_fires_every_tick_and_a_pure_node_once(play: Play, kind: str, expected: list[str]) -> None:
    got = play(
        Graph.from_text(
            """
nodes:
  command: {type: toy.number, value: 4}
  run: KIND
  counter: {type: toy.add, plus: 1}
edges:
  - command.out -> run.value
  - counter.out ~> counter.a: {initial: 0}
max_ticks: 3
""".replace("KIND", kind)
        )
    )

    assert ticks(got, "run") == expected
    assert ticks(got, "command") == ["0"]


def test_09_a_reply_that_cannot_be_read_lets_the_previous_command_run_again(play: Play) -> None:
    got = play(
        Graph.from_text("""
nodes:
  seen: {type: toy.length}
  think: {type: toy.replies, replies: [write, mumble, read, task_complete]}
  read: {type: toy.replies, replies: [write, null, read, task_complete], on_error: route}
  repair: {type: toy.replies, replies: [null], on_error: skip}
  pick: {type: toy.pick}
  gate: {type: flow.switch, cases: [task_complete]}
  tool: {type: toy.tool}
  history: {type: toy.history}
  stop: {type: flow.stop}
  lengths: {type: flow.output, collect: true}
  commands: {type: flow.output, collect: true}
edges:
  - history.out ~> seen.value: {initial: []}
  - seen.out -> think.value
  - think.out -> read.value
  - read.error -> repair.value
  - read.error -> repair.when
  - read.out -> pick.new
  - repair.out -> pick.new
  - pick.out ~> pick.previous: {hold: true}
  - pick.out -> gate.value
  - pick.out -> gate.data
  - gate.else -> tool.value
  - gate.else -> tool.when
  - gate.task_complete -> stop.when
  - history.out ~> history.so_far: {initial: [], hold: true}
  - seen.out -> history.new
  - think.out -> history.new
  - tool.out -> history.new
  - seen.out -> lengths.value
  - tool.out -> commands.value
""")
    )

    assert got.outputs == {"commands": ["write", "write", "read"], "lengths": [0, 3, 6, 9]}
    assert got.ended == "stop"
    assert ticks(got, "stop") == ["3"]
    assert ticks(got, "repair", "error") == ["1"]


def cells(width: int = 32) -> tuple[Graph, list[int]]:
    """A ring of cells, each fed back to itself and its neighbours, starting from one living cell."""
    graph = Graph("cells", max_ticks=16)
    start = [1 if i == width // 2 else 0 for i in range(width)]
    for i in range(width):
        graph.add("toy.cell", f"cell{i}", rule=110)
    for i in range(width):
        for port, other in (("left", (i - 1) % width), ("own", i), ("right", (i + 1) % width)):
            graph.connect(f"cell{other}.out", f"cell{i}.{port}", feedback={"initial": start[other]})
    return graph, start


def test_10_a_ring_of_cells_plays_rule_110_row_by_row(play: Play) -> None:
    graph, row = cells()
    rows = []
    for _ in range(16):
        row = [110 >> (row[i - 1] * 4 + row[i] * 2 + row[(i + 1) % 32]) & 1 for i in range(32)]
        rows.append(row)

    got = play(graph)
    with latencies(shuffled(5)):
        shaken = play(graph)

    assert [values(got, f"cell{i}") for i in range(32)] == [[r[i] for r in rows] for i in range(32)]
    assert (got.status, got.ended) == ("ok", "max_ticks")
    assert shaken.outline == got.outline


def test_11_an_inner_loop_starts_afresh_for_each_task_of_the_outer_one(play: Play) -> None:
    got = play(
        Graph.from_text("""
nodes:
  task: {type: toy.add, plus: 1}
  refine: {type: flow.subgraph, graph: refine}
  last: {type: toy.at_least, limit: 3}
  stop: {type: flow.stop}
  drafts: {type: flow.output, collect: true}
edges:
  - task.out ~> task.a: {initial: 0}
  - task.out -> refine.task
  - task.out -> last.value
  - last.yes -> stop.when
  - refine.draft -> drafts.value
graphs:
  refine:
    nodes:
      task: {type: flow.input}
      better: {type: toy.add}
      draft: {type: flow.output}
    edges:
      - better.out ~> better.a: {initial: 100}
      - task.value -> better.b
      - better.out -> draft.value
    max_ticks: 3
""")
    )

    assert ticks(got, "refine/better") == [f"{outer}.{inner}" for outer in range(3) for inner in range(3)]
    assert values(got, "refine/better") == [101, 102, 103, 102, 104, 106, 103, 106, 109]
    assert ticks(got, "refine/task") == ["0.0", "1.0", "2.0"]
    assert got.outputs == {"drafts": [103, 106, 109]}


def test_12_a_population_reads_at_one_tick_what_was_sent_at_the_tick_before(play: Play) -> None:
    got = play(
        Graph.from_text("""
nodes:
  people: {type: flow.input, value: [a, b, c]}
  town: {type: flow.map, graph: person, clock: shared, key: "", each: [mail]}
  post: {type: toy.post}
  said: {type: flow.output, collect: true}
edges:
  - people.value -> town.items
  - town.said -> post.said
  - post.mail ~> town.mail
  - town.said -> said.value
until: stop
max_ticks: 5
graphs:
  person:
    nodes:
      item: {type: flow.input}
      mail: {type: flow.input}
      speak: {type: toy.person, leaver: b, at: 2}
      leave: {type: flow.stop}
      said: {type: flow.output}
    edges:
      - item.value -> speak.name
      - mail.value -> speak.mail
      - speak.leaves -> leave.when
      - speak.said -> said.value
""")
    )

    assert got.outputs == {
        "said": [
            ["a read None", "b read None", "c read None"],
            ["a read c0", "b read a0", "c read b0"],
            ["a read None", "b read None", "c read None"],
            ["a read c2", None, "c read b2"],
            ["a read None", None, "c read None"],
        ]
    }
    assert ticks(got, "town/b/speak") == ["0", "1", "2"]
    assert ticks(got, "town/a/speak") == ["0", "1", "2", "3", "4"]
    assert ticks(got, "town/a/item") == ["0"]


RACE = """
nodes:
  fast: {type: toy.fail, modulus: FAST}
  slow: {type: toy.fail, modulus: SLOW}
  text: {type: toy.number, value: 7}
  pick: {type: flow.merge, take: first_arrival}
  log: {type: toy.echo}
  result: {type: flow.output}
edges:
  - text.out -> fast.value
  - text.out -> slow.value
  - fast.out -> pick.value
  - slow.out -> pick.value
  - slow.out -> log.value
  - pick.value -> result.value
"""


def test_13_a_contender_that_fails_leaves_the_race_to_the_other(play: Play) -> None:
    got = play(Graph.from_text(RACE.replace("FAST", "1").replace("SLOW", "100")))

    assert got.status == "ok"
    assert got.outputs == {"result": 7}
    assert causes(got, "fast") == ["failed"]


def test_13_when_both_contenders_fail_the_first_in_edge_order_is_raised(play: Play) -> None:
    got = play(Graph.from_text(RACE.replace("FAST", "1").replace("SLOW", "1")))

    assert (got.status, got.ended) == ("failed", "error")
    assert got.failure is not None
    assert got.failure.node == "fast"


def test_13_a_loser_that_is_wired_elsewhere_too_is_not_cancelled(play: Play) -> None:
    with latencies(lambda node, tick: 40 if node == "slow" else 0):
        got = play(Graph.from_text(RACE.replace("FAST", "100").replace("SLOW", "100")))

    assert got.outputs == {"result": 7}
    assert ticks(got, "log") == ["0"]


def test_15_an_organ_frozen_by_its_when_keeps_its_register_and_holds_up_nobody(play: Play) -> None:
    got = play(
        Graph.from_text("""
nodes:
  tick: {type: toy.add, plus: 1}
  more: {type: toy.at_least, limit: 4}
  again: {type: toy.echo}
  parity: {type: toy.parity}
  organ: {type: flow.subgraph, graph: sum, clock: shared}
  total: {type: flow.output}
edges:
  - again.out ~> tick.a: {initial: 0}
  - tick.out -> more.value
  - tick.out -> parity.value
  - tick.out -> again.value
  - more.no -> again.when
  - parity.odd -> organ.when
  - tick.out -> organ.add
  - organ.total -> total.value
graphs:
  sum:
    nodes:
      add: {type: flow.input}
      sum: {type: toy.add}
      total: {type: flow.output}
    edges:
      - sum.out ~> sum.a: {initial: 10}
      - add.value -> sum.b
      - sum.out -> total.value
""")
    )

    assert ticks(got, "organ/sum") == ["0", "2"]
    assert values(got, "organ/sum") == [11, 14]
    assert ticks(got, "organ", "skipped") == ["1", "3"]
    assert ticks(got, "tick") == ["0", "1", "2", "3"]
    assert got.ended == "quiet"
    assert got.outputs == {"total": 14}
