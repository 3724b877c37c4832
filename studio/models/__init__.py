"""Models, embedders and people behind one protocol each.

Nothing is imported here: `studio.models.catalog.Catalog` is the door, and loads a provider when it is named.
"""
