"""What people write by hand in a script is read, as far as it is the words of `studio.Graph` and literals."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from studio import run
from studio.cli.graphs import open_graph
from studio.cli.main import main
from studio.export.script import write_script
from studio.graph import Graph
from studio.graph.comments import BEHIND, FOOTER, HEADER
from studio.importers.opening import open_graph_file
from studio.importers.script import Opened, read_script_text
from studio.spec.registry import default_registry
from studio.support.errors import GraphError
from studio.support.resources import bundled_graphs
from studio.trust.gate import is_foreign


def read(body: str) -> Graph:
    return opened(body).graph


def opened(body: str) -> Opened:
    return read_script_text(dedent(body), file="x.py")


def make(lines: str) -> Graph:
    """Return the graph of a function with these lines between `graph = Graph("x")` and its end."""
    head = "from studio import Graph\n\ndef x():\n    graph = Graph('x')\n"
    return read_script_text(head + "".join(f"    {line}\n" for line in lines.split("\n")) + "    return graph\n").graph


def test_a_script_written_by_hand_is_the_graph_it_makes() -> None:
    graph = read("""\
        from pathlib import Path
        from textwrap import dedent
        import studio as s

        TONE = "Be " + "kind."
        EXAMPLES = [{"text": "a", "output": 1}, {"text": "b", "output": -2.5}]

        def judge():
            '''Judges.'''
            g = s.Graph("judge", about="Judges a text.", until="stop", max_ticks=3, limits={"calls": 2},
                        dynamics={"on_alarm": "pause", "settings": {"stall_ticks": 20}})
            g.add("flow.input", "text")
            return g

        def whole() -> s.Graph:
            g = s.Graph(name="whole", base=Path(__file__).parent)
            g.add_store("list", "seen", scope="run")
            g.add_graph("judge", judge())
            g.add("llm.function", "ask", instructions=dedent(\"\"\"\\
                Say {what}.
                  Twice.
            \"\"\"), system=TONE, examples=EXAMPLES, retries=2, **{"odd name": None})
            for name in ("a", "b"):
                g.add("flow.output", name)
                g.connect("ask.text", f"{name}.value")
            g.connect("ask.text", "ask.last", feedback={"initial": "", "hold": True})
            return g
        """)

    assert graph.name == "whole"
    assert graph.graphs["judge"].limits == {"calls": 2}
    assert graph.graphs["judge"].dynamics == {"on_alarm": "pause", "settings": {"stall_ticks": 20}}
    assert graph.graphs["judge"].until == "stop"
    assert graph.stores["seen"].scope == "run"
    ask = graph.nodes["ask"]
    assert ask.params["instructions"] == "Say {what}.\n  Twice.\n"
    assert ask.params["system"] == "Be kind."
    assert ask.params["examples"] == [{"text": "a", "output": 1}, {"text": "b", "output": -2.5}]
    assert ask.params["odd name"] is None
    assert ask.retries == 2
    assert list(map(str, graph.edges)) == ["ask.text -> a.value", "ask.text -> b.value", "ask.text ~> ask.last"]
    assert graph.edges[2].hold
    assert graph.nodes["b"].place.line == 24
    assert graph.nodes["b"].place.file == "x.py"


def test_a_constant_that_two_nodes_use_is_each_ones_own() -> None:
    graph = read("""\
        from studio import Graph
        LABELS = ["a"]
        def x():
            graph = Graph("x")
            graph.add("t", "one", labels=LABELS)
            graph.add("t", "two", labels=LABELS)
            return graph
        """)

    graph.nodes["one"].params["labels"].append("b")

    assert graph.nodes["two"].params["labels"] == ["a"]


def test_what_does_not_make_the_graph_may_be_anything() -> None:
    graph = read("""\
        import os
        from studio import Graph, run
        SECRET = os.environ.get("SECRET", "x" * 3)
        class Thing(list): pass
        async def other(): return [one async for one in ()]
        def helper(a, b=1): return eval("a")
        def x() -> Graph:
            graph = Graph("x")
            return graph
        def main(argv=None):
            while True:
                os.remove("x")
                print(run(x(), model=SECRET))
        if __name__ == "__main__":
            main()
        """)

    assert graph.name == "x"


def test_a_graph_may_be_made_at_the_top_of_a_script() -> None:
    graph = read("""\
        from studio import Graph, run
        # About it.
        graph = Graph("x")
        graph.add("flow.stop", "end")  # the end
        result = run(graph, model="scripted:x")
        print(result.outputs)
        """)

    assert list(graph.nodes) == ["end"]
    assert graph.comments == {HEADER: ["# About it."], "nodes.end" + BEHIND: ["# the end"]}


def test_the_graph_that_is_run_is_the_one_that_opens() -> None:
    text = "from studio import Graph\nfrom studio.script import play\n"
    text += "def a():\n    return Graph('a')\ndef b():\n    return Graph('b')\n"

    assert read(text + "def main():\n    play(b, None)\n").name == "b"
    with pytest.raises(GraphError, match="several graphs: `a`, `b`"):
        read(text)


def test_comments_stand_where_their_statement_is() -> None:
    graph = make("# before\n\n# more\ngraph.add(  # behind\n    't', 'a',\n    # of p\n    p=1,\n)\n# at the end")

    assert graph.comments == {
        "nodes.a": ["# before", "", "# more"],
        "nodes.a" + BEHIND: ["# behind"],
        "nodes.a.p": ["# of p"],
        FOOTER: ["# at the end"],
    }


def test_a_column_is_counted_in_characters() -> None:
    graph = make("graph.add('t', 'a', p=['ééééééé', 'ü'],  # one\n    q=1)  # two")

    assert graph.comments == {"nodes.a" + BEHIND: ["# one"], "nodes.a.q" + BEHIND: ["# two"]}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("graph.nodes['a'] = 1", "Only a name can be assigned"),
        ("graph.add('t', 'a', p=[n for n in 'ab'])", "A list comprehension"),
        ("graph.add('t', 'a', p=open('/etc/passwd').read())", "`open` of Python is not understood"),
        ("graph.add('t', 'a', p=__import__('os'))", "`__import__` of Python is not understood"),
        ("graph.add('t', 'a', p=1 if True else 2)", "A choice by `if`"),
        ("graph.add('t', 'a', p=2 ** 9)", "This is computed"),
        ("graph.add('t', 'a', p={1: 2})", "A key must be text"),
        ("graph.add('t', 'a', p=b'x')", "holds no bytes"),
        ("graph.add('t', 'a', p={1, 2})", "A set"),
        ("graph.add('t', 'a', p='\\ud800')", "half a character"),
        ("graph.add('t', 'a', p=1e999)", "too large"),
        ("graph.add('t', 'a', p=99999999999999999999)", "larger than 64 bits"),
        ("graph.add('t', 'a', p=graph)", "cannot be a graph"),
        ("graph.add('t', 'a', p={'k': 1, 'k': 2})", "stands twice"),
        ("graph.add('t', 'a', p=f'{1!r}')", "Only `{name}`"),
        ("graph.add('t')", "with two texts first"),
        ("graph.add('t', 'a b')", "cannot name a node"),
        ("graph.add('t', 'a', on_error='explode')", "`on_error` of node `a` must be"),
        ("graph.add('flow.switch', 'a', cases=['done'])", "reserved"),
        ("graph.add('t', 'a')\ngraph.add('t', 'a')", "a node `a` already"),
        ("graph.connect('a', 'b.c')", "no end of an edge"),
        ("graph.connect('a.b', 'b.c', feedback={'late': 1})", "no option"),
        ("graph.connect('a.b', 'b.c', feedback=1)", "must be True or a dict"),
        ("graph.add_store('list', 's', scope='world')", "must be `region`"),
        ("graph.add_graph('g', graph)", "already"),
        ("graph.save('/tmp/x')", "`save` of a graph is not understood"),
        ("while True: pass", "`while`"),
        ("for n in range(3): pass", "`range` of Python is not understood"),
        ("graph.add('t', 'a', n=2**9)", "This is computed"),
        ("graph.add('t', 'a', n=1 / 0)", "cannot be computed: division by zero"),
        ("graph.add('t', 'a', n=9_000_000_000 * 9_000_000_000)", "larger than 64 bits"),
        ("graph.add('t', 'a', n=1e300 * 1e300)", "A number is too large"),
        ("graph.add('t', 'a', n=True + 1)", "This is computed"),
        ("graph.add('t', 'a', n='ab' * 3)", "This is computed"),
        ("if True:\n    graph.add('t', 'a')", "`if`"),
        ("import os", "An import within a function"),
        ("print('x')", "may change things"),
        ("x()", "may change things"),
        ("a = x()", "calls itself"),
        ("for n in 5: pass", "a loop over a list"),
        ("graph = Graph('y', nodes={})", "takes no `nodes`"),
        ("graph = Graph('y', extra={'nodes': {}})", "sections of a graph file"),
        ("graph = Graph('y', max_ticks=0)", "whole number from 1"),
        ("graph = Graph('y', until='later')", "quiet or stop"),
        ("graph = Graph('y', dynamics='stop')", "must be a dict"),
        ("graph = Graph('y', dynamics={'circles': 'stop'})", "no key `circles`"),
        ("graph = Graph('y', comments={'x': [1]})", "lists of texts"),
        ("graph = Graph('y', base='/')", "a folder that starts at the script"),
        ("graph = Graph('y', 'z')", "its name first"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_its_line(line: str, why: str) -> None:
    with pytest.raises(GraphError) as refused:
        make(line)

    assert why in refused.value.message
    assert refused.value.where.startswith("<script>:")


def test_numbers_are_computed() -> None:
    graph = make("graph.add('t', 'a', tokens=4 * 64 - 6, share=1 / 4, half=7 // 2, both=1 + 2 * 3)")

    assert graph.nodes["a"].params == {"tokens": 250, "share": 0.25, "half": 3, "both": 7}


def test_a_refusal_says_what_to_do() -> None:
    with pytest.raises(GraphError, match=r"x.py:2: .*--save graph.yaml"):
        read("from studio import Graph\nprint(Graph)\n")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x = 1\n", "makes no graph"),
        ("from studio import *\n", "hides which names"),
        ("def Graph(name): pass\ndef x():\n    graph = Graph('x')\n    return graph\n", "makes no graph"),
        ("from studio import Graph as G\nfrom evil import dedent\ndef x():\n    return G(dedent('x'))\n", "`evil.ded"),
        ("from studio import Graph\ndef x():\n    return Gr\u0430ph('x')\nGraph('y')\n", "may change things"),
        ("from studio import Graph, run\n@cached\ndef x():\n    return Graph('x')\nrun(x)\n", "plain functions"),
        ("from studio import Graph\nx = Graph('x')\nprint(x.add('t', 'a'))\n", "may change things"),
        ("from studio import Graph\nx = Graph('x')\nprint = exec\nprint('1')\n", "may change things"),
        ("from studio import Graph\ndef x():\n    Graph('x')\n", "may change things"),
        ("from studio import Graph\ndef x():\n    g = Graph('x')\n", "returns nothing"),
        ("def x(:\n", "not valid Python"),
        ("'''\n", "not valid Python"),
        ("  x = 1\n y = 2\n", "not valid Python"),
    ],
)  # fmt: skip
def test_a_script_that_makes_no_graph_is_refused(text: str, why: str) -> None:
    with pytest.raises(GraphError, match=why):
        read_script_text(text)


def test_files_are_looked_up_where_the_script_says_within_its_project(tmp_path: Path) -> None:
    (tmp_path / "studio.toml").touch()
    folder = tmp_path / "scripts"
    folder.mkdir()
    text = "from pathlib import Path\nfrom studio import Graph\nHERE = Path(__file__).resolve().parent / {0!r}\n"
    text += "def x():\n    return Graph('x', base=HERE)\n"

    def base(rest: str) -> tuple[Path | None, tuple[str, ...]]:
        made = read_script_text(text.format(rest), base=folder)
        return made.graph.base, made.notes

    assert base("../graphs") == (tmp_path / "graphs", ())
    assert base("") == (folder, ())
    for outside in ("../..", "/etc"):
        where, notes = base(outside)
        assert where == folder
        assert "outside of its own project" in notes[0]


def test_of_a_script_that_needs_no_studio_the_text_it_holds_is_read(tmp_path: Path) -> None:
    script = tmp_path / "x.py"
    script.write_text('import sys\nraise SystemExit(1)\nGRAPH_TEXT = """\\\nstudio: 1\nname: held\n"""\n')

    assert open_graph_file(script).name == "held"

    script.write_text('from studio import Graph\nGRAPH_TEXT = "studio: 1"\ndef x():\n    return Graph("made")\n')

    assert open_graph_file(script).name == "made"


def test_a_standalone_script_opens_by_the_text_it_holds_and_says_so(tmp_path: Path) -> None:
    script = tmp_path / "critic_loop.py"
    assert main(["export", "critic_loop", "--standalone", "-o", str(script)]) == 0
    told: list[str] = []

    graph = open_graph_file(script, told.append)

    assert graph.to_text() == open_graph("critic_loop").to_text()
    assert graph.base == tmp_path
    assert graph.place.file == str(script)
    assert len(told) == 1
    assert "not in it" in told[0]


def test_the_command_line_takes_a_script_for_a_graph(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "critic_loop.py"
    assert main(["export", "critic_loop", "-o", str(script)]) == 0

    assert main(["lint", str(script)]) == main(["lint", "critic_loop"])
    assert f"{script}:" in capsys.readouterr().out
    assert main(["graph", str(script), "--svg", str(tmp_path / "x.svg")]) == 0
    assert main(["export", str(script), "-o", str(tmp_path / "again.py")]) == 0
    assert (tmp_path / "again.py").read_text() == script.read_text().replace("critic_loop.py", "again.py")
    assert main(["fmt", str(script)]) == 2
    assert "this is a script" in capsys.readouterr().err


def test_the_tests_beside_a_script_test_what_it_says_now(tmp_path: Path) -> None:
    script = tmp_path / "critic_loop.py"
    assert main(["export", "critic_loop", "-o", str(script)]) == 0
    example = next(path for path in bundled_graphs() if path.stem == "critic_loop")
    for path in (example, example.with_suffix(".tests.yaml")):
        (tmp_path / path.name).write_text(path.read_text())
    assert main(["test", str(script)]) == 0

    script.write_text(script.read_text().replace("two sentences", "three sentences"))

    assert main(["test", str(script)]) == 4


def test_a_script_is_a_strangers_as_any_file_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    graph = Graph("x", base=tmp_path)
    graph.add("flow.input", "file", value="a.txt", kind="text")
    graph.add("files.write", "write")
    graph.connect("file.value", "write.name")
    graph.connect("file.value", "write.content")
    (tmp_path / "x.py").write_text(write_script(graph, default_registry(), folder=tmp_path))

    assert is_foreign(open_graph_file(tmp_path / "x.py"))
    assert main(["run", str(tmp_path / "x.py"), "--db", str(tmp_path / "x.db")]) == 2
    assert "nobody approved what it may do" in capsys.readouterr().err
    assert not (tmp_path / "a.txt").exists()


def test_loading_and_running_a_script_by_its_name_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("from studio import Graph\nx = Graph('x')\n")

    for act in (Graph.load, run):
        with pytest.raises(GraphError, match=r"`studio\.open_graph_file` reads its graph"):
            act(tmp_path / "x.py")
    assert open_graph_file(tmp_path / "x.py").name == "x"
