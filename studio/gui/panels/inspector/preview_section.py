"""The preview: what a template renders to, or what a model would be sent, with sample values for the inputs."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.gui.panels.inspector.asking import TYPES, as_transcript, info_of_name, what_is_asked
from studio.gui.panels.inspector.subject import Subject
from studio.gui.panels.inspector.tokens import TokenCounter
from studio.gui.widgets.areas import Area, AreaEditor
from studio.gui.widgets.editor import Later
from studio.gui.widgets.json_text import JsonEditor
from studio.gui.widgets.labels import Elided, Note, small_button
from studio.gui.widgets.section import MARGINS
from studio.spec.calls import ModelInfo
from studio.spec.fields import MISSING, Field
from studio.support.errors import StudioError
from studio.support.templates import as_text, render
from studio.support.values import Json, NotJson

SHOWN = 50_000
"""Characters of a preview that are shown."""
LONGEST = 1_000_000
"""Characters of a param beyond which there is no preview."""
HEAVIEST = 5_000_000
"""Characters of a filled-in text beyond which there is no preview: a long value may be asked for many times."""
WAIT_MS = 200
TEMPLATES = {"text.template": "template", "human.ask": "question"}
"""Types that fill in a template and do nothing else with it: the param."""


def has_preview(type_name: str) -> bool:
    """True if there is something to preview for a type."""
    return type_name in TYPES or type_name in TEMPLATES


def previewed(subject: Subject) -> tuple[str, str]:
    """Return the preview of a node with its samples, and a sentence if there is none."""
    ports = subject.ports
    if any(isinstance(one, str) and len(one) > LONGEST for one in subject.params().values()):
        return "", "A text as long as this has no preview."
    values = {name: subject.sample(name) for name in ports.inputs}
    if _weight(subject, values) > HEAVIEST:
        return "", "With these sample values the text is too long for a preview."
    type_name = subject.node.type
    if type_name in TEMPLATES:
        try:
            return render(str(subject.node.params.get(TEMPLATES[type_name], "")), values), ""
        except (StudioError, NotJson) as error:
            return "", str(error)
    if ports.cls is None or ports.params is None:
        return "", "The preview comes back when the params are right."
    asked = what_is_asked(ports.cls, ports.params, values, lambda name: _info(subject, name))
    return ("", asked) if isinstance(asked, str) else (as_transcript(asked), "")


def _weight(subject: Subject, values: dict[str, Json]) -> int:
    """Return about how many characters the templates have once they are filled in."""
    long = {name: len(value) for name, value in values.items() if isinstance(value, str) and len(value) > 1000}
    texts = [one for one in subject.params().values() if isinstance(one, str)] if long else []
    return sum(text.count(f"{{{name}}}") * size for text in texts for name, size in long.items())


def _info(subject: Subject, name: str) -> ModelInfo:
    settings = subject.workbench.settings
    if name in ("fast", "strong"):
        name = str(settings[f"models.{name}"]) or "default"
    if name == "default":
        name = str(settings["models.default"])
    return info_of_name(name)


class PreviewSection(QWidget):
    """Sample values, then the preview with its count of tokens."""

    def __init__(self, subject: Subject) -> None:
        super().__init__()
        self.subject = subject
        self.setObjectName("inspector.preview")
        column = QVBoxLayout(self)
        column.setContentsMargins(*MARGINS)
        column.setSpacing(6)
        self._samples = QVBoxLayout()
        self._samples.setSpacing(4)
        column.addLayout(self._samples)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        self.model = Elided("", role="soft")
        line.addWidget(self.model, 1)
        self.tokens = Elided("", role="soft")
        self.tokens.setObjectName("inspector.preview.tokens")
        line.addWidget(self.tokens, 1)
        column.addLayout(line)
        self.text = Area(3, 22, self)
        self.text.setReadOnly(True)
        self.text.setObjectName("inspector.preview.text")
        self.text.setAccessibleName("Preview with sample values")
        column.addWidget(self.text)
        self.told = Note("", "warn")
        column.addWidget(self.told)
        self._rows: dict[str, SampleRow] = {}
        self._later = Later(self, WAIT_MS, self.make)
        self.counter = TokenCounter(self)
        self.counter.counted.connect(self._counted)
        self._whole = ""

    def refresh(self) -> None:
        """Bring the samples up to date now, and the preview soon."""
        inputs = self.subject.inputs()
        if list(inputs) != list(self._rows):
            while (item := self._samples.takeAt(0)) is not None:
                if (gone := item.widget()) is not None:
                    gone.hide()
                    gone.deleteLater()
            self._rows = {name: SampleRow(self.subject, field, self._given) for name, field in inputs.items()}
            for row in self._rows.values():
                self._samples.addWidget(row)
        for row in self._rows.values():
            row.refresh()
        self._later.ask()

    def make(self) -> None:
        """Make the preview."""
        if not self.subject.exists:
            return
        self._later.drop()
        text, why = previewed(self.subject)
        self._whole = text
        shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}\n… ({len(text):,} characters in all)"
        self.text.setVisible(bool(text) or not why)
        self.text.show_text(shown)
        self.told.set_text(why)
        self.tokens.set_text(f"about {self.counter.ask(text):,} tokens" if text else "")
        self.tokens.setToolTip("An estimate: a token is about four characters.")
        asks = self.subject.node.type in TYPES and bool(text)
        model = _info(self.subject, str(self.subject.node.params.get("model", "default"))).name
        self.model.set_text(f"for {model}" if asks else "")

    def _given(self) -> None:
        self._later.ask()

    def _counted(self, text: str, count: int) -> None:
        if text == self._whole:
            self.tokens.set_text(f"{count:,} tokens")
            self.tokens.setToolTip("Counted with the tokenizer of the embedder; other models differ by a few percent.")


class SampleRow(QWidget):
    """The sample value of one input, and where it is from."""

    def __init__(self, subject: Subject, field: Field, changed: Callable[[], None]) -> None:
        super().__init__()
        self._subject, self._field, self._changed = subject, field, changed
        self.setObjectName(f"inspector.sample.{field.name}")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        self.label = Elided(field.name, role="soft")
        line.addWidget(self.label, 1)
        self.reset = small_button("↺", "Back to the value that was found", f"inspector.sample.{field.name}.reset")
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        self.reset.clicked.connect(lambda *_: self._give(MISSING))
        line.addWidget(self.reset)
        column.addLayout(line)
        value = subject.sample(field.name)
        self._is_json = not isinstance(value, str)
        self.editor: AreaEditor | JsonEditor = JsonEditor(rows=1) if self._is_json else AreaEditor(rows=1, most=6)
        self.editor.field.setAccessibleName(f"Sample value of {field.name}")
        self.editor.edited.connect(self._give)
        column.addWidget(self.editor)

    def refresh(self) -> None:
        """Show the sample that counts now."""
        value = self._subject.sample(self._field.name)
        typed = self._subject.samples.typed(self._subject, self._field.name)
        where = "" if typed else self._subject.samples.found(self._subject, self._field.name)[1]
        self.label.set_text(f"{self._field.name} · sample" + (f" from {where}" if where else ""))
        self.reset.setVisible(typed)
        self.editor.show_value(value if self._is_json or isinstance(value, str) else as_text(value))

    def _give(self, value: Json) -> None:
        self._subject.samples.give(self._subject, self._field.name, value)
        self.refresh()
        self._changed()
