"""What work is about: goals, things, deeds, findings. Families put them into words; held-out ones bring their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.dynamics.generator.pen import Pen


@dataclass(frozen=True)
class Domain:
    """The matter of a kind of work.

    `deeds` and `aspects` are groups of words that mean the same, from which paraphrases of one thought are made; a
    deed is written `base|gerund`. Other texts are patterns for `Pen.fill`, where `{thing}` is what the work is on.
    """

    name: str
    goals: tuple[str, ...]
    things: tuple[str, ...]
    deeds: tuple[tuple[str, ...], ...]
    aspects: tuple[tuple[str, ...], ...]
    reasons: tuple[str, ...]
    findings: tuple[str, ...]
    pieces: tuple[str, ...]
    faults: tuple[str, ...]
    parts: tuple[str, ...]
    calls: tuple[str, ...]
    wordings: tuple[tuple[str, ...], ...] = ()
    """Groups of whole sentences that say the same, written by hand, as models reword: little but the matter stays."""
    restated: tuple[tuple[str, ...], ...] = ()
    """The same for goals."""


@dataclass(frozen=True)
class Thought:
    """One intention that can be said in several ways: what is done, to which side of which thing, and why."""

    deeds: tuple[str, ...]
    aspects: tuple[str, ...]
    thing: str
    reason: str
    call: str
    wordings: tuple[str, ...] = ()
    restated: tuple[str, ...] = ()

    def slots(self, pen: Pen) -> Mapping[str, str]:
        """Return one way to say it: the thing stays, deed and side are drawn from their groups."""
        base, gerund = pen.pick(self.deeds).split("|")
        return {
            "do": base, "doing": gerund, "aspect": pen.pick(self.aspects), "thing": self.thing, "why": self.reason,
            "call": self.call,
        }  # fmt: skip


def think(pen: Pen, domain: Domain, thing: str = "") -> Thought:
    """Return a thought of the domain about the thing, or about a new one."""
    return Thought(
        pen.pick(domain.deeds),
        pen.pick(domain.aspects),
        thing or pen.fill(pen.pick(domain.things)),
        pen.pick(domain.reasons),
        pen.pick(domain.calls),
        pen.pick(domain.wordings) if domain.wordings and pen.chance(0.8) else (),
        pen.pick(domain.restated) if domain.restated else (),
    )


LOOK = ("check|checking", "look at|looking at", "review|reviewing", "go through|going through", "examine|examining")
FIX = ("fix|fixing", "repair|repairing", "correct|correcting", "put right|putting right")
FIND = ("find|finding", "search for|searching for", "look up|looking up", "track down|tracking down")
COMPARE = ("compare|comparing", "weigh|weighing", "set side by side|setting side by side")
GATHER = (
    "collect|collecting",
    "gather|gathering",
    "bring together|bringing together",
    "pull together|pulling together",
)
WRITE = ("write|writing", "draft|drafting", "prepare|preparing", "put into words|putting into words")
MEASURE = ("measure|measuring", "test|testing", "try out|trying out")
CHOOSE = ("choose|choosing", "select|selecting", "pick|picking", "decide on|deciding on")

CODING = Domain(
    "coding",
    ("make the tests of {ident} pass", "add retries to the {ident} service", "port {path} to async",
     "speed up the loading of {ident}", "find out why {ident} drops rows and fix it"),
    ("{path}", "{ident}()", "the class in {path}", "test_{ident}", "the module {ident}"),
    (LOOK, FIX, MEASURE, ("refactor|refactoring", "rewrite|rewriting", "restructure|restructuring")),
    (("error handling", "handling of errors"), ("retry logic", "logic for retries"), ("unit tests", "tests"),
     ("type hints", "types"), ("import order", "order of imports"), ("log messages", "logging"),
     ("return value", "value returned"), ("edge cases", "corner cases")),
    ("the build is red", "the last run failed there", "a caller depends on it", "it was changed last week",
     "the coverage is low", "reviewers asked for it"),
    ("{thing}: line {n} raises KeyError: '{word}'", "{thing} defines {ident} and calls {ident}",
     "{n} passed, {n} failed in {thing}: assert {n} == {n}",
         "{thing} has {big} lines; {ident} is the longest function",
     "grep found {ident} in {thing} at line {big}"),
    ("{ident} with a guard for empty input in {thing}", "a test test_{ident} for {thing}",
     "{thing}: replaced {ident} by {ident}", "{thing}: {n} lines changed, {ident} now returns {word}"),
    ("{ident} is never closed in {thing}", "{thing} has no test for {ident}",
        "the name {ident} in {thing} hides another"),
    ("the function {ident} in it", "the parameter {word} of it", "the branch at line {n}", "the constant {ident}"),
    ("read_file", "run_tests", "apply_patch", "grep_repo", "open_file"),
)  # fmt: skip
RESEARCH = Domain(
    "research",
    ("write a survey of {word} membranes", "find out how {name} glaciers changed since 19{n}",
     "summarise what is known about {word} syndrome", "compare three methods to date {word} pottery"),
    ("the study by {name} and {name}", "{url}", "the {name} survey of 20{n}", "the data of {name}",
        "chapter {n} of {name}"),
    (LOOK, FIND, COMPARE, GATHER),
    (("sample size", "size of the sample"), ("main result", "central finding"), ("method", "approach"),
     ("funding", "sponsors"), ("error bars", "uncertainty"), ("control group", "controls")),
    ("later papers cite it", "two sources disagree", "the abstract is unclear", "it may settle the question",
     "the figures do not add up", "it is the oldest source"),
    ("{thing} reports {pct} % for the {word} group (n = {big})", "{thing}: no effect of {word} before {n} weeks",
     "according to {thing}, {name} was first to describe {word}", "{thing} used {n} sites near {name}"),
    ("a paragraph on {thing}: {pct} % against {pct} %", "a note that {thing} contradicts {name}",
     "the table row of {thing} with n = {big}", "the section on {word} from {thing}"),
    ("the claim about {word} in {thing} has no source", "the year of {thing} is missing",
        "{thing} is quoted at length"),
    ("the subgroup {name}", "figure {n} in it", "the appendix on {word}", "the term {word} as used there"),
    ("web_search", "fetch_page", "open_pdf", "query_library"),
)  # fmt: skip
TRAVEL = Domain(
    "travel",
    ("plan a week in {name} for a family of four", "book a cheap trip from {name} to {name}",
     "arrange a team visit to {name} in May", "find a quiet hotel near {name} for three nights"),
    ("Hotel {name}", "the night train to {name}", "flight {word}{n}", "the ferry from {name} to {name}",
        "the {name} museum"),
    (COMPARE, FIND, CHOOSE, LOOK),
    (("price", "cost"), ("opening hours", "hours of opening"), ("guest reviews", "reviews by guests"),
     ("distance to the station", "way to the station"), ("cancellation terms", "terms for cancelling"),
     ("free rooms", "rooms left")),
    ("the budget is small", "the dates are fixed", "children come along", "it may sell out", "the weather may turn",
     "the last offer was too dear"),
    ("{thing}: {big} for two nights, breakfast {n}", "{thing} is {n} minutes from {name} square",
     "{thing} leaves at {n}:{n} and arrives in {name}", "{thing} scores {pct} in {big} reviews"),
    ("the booking of {thing}, code {word}{big}", "day {n} of the plan: {thing}, then {name}",
     "{thing} into the list at {big}", "a mail to {name} about {thing}"),
    ("the plan has no way back from {thing}", "{thing} is closed on day {n}", "{thing} is over the budget by {big}"),
    ("the room {word}", "the transfer to {name}", "the fare class {word}", "the evening at {name}"),
    ("search_hotels", "book_ticket", "get_timetable", "map_route"),
)  # fmt: skip
DATA = Domain(
    "data",
    ("clean the table {ident} and report its gaps", "load {n} files of sensor readings into {ident}",
     "forecast the demand of {name} stores", "join {ident} with {ident} without losing rows"),
    ("{ident}.csv", "column {ident}", "the table {ident}", "rows of {name}", "partition {ident}/{n}"),
    (LOOK, FIX, GATHER, MEASURE),
    (("missing values", "gaps"), ("date format", "format of dates"), ("duplicate keys", "keys that occur twice"),
     ("outliers", "extreme values"), ("row count", "number of rows"), ("units", "unit of measure")),
    ("the join lost rows", "totals do not match", "the model is off by a tenth", "the source changed",
     "the chart looks odd", "two systems disagree"),
    ("{thing}: {big} rows, {n} empty in {ident}", "{thing} mean {pct} sd {pct}",
        "{thing} joins to {ident} on {big} keys",
     "{thing} holds dates from 20{n} to 20{n} for {name}"),
    ("{thing} cleaned into {path}", "{big} rows of {thing} into {ident}", "a chart of {thing} at {path}",
     "the rule {ident} for {thing}"),
    ("{thing} counts {name} twice", "the axis of {thing} starts at {n}", "{ident} in {thing} mixes units"),
    ("the rows where {ident} is empty", "the value {word} in it", "the months before {name}", "the key {ident}"),
    ("run_sql", "load_csv", "describe_table", "plot"),
)  # fmt: skip
OPS = Domain(
    "ops",
    ("bring the service {ident} back to normal", "move {ident} to the new cluster",
        "find what fills the disk of {word}-{n}",
     "renew the certificates of {name}"),
    ("{word}-{n}", "the queue {ident}", "service {ident}", "volume {word}-{n}", "the dashboard {name}"),
    (LOOK, FIX, MEASURE, ("restart|restarting", "reload|reloading", "bounce|bouncing")),
    (("free disk space", "space left on disk"), ("memory use", "use of memory"), ("open connections", "connections"),
     ("health check", "check of health"), ("response time", "latency"), ("config file", "configuration")),
    ("alerts keep coming", "users see timeouts", "the deploy was an hour ago", "the standby is behind",
     "the graph shows a spike", "someone changed the limits"),
    ("{thing}: {pct} % used, {big} handles", "{thing} answered 503 to {n} of {big} calls",
        "{thing} logs OOM in {ident}",
     "{thing} is {n} versions behind {name}"),
    ("{thing} drained and moved to {word}-{n}", "limit of {thing} set to {big}", "{thing} restarted with {ident}={n}",
     "the note on {thing} in {path}"),
    ("the step for {thing} cannot be undone", "{thing} has no alarm", "{thing} shares a disk with {word}-{n}"),
    ("the process {ident} on it", "the mount {path}", "the setting {ident}", "the replica {word}-{n}"),
    ("kubectl_get", "ssh_exec", "read_logs", "query_metrics"),
)  # fmt: skip
WRITING = Domain(
    "writing",
    ("write a short story about the miller {name}", "turn the notes of {name} into an essay on tides",
     "edit the memoir of {name} for a young public", "write {n} posts for the bakery {name}"),
    ("the scene at the mill", "chapter {n}", "the opening with {name}", "the letter from {name}", "the garden scene"),
    (WRITE, LOOK, ("shorten|shortening", "cut|cutting", "trim|trimming"), CHOOSE),
    (("dialogue", "spoken lines"), ("first sentence", "opening sentence"), ("ending", "close"), ("pace", "rhythm"),
     ("point of view", "view point"), ("description of the weather", "weather")),
    ("readers stop there", "the tone is flat", "it says the same twice", "the editor asked for it",
     "the reader knows it already", "the middle sags"),
    ("{thing} has {big} words; {name} speaks {n} times", "{thing} now ends with {name} at the {word}",
     "readers of {thing} liked {name} and the {word}", "{thing} repeats the word {word} {n} times"),
    ("{thing}, {big} words, with {name} and the {word}", "a new line for {name} in {thing}: the {word} bell",
     "{thing} moved before {name} leaves", "{thing} without the {word}"),
    ("{name} knows too much in {thing}", "{thing} tells what it should show",
        "the {word} in {thing} comes from nowhere"),
    ("the paragraph with {name}", "the {word} image in it", "the line about {name}", "the last sentence of {name}"),
    ("read_draft", "save_draft", "count_words", "find_quote"),
)  # fmt: skip
SHOP = Domain(
    "shop",
    ("answer the mails about late parcels of {name}", "settle the open orders of {name} stores",
     "sort the returns of the week {n}", "update the prices of {n} garden tools"),
    ("order {big}", "the parcel to {name}", "invoice {word}-{big}", "the customer {name}", "article {word}{n}"),
    (LOOK, FIND, FIX, ("answer|answering", "reply about|replying about")),
    (("delivery date", "date of delivery"), ("refund", "money back"), ("address", "place of delivery"),
     ("price", "cost"), ("stock level", "number in stock"), ("complaint", "trouble")),
    ("the customer wrote twice", "the carrier lost one", "the stock is low", "the sum is wrong", "it is overdue",
     "the warehouse asked"),
    ("{thing} left {name} on day {n}", "{thing}: {big} paid, {n} open", "{thing} is in aisle {word}, {n} left",
     "{thing} was returned by {name} as {word}"),
    ("{thing} refunded with {big}", "a reply to {name} on {thing}", "{thing} marked {word}, shelf {n}",
     "label {word}{big} for {thing}"),
    ("the reply on {thing} names no day", "{thing} was charged twice", "{thing} has the wrong {word}"),
    ("the item {word} in it", "the coupon {word}{n}", "the second parcel to {name}", "the fee {word}"),
    ("get_order", "send_mail", "refund_payment", "track_parcel"),
)  # fmt: skip
EVENTS = Domain(
    "events",
    ("organise the summer party of our street", "prepare the birthday dinner for my father",
        "plan the opening of the new library"),
    ("the guest list", "the music", "the tables", "the cake", "the tent", "the speeches", "the lights", "the menu",
     "the invitations", "the parking places", "the games for children", "the drinks"),
    (LOOK, CHOOSE, GATHER, ("arrange|arranging", "organise|organising", "set up|setting up")),
    (("price", "cost"), ("delivery", "transport"), ("number", "amount"), ("time", "hour"), ("helpers",
        "people who help")),
    ("the date comes nearer", "the neighbours asked", "money is short", "it may rain", "nobody has done it so far"),
    ("{thing}: {n} are sure and {n} are open", "{thing} would cost {big} from {name}",
        "{name} can bring {thing} at {n}:30",
     "{thing} must be ordered {n} days before from {name}"),
    ("an order for {thing} from {name}, {big}", "a list with {thing}, {n} pieces, by {name}",
        "a letter to {name} about {thing}",
     "{thing} into the plan at {n}:15 with {name}"),
    ("{thing} has no place in the plan", "{thing} was forgotten by {name}", "{thing} costs {big} too much"),
    ("the part of it for {name}", "the hour from {n} to {n}", "the corner near the {word}", "the share of {name}"),
    ("ask_neighbour", "price_list", "send_letter", "calendar"),
    wordings=(
        ("I should check whether the supplier has answered our question about the tent.",
         "Let me see if the supplier replied to what we asked about the tent.",
         "Has the supplier answered our tent question yet? I will look.",
         "Checking for an answer from the supplier on the tent.",
         "The supplier may have answered by now, so I look for news about the tent."),
        ("We need to find out how many guests want a vegetarian dinner.",
         "It would help to know the number of guests who eat vegetarian.",
         "How many vegetarian guests are there? Let me find out.",
         "I am going to count the guests with a vegetarian dinner.",
         "Finding the number of vegetarian dinners among the guests comes first."),
        ("The band must be asked if they can play on Saturday evening.",
         "I will ask the band whether Saturday evening suits them.",
         "Let us write to the band and ask about Saturday evening.",
         "Asking the band about Saturday evening is what I do now.",
         "Is the band free on Saturday evening? I had better ask."),
        ("I want to compare the prices of the two bakeries for the cake.",
         "Comparing what both bakeries charge for the cake.",
         "Which bakery has the better price for the cake? Let me compare.",
         "Before we order the cake, the prices of the bakeries should be compared.",
         "The two bakeries ask different prices for the cake, I will compare them."),
        ("The garden has to be measured before we rent the tables.",
         "Before renting tables I would like to measure the garden.",
         "Let me first measure the garden, then we can rent tables.",
         "How large is the garden? It must be measured so that the tables fit.",
         "Measuring the garden for the tables."),
        ("Someone has to tell the neighbours about the music at night.",
         "I will let the neighbours know about the music at night.",
         "The neighbours should be warned of music at night, I take that on.",
         "Telling the neighbours that there will be music at night.",
         "Have the neighbours been told of the music at night? I will do it."),
    ),
    restated=(
        ("Organise the summer party", "Get the summer party organised", "Make sure that the summer party is organised",
         "Take care of organising the summer party", "Plan how to organise the summer party",
         "Organise everything for the summer party"),
        ("Invite all guests", "Make sure all guests are invited", "Get the guests invited", "Start inviting the guests",
         "See to it that every guest is invited", "Work on inviting the guests"),
        ("Find a cook for the dinner", "Look for a cook for the dinner", "Get a cook for the dinner found",
         "Begin the search for a dinner cook", "Actually find the cook for the dinner",
         "Make progress on finding a dinner cook"),
    ),
)  # fmt: skip
DOMAINS = (CODING, RESEARCH, TRAVEL, DATA, OPS, WRITING, SHOP, EVENTS)
