"""All settings there are: name, type, default, allowed values and what they mean.

Commands, the settings page and the help are made from this list; a setting that is not here does not exist
(an unknown key of the file is kept, and named by `studio config`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `name` is its dotted place in the file; `env` a variable that overrides the file."""

    name: str
    default: Value
    help: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    env: str = ""

    @property
    def type(self) -> type:
        """The Python type of its values: str, int, float or bool."""
        return type(self.default)

    def problem(self, value: Any) -> str:
        """Return what is wrong with `value` as a sentence fragment, or "" if it will do."""
        wanted = self.type
        if wanted is float and type(value) is int:
            value = float(value)
        if type(value) is not wanted:
            return f"must be {_TYPE_NAMES[wanted]}, not {value!r}"
        if self.choices and value not in self.choices:
            return f"must be one of {', '.join(self.choices)}, not {value!r}"
        if isinstance(value, int | float) and self.minimum is not None and not value >= self.minimum:
            return f"must be {self.minimum:g} or more, not {value!r}"
        if wanted is float and value == float("inf"):
            return "must be finite"
        return ""

    def parse(self, text: str) -> Value:
        """Return the value that `text` (from a command line or variable) stands for. Raises `ValueError`."""
        if self.type is bool:
            words = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False}
            words["0"] = False
            if text.strip().lower() not in words:
                raise ValueError(f"must be true or false, not {text!r}")
            return words[text.strip().lower()]
        try:
            value: Value = text if self.type is str else self.type(text.strip().replace("_", ""))
        except ValueError:
            raise ValueError(f"must be {_TYPE_NAMES[self.type]}, not {text!r}") from None
        if problem := self.problem(value):
            raise ValueError(problem)
        return value


_TYPE_NAMES = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "models.default",
        "embedded/smollm2-135m",
        "The model of nodes that name none, or `default`. The embedded one needs no key and no network.",
        env="STUDIO_MODEL",
    ),
    Setting("models.fast", "", "The model of the role `fast`: cheap and quick. Empty: the default model."),
    Setting("models.strong", "", "The model of the role `strong`: capable and dear. Empty: the default model."),
    Setting(
        "models.embedder",
        "embedded",
        "What turns texts into vectors: `embedded` (offline), `toy` (letter counts), or a litellm name.",
    ),
    Setting(
        "models.gguf",
        "",
        "A GGUF file that takes the place of the embedded model's weights. Empty: the weights that ship with it.",
        env="STUDIO_GGUF",
    ),
    Setting(
        "models.slots",
        4,
        "How many prompts an embedded model keeps ready and answers at a time; 4 take 340 MB with the small model.",
        minimum=1,
    ),
    Setting(
        "models.context",
        2048,
        "Tokens of one prompt and its answer in an embedded model. Larger takes more memory.",
        minimum=256,
    ),
    Setting("models.threads", 0, "Processor threads of an embedded model. 0: one less than the cores.", minimum=0),
    Setting(
        "models.exact",
        True,
        "Embedded answers repeat to the last bit, whatever else is asked. Off: long prompts are read faster, "
        "confidences may differ a little from run to run.",
    ),
    Setting("keys.keyring", True, "Look for keys in the system's keyring when the environment has none."),
    Setting(
        "plugins.enabled",
        "",
        "Names of installed plugins whose node types are imported, separated by commas. `studio nodes --plugins` lists "
        "those that are installed.",
    ),
    Setting(
        "store.db",
        "",
        "The file all runs are recorded in. Empty: `studio.db` in your data folder.",
        env="STUDIO_DB",
    ),
    Setting(
        "cache.mode",
        "off",
        "What a run may take from the cache instead of asking or computing it again: `off`; `llm`, answers of models "
        "to the very same request; `all`, also what pure nodes gave for the same inputs.",
        choices=("off", "llm", "all"),
    ),
    Setting(
        "cache.file",
        "",
        "The file of the cache. Empty: `cache.db` in your cache folder. It may be deleted at any time.",
    ),
    Setting(
        "cache.limit_mb",
        1000,
        "The cache grows to this many megabytes; then what was not used for longest is dropped.",
        minimum=1,
    ),
    Setting(
        "sandbox.boundary",
        "best",
        "What stands between this computer and the code and commands of graphs: `best`, the best of bubblewrap, "
        "Landlock and nothing that works here; `required`, the same but never nothing; or one by name. Where what is "
        "asked for is missing, no code runs.",
        choices=("best", "required", "bubblewrap", "landlock", "none"),
    ),
    Setting(
        "sandbox.folders",
        "",
        "Folders that code and commands of graphs may read besides the system's: where programs live that they need, "
        "written as in PATH.",
    ),
    Setting(
        "web.origins",
        "",
        "Servers on this computer or its network that graphs may reach, as in `http://127.0.0.1:8080`, divided by "
        "commas. Each is exactly one scheme, host and port. All others there stay out of reach.",
    ),
    Setting(
        "window.theme",
        "system",
        "How the window looks: `light`, `dark`, or `system`, as the desktop is set.",
        choices=("system", "light", "dark"),
        env="STUDIO_THEME",
    ),
    Setting("canvas.snap", True, "Nodes that are moved come to rest on the grid. Ctrl while dragging does the other."),
    Setting("canvas.store_order", True, "Dotted lines on the canvas show in which order nodes use the same store."),
    Setting("canvas.minimap", True, "A small map of the whole graph stands in the corner of the canvas."),
    Setting(
        "limits.cost_usd",
        1.0,
        "A run pauses when its calls have cost this many US dollars: a day of a small model, no bad surprise.",
        minimum=0,
    ),
    Setting(
        "limits.calls",
        2000,
        "A run pauses after this many model calls: a long agent's work, yet a loop is noticed.",
        minimum=0,
    ),
    Setting(
        "limits.tokens",
        2_000_000,
        "A run pauses after this many tokens, in and out together: bounds models whose price is unknown.",
        minimum=0,
    ),
    Setting(
        "limits.firings",
        1_000_000,
        "A run pauses after this many firings: minutes of pure computing.",
        minimum=0,
    ),
    Setting(
        "limits.ticks",
        100_000,
        "A run pauses after this many ticks, summed over its regions: a cellular automaton may be long, not endless.",
        minimum=0,
    ),
    Setting(
        "limits.seconds",
        3600.0,
        "A run pauses after this many seconds of wall-clock time: what hangs is noticed within the hour.",
        minimum=0,
    ),
)

BY_NAME = {setting.name: setting for setting in SETTINGS}
