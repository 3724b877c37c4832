"""The welcome page: what there is to begin with while no graph is open."""

from studio.gui.welcome.page import Welcome

__all__ = ["Welcome"]
