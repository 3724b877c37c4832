"""What a run is asked to do, what it takes, and the engine that plays it on a thread of its own. No Qt."""
