"""FOR TESTING ONLY. Never tune the analyser by this file, nor read it while working on the analyser.

A ship's-log style: short entries, often without a verb or in the past tense, other verbs, other idle phrases, other
names of JSON keys, tools of other languages (cargo, SQL, R), and domains that no other family has.
"""

from __future__ import annotations

from tests.dynamics.generator.domains import Domain
from tests.dynamics.generator.phrasing import Family

PROBE = ("probe|probing", "inspect|inspecting", "scan|scanning", "audit|auditing")
MEND = ("mend|mending", "patch up|patching up", "amend|amending", "straighten out|straightening out")
SEEK = ("hunt for|hunting for", "dig up|digging up", "trace|tracing", "retrieve|retrieving")
TALLY = ("tally|tallying", "reconcile|reconciling", "cross-check|cross-checking")
JOT = ("jot down|jotting down", "note down|noting down", "record|recording", "enter|entering")

RUST = Domain(
    "rust",
    ("get crate {word} to build without warnings", "cut the binary {word} below {n} MB",
        "give {word}-cli a config reader", "stop the panic in {word}::{word}"),
    ("crates/{word}/src/{word}.rs", "{word}::{word}", "Cargo.toml of {word}", "bench {word}-{n}", "trait {name}"),
    (PROBE, MEND, ("rework|reworking", "overhaul|overhauling", "reshape|reshaping"), ("benchmark|benchmarking",
        "time|timing", "profile|profiling")),
    (("borrow errors", "borrowing errors"), ("feature flags", "flags for features"), ("lifetimes", "lifetime marks"),
        ("unsafe blocks", "blocks marked unsafe"), ("doc comments", "documentation comments"), ("panics",
        "panicking paths")),
    ("clippy complained", "nightly broke it", "downstream pinned it", "the release is near",
        "it regressed since March"),
    ("error[E0{n}]: `{word}` does not live long enough in {thing}", "{thing}: {n} warnings, {word} unused",
        "{thing} takes {pct} ms per call of {word}", "cargo tree lists {word} v0.{n} under {thing}"),
    ("{thing} now returns Result<{name}>", "{thing}, -{n} +{n}, {word} boxed", "changelog line for {thing} on {word}",
        "{word} moved out of {thing}"),
    ("{thing} still clones {word}", "no bench covers {thing}", "{thing} leaks {word}"),
    ("its impl for {name}", "the arm {word}", "macro {word}", "the generic {name}"),
    ("cargo.check", "rg", "cargo.bench", "sed.apply"),
)  # fmt: skip
LAW = Domain(
    "law",
    ("assemble the brief in {name} v {name}", "review the lease of {name} Holdings",
        "answer the regulator about {name}", "prepare the hearing of {name} Ltd"),
    ("case C-{n}/{n}", "clause {n}.{n}", "the {name} affidavit", "exhibit {word}-{n}", "the order of Judge {name}"),
    (PROBE, SEEK, TALLY, JOT),
    (("jurisdiction", "competent court"), ("time limits", "deadlines"), ("service of papers", "papers served"),
        ("signatures", "signing pages"), ("indemnity", "indemnities"), ("costs order", "order on costs")),
    ("opposing counsel objected", "the filing closes soon", "precedent is thin", "the client insisted",
        "a page went missing"),
    ("{thing} cites {name} at [{big}]", "{thing} dated {n} March, signed {name}",
        "{thing} caps damages at {big} for {word}", "{thing} was overruled in {name} v {name}"),
    ("skeleton argument on {thing}, {n} paras", "redline of {thing} against {word}", "letter to {name} re {thing}",
        "bundle tab {n}: {thing}"),
    ("{thing} omits {name}", "{thing} misdates the {word} notice", "authority for {thing} is stale"),
    ("proviso {word} in it", "schedule {n}", "the recital on {name}", "footnote {big}"),
    ("docket.pull", "statute.find", "redline", "docket.file"),
)  # fmt: skip
KITCHEN = Domain(
    "kitchen",
    ("design a menu for the {name} wedding, {n} guests", "cost the autumn card of bistro {name}",
        "fix the bread of {name} bakehouse", "stock the galley of the {name}"),
    ("the {word} broth", "recipe {word}-{n}", "supplier {name}", "station {n}", "the {name} sourdough"),
    (PROBE, TALLY, ("season|seasoning", "spice|spicing"), ("source|sourcing", "procure|procuring",
        "order in|ordering in")),
    (("allergens", "allergy list"), ("portion cost", "cost per portion"), ("oven slots", "slots in the oven"),
        ("salt level", "saltiness"), ("shelf life", "keeping time"), ("plating", "look on the plate")),
    ("guests sent it back", "the margin is thin", "the fish came late", "the walk-in is full",
        "chef tasted it twice"),
    ("{thing}: {big} g {word}, core at {n} C", "{thing} costs {pct} per plate with {word}",
        "{name} delivers {thing} on day {n}", "{thing} keeps {n} h next to {word}"),
    ("card for {thing} with {word}", "prep sheet {n}: {thing}, {word} first",
        "purchase {word}-{big} covering {thing}", "{thing} swapped onto station {word}"),
    ("{thing} tastes of {word}", "{thing} clashes with {name}", "{thing} misses {word}"),
    ("the {word} glaze", "garnish {word}", "its {name} stock", "step {n} of it"),
    ("pantry.lookup", "recipe.scale", "invoice.match", "label.print"),
)  # fmt: skip
SKY = Domain(
    "sky",
    ("calibrate the {name} spectrograph", "catalogue {n} variable stars near {name}",
        "explain the dip of {name}-{big}", "schedule the nights of the {name} dish"),
    ("{name}-{big}", "frame {word}_{big}.fits", "the {name} array", "grating {n}", "lightcurve {word}.rds"),
    (PROBE, TALLY, SEEK, ("calibrate|calibrating", "align|aligning", "zero|zeroing")),
    (("dark current", "dark counts"), ("seeing", "air turbulence"), ("focus", "sharpness"), ("flat field",
        "flatness"), ("guide star", "star for guiding"), ("redshift", "shift to the red")),
    ("clouds came in", "the residuals wander", "the dome jammed", "the referee doubted it", "two nights disagree"),
    ("{thing}: rms {pct}, {n} frames, {word} filter", "{thing} peaks near {big} nm",
        "{thing} drifts {pct} px toward {name}", "lm({word} ~ t) on {thing}: slope 0.{big}"),
    ("master flat of {thing} from {n} frames", "entry for {thing} under {name}",
        "{thing} refit with knot {n}, {word} dropped", "queue slot {big} for {thing}"),
    ("{thing} saturates at {word}", "{thing} lacks a {name} standard", "{thing} was shot through haze"),
    ("line {big} in it", "the {word} sideband", "quadrant {n}", "companion {name}"),
    ("fits.open", "R.eval", "tap.select", "dome.slew"),
)  # fmt: skip

