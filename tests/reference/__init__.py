"""A slow, plain reading of the semantics (design section 2), against which the engine is tested."""
