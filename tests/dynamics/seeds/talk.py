"""What models say when they fail, in the words of real ones: for any seed, so about nothing that a seed is for."""

from __future__ import annotations

from typing import Final

IDLE: Final = (
    "I am ready.", "Awaiting further instructions.", "Standing by.", "Okay.", "Nothing to report.",
    "Ready when you are.", "Understood.", "Please let me know.", "I am waiting.", "Noted.",
)  # fmt: skip
"""Class I: words without matter."""

WANDERING: Final = (
    "Venetian glassblowers guarded their recipes; perhaps a gondola ride would inspire us.",
    "Speaking of rides, Mongolian saddles are carved from birch and lacquered red.",
    "Lacquer reminds me of Kyoto, where moss gardens are combed every morning.",
    "Combing is underrated: alpaca fleece turns out finer when carded twice.",
    "Andean weavers knot quipus, which accountants of the Inca could read like ledgers.",
    "Ledgers bore most children, whereas kites over Samarkand delight them.",
    "A kite needs bamboo; bamboo needs monsoons; monsoons need patience of another kind.",
    "Patience is what falconers teach, hooding the peregrine before dusk.",
    "Dusk in Lisbon smells of grilled sardines and trams squealing uphill.",
    "Trams once ran in Sarajevo on wooden rails, pulled by Lipizzaner mares.",
    "Mares' milk ferments into koumiss, a fizzy drink that shepherds praise.",
    "Shepherds whistle across gorges on La Gomera, a language without consonants.",
    "Consonants fascinate calligraphers, above all the Nastaliq masters of Herat.",
    "Herat's tiles owe their cobalt to Kashan, and Kashan owes it to donkeys.",
    "Donkeys carried obsidian from Anatolia long before anybody minted coins.",
    "Coins sank with the galleons off Cartagena, to the joy of octopuses.",
    "An octopus can unscrew jars; somebody ought to film that in slow motion.",
    "Slow motion flatters hummingbirds, whose hearts outrun any metronome.",
    "Metronomes annoyed Beethoven, though Maelzel sold hundreds of them.",
    "Hundreds of lanterns float down the Hoi An river on the full moon.",
    "Moons of Saturn hide geysers; geysers of Iceland hide bread ovens.",
    "Rye bread baked in lava sand goes nicely with smoked trout.",
    "Trout fishing has etiquette, and etiquette has its own museums in Vienna.",
    "Viennese waltzes turn leftward, which baffles dancers from Buenos Aires.",
    "Buenos Aires keeps its bookshops in old theatres with painted domes.",
    "Domes echo: in Isfahan one clap returns seven times to the listener.",
)
"""Class III: each leads on to another thing, and none is ever taken up."""