HELD_OUT = Family(
    name="heldout",
    domains=(RUST, LAW, KITCHEN, SKY),
    roles={
        "planner": ("navigator", "dispatch_{word}", "helm"),
        "thinker": ("bosun", "mate_{word}", "pilot"),
        "worker": ("deckhand", "rigger_{word}"),
        "critic": ("surveyor", "inspector_{word}"),
        "memory": ("logbook", "chart_{word}"),
        "tool": ("engine_room", "radio", "crane_{word}"),
        "timer": ("bell",),
        "human": ("captain",),
    },
    forms={
        "planner": ("Heading: {say}", {"course": "{say}", "crew": ["all"]}, "{say}"),
        "thinker": (
            {"muse": "{say}", "since": "{why}", "invoke": {"fn": "{call}", "on": "{thing}"}},
            "{say} -- {why} -- {call}({thing})",
            "intent: {say}\nbecause: {why}\ncall: {call}",
            "{say}",
        ),
        "worker": ("{say}", {"deed": "{say}"}),
        "critic": ({"faultfinding": "{say}"}, "Survey says: {say}"),
        "memory": ("Log, earlier watch: {say}", "{say}"),
        "tool": ({"payload": {"line": "{say}"}}, "{call} => {say}", "{say}"),
    },
    intend=(
        "{doing} {aspect}, {thing}.", "{thing} ahead; shall {do} {aspect} there.",
            "Off to {do} {thing}, {aspect} mostly.", "Steering for {aspect} on {thing}, {doing} as we go.",
        "Crew to {do} {aspect} aboard {thing}.", "{thing} wants its {aspect} seen to: {do}.",
    ),
    begin=("Hands on {thing}, {doing} {aspect}.", "Underway: {thing}, {aspect}, {doing}.",
        "{call} manned, {doing} {thing} for {aspect}."),
    found=("{fact}", "Sighted: {fact}", "{fact} (logged)"),
    fine=("aye", "ok", "0", "committed", "INSERT 0 1", "Finished dev"),
    wrote=("Stowed {piece}.", "{piece}, made fast.", "Entered in ink: {piece}."),
    planned=("{a} / {b} / {c}", "At dawn {a}, at noon {b}, at dusk {c}.", "(i) {a} (ii) {b} (iii) {c}"),
    judged=("Unseaworthy, {fault}.", "Sent back below: {fault}.", "Not shipshape; {fault}."),
    approved=("{thing} shipshape.", "{thing} cleared by survey.", "Signed off on {thing}."),
    recalled=("{fact}", "prior watch had {fact}", "ink of yesterday: {fact}"),
    asked=("Captain enquires: {aspect} of {thing}?", "Word wanted on {thing}, {aspect}.",
        "How stands {thing} as to {aspect}?"),
    answered=("Stands thus: {fact}.", "{thing} hailed. {fact}.", "To the bridge: {fact}."),
    reported=("Astern now {other}; abeam {thing}; {fact}.", "Watch ends with {thing}, {other} stowed, {fact}.",
        "{other} fed into {thing}: {fact}."),
    closed=("Anchored: {goal}.", "Struck from the slate: {goal}.", "Landed -- {goal}."),
    idle=("Steady as she goes.", "Standing by.", "Noted.", "Aye aye.", "...", "", "On it!", "Holding.", "Understood.",
        '{"muse": "", "invoke": null}', "Will do.", "At your service."),
    pending=("{job} not in sight", "{job} still out", "no signal from {job}", "{job} overdue, holding"),
    ready=("{job} alongside: {fact}", "{job} reports in, {fact}"),
    failing=("refused", "ECONNRESET", "SQLSTATE 08006", "fatal", "no route", "Error in eval"),
    trouble=("{call} foundered on {thing}: ETIMEDOUT", "{thing} threw {call} overboard, bad handle",
        "SQLSTATE 42P01 from {call}: {thing}"),
    restate=(
        "Bring it about to {goal}", "Get under way and {goal}", "Muster for: {goal}", "Properly {goal}",
            "Attend to this, {goal}", "Undertake to {goal}", "Once and for all {goal}",
    ),
    hollow=("Get it done", "Make it happen", "Tackle the job", "Get down to business", "Follow through"),
    frames=("launch_boat :errand '{goal}'", "dispatch -> {goal}", "(delegate (quote \"{goal}\"))"),
    descend=("Boat lowered for: {child}.", "Orders passed down, {child}.", "Which first requires: {child}.",
        "Smaller errand cut: {child}."),
    musing=(
        "Gulls today; {topic} on my mind, {word} too.", "Odd how {topic} sits with {name} and {word}.",
            "{name} once swore by {topic}.", "Idle talk of {topic}, some {word}, a tale from {name}.",
        "What would {name} make of {topic}, or {word}?",
    ),
    topics=(
        "amber beads", "harp seals", "cider presses", "rune stones", "cable cars", "moth traps", "clay pipes",
            "ox carts", "plum brandy", "sled dogs", "tulip fever", "chalk horses", "goose feathers",
        "lute strings", "cork oaks", "sponge divers", "gypsum caves", "parrot tricks", "reed boats", "velvet looms",
            "thunder eggs", "iron gates", "walnut chests", "peacock fans",
    ),
    reading=("Perused {url}, {topic}, hand of {name}.", "{name} prints {topic} at {url}.",
        "Almanac {url}: {word}, {topic}.", "Leafed through {url}; {word} beside {topic}."),
    ideas=("Change of course: {topic}, port {name}, cargo {word}.", "Belay that. {topic} under {name}'s flag.",
        "Fancy a trade in {topic} and {word} with {name}.", "New chart: {word} first, {topic} after, {name} last."),
    counters=("(attempt {count})", "turn {count} --", "try {count}"),
    volatile=("at", "attempt", "trace_id"),
)  # fmt: skip
