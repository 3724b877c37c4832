"""A person's settings: read from one TOML file, overridden by the environment, checked, and written back whole.

Keys this version does not know are kept: another version, or a plugin, may need them.
"""

from __future__ import annotations

import copy
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from studio.settings.declared import BY_NAME, SETTINGS, Setting, Value
from studio.settings.folders import cache_folder, config_folder, data_folder
from studio.settings.migrations import migrate
from studio.settings.toml_text import dumps
from studio.support.errors import EnvironmentProblem, UsageError
from studio.support.nearest import nearest

FILE_NAME = "settings.toml"
TABLES = ("endpoints",)
"""Tables with free keys: `endpoints` maps a model name to its server, `{base, key_env, schema, context}`."""


_ENVIRONMENT = tuple(setting.env for setting in SETTINGS if setting.env)


class Settings:
    """Values by dotted name. `settings["models.default"]` is the environment's, the file's, or the default value."""

    def __init__(self, table: Mapping[str, Any] | None = None, *, path: Path | None = None) -> None:
        """Take the content of a settings file. Raises `UsageError` naming a setting that has a wrong value."""
        self.path = path
        self._table: dict[str, Any] = copy.deepcopy(dict(table or {}))
        self._where = str(path or "settings")
        migrate(self._table, self._where)
        for setting in SETTINGS:
            value = self._stored(setting)
            if value is not None and (problem := setting.problem(value)):
                raise UsageError(f"{setting.name} {problem}.", where=self._where, hint=setting.help)
        for name in TABLES:
            if not isinstance(self._table.get(name, {}), dict):
                raise UsageError(f"{name} must be a table.", where=self._where)

    @classmethod
    def load(cls, path: Path | None = None) -> Settings:
        """Read the file (default: in the user's configuration folder); a missing one means all defaults."""
        path = path or config_folder() / FILE_NAME
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            table = {}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError(
                f"The settings file is not TOML: {error}.", where=str(path), hint="Mend or move it."
            ) from None
        except OSError as error:
            raise EnvironmentProblem(
                f"The settings cannot be read: {error.strerror or error}.", where=str(path)
            ) from None
        return cls(table, path=path)

    def __getitem__(self, name: str) -> Any:
        """Return a setting's value. Raises `UsageError` for an unknown name or a wrong value in the environment."""
        setting = find(name)
        if setting.env and (text := os.environ.get(setting.env)):
            try:
                return setting.parse(text)
            except ValueError as error:
                raise UsageError(f"{setting.env} {error}.", where="environment", hint=setting.help) from None
        value = self._stored(setting)
        if value is None:
            return setting.default
        return float(value) if setting.type is float else value

    def origin(self, name: str) -> str:
        """Return where the value comes from: `environment`, `file` or `default`."""
        setting = find(name)
        if setting.env and os.environ.get(setting.env):
            return "environment"
        return "default" if self._stored(setting) is None else "file"

    def set(self, name: str, value: Value) -> None:
        """Change a value (in memory; `save` writes it). Raises `UsageError` if it will not do."""
        setting = find(name)
        if problem := setting.problem(value):
            raise UsageError(f"{name} {problem}.", hint=setting.help)
        *path, key = name.split(".")
        table = self._table
        for part in path:
            table = table.setdefault(part, {})
            if not isinstance(table, dict):
                raise UsageError(f"{part} must be a table.", where=self._where)
        table[key] = value

    def set_text(self, name: str, text: str) -> None:
        """Change a value given as text, as on a command line. Raises `UsageError` if it will not do."""
        setting = find(name)
        try:
            self.set(name, setting.parse(text))
        except ValueError as error:
            raise UsageError(f"{name} {error}.", hint=setting.help) from None

    def reset(self, name: str) -> None:
        """Return a setting to its default by leaving it out of the file."""
        find(name)
        *path, key = name.split(".")
        table: Any = self._table
        for part in path:
            table = table.get(part, {}) if isinstance(table, dict) else {}
        if isinstance(table, dict):
            table.pop(key, None)

    def endpoints(self) -> dict[str, dict[str, Any]]:
        """Return the servers the person configured, by model name."""
        found = self._table.get("endpoints", {})
        for name, entry in found.items():
            if not isinstance(entry, dict) or not isinstance(entry.get("base"), str):
                raise UsageError(
                    f"The endpoint {name!r} needs its server's address.",
                    where=self._where,
                    hint=f'Write [endpoints."{name}"] and below it base = "http://…".',
                )
        return {name: dict(entry) for name, entry in found.items()}

    def table(self) -> dict[str, Any]:
        """Return a copy of the file's content."""
        return copy.deepcopy(self._table)

    def unknown(self) -> list[str]:
        """Return the dotted names in the file that mean nothing to this version (they are kept)."""
        return [name for name in _names(self._table) if name not in BY_NAME and name != "version"]

    def save(self, path: Path | None = None) -> Path:
        """Write all values and unknown keys, each under its meaning; the old file stays until the new one is whole."""
        import tempfile

        path = path or self.path or config_folder() / FILE_NAME
        text = dumps(self._table, {setting.name: setting.help for setting in SETTINGS})
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=".settings-")
            temporary = Path(name)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                temporary.replace(path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise EnvironmentProblem(
                f"The settings cannot be written: {error.strerror or error}.", where=str(path)
            ) from None
        return path

    def limits(self) -> dict[str, float]:
        """Return the limits of a run that names none (see the settings `limits.…` for why these)."""
        prefix = "limits."
        return {s.name.removeprefix(prefix): self[s.name] for s in SETTINGS if s.name.startswith(prefix)}

    def db_path(self) -> Path:
        """Return the file that runs are recorded in: `STUDIO_DB`, the setting, or `studio.db` in the data folder."""
        named = self["store.db"]
        return Path(named).expanduser() if named else data_folder() / "studio.db"

    def cache_path(self) -> Path:
        """Return the file of the cache: the setting, or `cache.db` in the cache folder."""
        named = self["cache.file"]
        return Path(named).expanduser() if named else cache_folder() / "cache.db"

    def _stored(self, setting: Setting) -> Any:
        value: Any = self._table
        for part in setting.name.split("."):
            if not isinstance(value, dict):
                raise UsageError(
                    f"{setting.name.partition('.')[0]} must be a table.", where=self._where, hint=setting.help
                )
            value = value.get(part)
            if value is None:
                return None
        return value


_read: tuple[tuple[object, ...], Settings] | None = None
_told: Settings | None = None


def use_settings(table: Mapping[str, Any]) -> None:
    """Have this process use these settings in place of a file: a worker on another machine has none. Raises
    `UsageError` as `Settings` does."""
    global _told
    _told = Settings(table)


def current_settings() -> Settings:
    """Return the settings as they stand, to be read and not changed. The file is read anew when it has changed."""
    global _read
    if _told is not None:
        return _told
    path = config_folder() / FILE_NAME
    try:
        about = path.stat()
        state: tuple[object, ...] = (about.st_mtime_ns, about.st_size, about.st_ino)
    except OSError:
        state = ()
    key = (path, state, *map(os.environ.get, _ENVIRONMENT))
    if _read is None or _read[0] != key:
        _read = (key, Settings.load(path))
    return _read[1]


def find(name: str) -> Setting:
    """Return the declared setting. Raises `UsageError` naming the nearest."""
    if name in BY_NAME:
        return BY_NAME[name]
    meant = nearest(name, BY_NAME)
    hint = f"Did you mean {meant}?" if meant else "`studio config` lists all settings."
    raise UsageError(f"There is no setting {name!r}.", hint=hint)


def _names(table: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and name not in TABLES:
            yield from _names(value, f"{name}.")
        elif name not in TABLES:
            yield name
