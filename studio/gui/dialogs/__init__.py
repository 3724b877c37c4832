"""Questions and views that come up for a moment. All open without waiting; what follows is told by a call."""
