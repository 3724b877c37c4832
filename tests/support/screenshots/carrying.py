"""Scenes of taking graphs away, and of bringing others' in."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from tests.support.screenshots.stage import Scene, Stage

FLOW: Final = """\
inputs:
  url: {type: string, default: "https://shop.example.com/kettle"}
  history: {type: list, default: []}
outputs:
  answer: {type: string, reference: "${reply.output}"}
nodes:
- name: fetch_page
  type: python
  source: {type: code, path: fetch_page.py}
  inputs: {url: "${inputs.url}"}
- name: summarise
  use_variants: true
- name: look_it_up
  type: python
  source: {type: package, tool: promptflow_vectordb.tool.vector_index_lookup.VectorIndexLookup.search}
  inputs: {query: "${summarise.output}", top_k: 3}
- name: reply
  type: llm
  source: {type: code, path: reply.jinja2}
  inputs:
    deployment_name: gpt-4o
    temperature: 0.2
    presence_penalty: 0.5
    page: "${summarise.output}"
    found: "${look_it_up.output}"
    history: "${inputs.history}"
  connection: shop_open_ai
node_variants:
  summarise:
    default_variant_id: variant_0
    variants:
      variant_0:
        node:
          type: llm
          source: {type: code, path: summarise.jinja2}
          inputs: {deployment_name: gpt-4o-mini, max_tokens: 200, text: "${fetch_page.output}"}
          connection: shop_open_ai
      variant_1:
        node:
          type: llm
          source: {type: code, path: summarise_short.jinja2}
          inputs: {deployment_name: gpt-4o-mini, text: "${fetch_page.output}"}
environment: {python_requirements_txt: requirements.txt}
"""

FILES: Final = {
    "flow.dag.yaml": FLOW,
    "fetch_page.py": (
        "import requests\nfrom promptflow.core import tool\n\n\n"
        "@tool\ndef fetch_page(url: str) -> str:\n    return requests.get(url, timeout=9).text\n"
    ),
    "summarise.jinja2": "# system:\nSay in 100 words what the page is about.\n\n# user:\n{{text}}\n",
    "reply.jinja2": (
        "# system:\nYou help in a shop.\n{% for turn in history %}\n# user:\n{{turn.inputs.question}}\n"
        "# assistant:\n{{turn.outputs.answer}}\n{% endfor %}\n# user:\n{{page}} {{found}}\n"
    ),
}


def export_script(stage: Stage) -> None:
    """A graph about to become a Python script: what it will be stands beside the choice."""
    stage.open("critic_loop")
    stage.canvas.zoom_to_fit()
    stage.do("export.export")
    sheet = _dialog(stage, "export")
    titles = [sheet.list.item(row).text() for row in range(sheet.list.count())]
    sheet.list.setCurrentRow(titles.index("Python script"))
    stage.until(lambda: sheet.made is not None)


def import_report(stage: Stage) -> None:
    """A flow of promptflow that was brought in: what became of it, before it is saved."""
    stage.open("critic_loop")
    stage.canvas.zoom_to_fit()
    folder = Path("shop_flow")
    folder.mkdir(exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    stage.window.workbench.part("files").bring_in(folder / "flow.dag.yaml")
    stage.until(lambda: _found(stage, "import") is not None)


def _dialog(stage: Stage, name: str) -> Any:
    stage.until(lambda: _found(stage, name) is not None)
    return _found(stage, name)


def _found(stage: Stage, name: str) -> Any:
    from PySide6.QtWidgets import QDialog

    return stage.window.findChild(QDialog, name)


SCENES: Final = (
    Scene("export", export_script),
    Scene("import", import_report),
)
