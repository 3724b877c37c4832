"""Editors by kind and the small widgets that panels share. They know values and what a context tells, no documents."""
