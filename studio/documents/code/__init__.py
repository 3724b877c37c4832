"""Source code: what it defines and refers to, by tree-sitter; chunks by symbol; the map of a repository."""
