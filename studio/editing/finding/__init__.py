"""Finding things in a document: by words, by who uses them, and where they are defined."""
