"""What could be added: the catalogue of palettes, ranked by words or by what fits a port."""
