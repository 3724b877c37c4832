"""Edits of the graph that is shown, as actions, popups and panels do them; all are ops of the document."""
