"""What a person has chosen once for all graphs: models, limits, where runs are recorded."""

from studio.settings.declared import SETTINGS, Setting
from studio.settings.folders import cache_folder, config_folder, data_folder
from studio.settings.settings import Settings

__all__ = ["SETTINGS", "Setting", "Settings", "cache_folder", "config_folder", "data_folder"]
