"""Settings are checked, overridden by the environment, and written back without losing what they do not know."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from studio.settings import SETTINGS, Setting, Settings, config_folder, data_folder
from studio.settings.migrations import migrate
from studio.settings.settings import current_settings
from studio.settings.toml_text import dumps
from studio.support.errors import EnvironmentProblem, UsageError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("STUDIO_DB")
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_without_a_file_every_setting_has_its_default_and_nothing_is_written(home: Path) -> None:
    settings = Settings.load()

    assert all(settings[setting.name] == setting.default for setting in SETTINGS)
    assert settings["models.default"] == "embedded/smollm2-135m"
    assert not home.exists()


def test_every_setting_is_explained_and_its_default_will_do() -> None:
    for setting in SETTINGS:
        assert setting.help.endswith("."), setting.name
        assert setting.problem(setting.default) == "", setting.name


def test_default_limits_are_generous_but_finite() -> None:
    assert Settings().limits() == {
        "cost_usd": 1.0,
        "calls": 2000,
        "tokens": 2_000_000,
        "firings": 1_000_000,
        "ticks": 100_000,
        "seconds": 3600.0,
    }


def test_what_is_saved_is_read_again_with_unknown_keys_and_endpoints_kept(home: Path) -> None:
    home.mkdir()
    (home / "settings.toml").write_text(
        '[models]\nfast = "openai/gpt-4o-mini"\nfuture = [1, "a\\n\\"b"]\n\n[plugin.x]\non = true\n\n'
        '[endpoints."openai/local"]\nbase = "http://127.0.0.1:8000/v1"\n'
    )
    settings = Settings.load()
    settings.set("limits.cost_usd", 2)
    settings.set_text("models.exact", "off")

    path = settings.save()
    again = Settings.load()

    assert path == config_folder() / "settings.toml"
    assert again["models.fast"] == "openai/gpt-4o-mini"
    assert again["limits.cost_usd"] == 2.0
    assert again["models.exact"] is False
    assert again.unknown() == ["models.future", "plugin.x.on"]
    assert again.endpoints() == {"openai/local": {"base": "http://127.0.0.1:8000/v1"}}
    assert "# A run pauses when" in path.read_text()
    assert [p.name for p in home.iterdir()] == ["settings.toml"]


def test_resetting_returns_to_the_default() -> None:
    settings = Settings({"models": {"slots": 2}})

    settings.reset("models.slots")
    settings.reset("limits.calls")

    assert settings["models.slots"] == 4
    assert settings.origin("models.slots") == "default"


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = Settings({"store": {"db": "~/mine.db"}})
    assert settings.db_path() == Path("~/mine.db").expanduser()

    monkeypatch.setenv("STUDIO_DB", str(tmp_path / "other.db"))

    assert settings.db_path() == tmp_path / "other.db"
    assert settings.origin("store.db") == "environment"


def test_the_default_db_is_in_the_data_folder(home: Path) -> None:
    assert Settings().db_path() == home / "studio.db"
    assert data_folder() == home


def test_without_studio_home_the_folders_are_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STUDIO_HOME")

    assert config_folder().name == "ganglia-studio"
    assert data_folder().is_absolute()


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"models": {"slots": "four"}}, "models.slots must be a whole number, not 'four'"),
        ({"models": {"slots": True}}, "models.slots must be a whole number, not True"),
        ({"models": {"slots": 0}}, "models.slots must be 1 or more, not 0"),
        ({"limits": {"cost_usd": float("nan")}}, "limits.cost_usd must be 0 or more, not nan"),
        ({"limits": {"seconds": float("inf")}}, "limits.seconds must be finite"),
        ({"models": 3}, "models must be a table"),
        ({"endpoints": 3}, "endpoints must be a table"),
        ({"version": 99}, "this studio knows up to 1"),
        ({"version": "x"}, "must be a whole number from 1"),
    ],
)
def test_a_wrong_value_is_named(table: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=r"^settings: ") as caught:
        Settings(table)

    assert says in str(caught.value)


def test_wrong_names_and_texts_are_named_with_the_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings()
    with pytest.raises(UsageError, match=r"Did you mean models\.default"):
        settings["models.defualt"]
    with pytest.raises(UsageError, match=r"limits\.calls must be a whole number, not 'many'"):
        settings.set_text("limits.calls", "many")
    with pytest.raises(UsageError, match=r"needs its server's address"):
        Settings({"endpoints": {"x": {}}}).endpoints()


def test_a_broken_file_names_itself(home: Path) -> None:
    home.mkdir()
    (home / "settings.toml").write_text("models = [")
    with pytest.raises(UsageError, match=r"settings\.toml: The settings file is not TOML"):
        Settings.load()


def test_an_unwritable_folder_is_the_environments_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentProblem, match="cannot be written"):
        Settings().save(tmp_path / "file" / "settings.toml")


def test_migrations_run_in_order_from_the_files_version() -> None:
    def rename(table: dict[str, Any]) -> None:
        table["steps"] = [*table.get("steps", []), "a"]

    def split(table: dict[str, Any]) -> None:
        table["steps"] = [*table.get("steps", []), "b"]

    old, newer, new = {"version": 1}, {"version": 2}, {"version": 3}

    assert [migrate(table, "f", (rename, split)) for table in (old, newer, new)] == [True, True, False]
    assert (old, newer, new) == ({"version": 3, "steps": ["a", "b"]}, {"version": 3, "steps": ["b"]}, {"version": 3})


def test_written_toml_reads_back_the_same() -> None:
    table = {
        "a b": 'quote " back \\ line\n tab\t bell\x07 ü',
        "n": [1, -2.5, 1e300, True, [], {"k": "v"}],
        "t": {"u.v": {"w": False}, "empty": {}},
    }

    assert tomllib.loads(dumps(table)) == table


def test_a_setting_with_allowed_values_names_them() -> None:
    setting = Setting("view.theme", "auto", "Colours.", choices=("auto", "light", "dark"))

    assert setting.problem("light") == ""
    assert setting.problem("pink") == "must be one of auto, light, dark, not 'pink'"


def test_the_current_settings_follow_the_file_and_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    before = current_settings()
    assert current_settings() is before

    changed = Settings.load()
    changed.set("limits.calls", 7)
    changed.save()
    assert current_settings()["limits.calls"] == 7

    monkeypatch.setenv("STUDIO_MODEL", "ollama/tiny")
    assert current_settings()["models.default"] == "ollama/tiny"
