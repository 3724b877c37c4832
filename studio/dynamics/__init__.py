"""The class of a run: whether its agents freeze, go in circles, wander, or keep structure alive."""
