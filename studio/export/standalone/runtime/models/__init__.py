"""The models, embedders and scripts of answers that a standalone script can ask."""
