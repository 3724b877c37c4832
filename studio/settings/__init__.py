"""What a person has chosen once for all graphs: models, limits, where runs are recorded."""

from studio.settings.declared import SETTINGS, Setting
from studio.settings.folders import config_folder, data_folder
from studio.settings.settings import Settings

__all__ = ["SETTINGS", "Setting", "Settings", "config_folder", "data_folder"]
