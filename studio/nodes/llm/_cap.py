"""`Cap`: what one firing may spend on models."""

from __future__ import annotations

from dataclasses import dataclass

from studio.support.errors import ModelError


@dataclass(frozen=True)
class Cap:
    """A bound in US dollars. Called before each call of a model with what the firing has spent."""

    usd: float

    def __call__(self, spent: float, unpriced: str) -> None:
        """Raise `ModelError` (`cost_cap`) if another call would break the cap, or might: `unpriced` names a model."""
        if unpriced:
            raise ModelError(
                f"The price of {unpriced} is unknown, so the cap of {self.usd:g} USD per firing cannot be kept.",
                hint="Remove `cost_usd` and limit `max_tokens` and `repairs` instead, or choose a model with a price.",
                code="cost_cap",
            )
        if spent and spent >= self.usd:
            raise ModelError(
                f"This firing has spent {spent:.6g} USD of its cap of {self.usd:g} USD and needs another call.",
                hint="Raise `cost_usd`, or lower `repairs` and `max_tokens`.",
                code="cost_cap",
            )
