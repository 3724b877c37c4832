"""Settings of nobody, as for the engine's tests."""

from tests.engine.conftest import _settings_of_nobody

__all__ = ["_settings_of_nobody"]
