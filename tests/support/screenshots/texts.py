"""What the models of the scenes write, and small graphs that are made for one picture."""

from __future__ import annotations

from typing import Final

DRAFTS: Final = (
    "Tide pools hold whatever the sea forgot: a crab, a coin, the sky. Twice a day they are given back.",
    "Between two tides each pool keeps a small sea of its own, with anemones that open like",
)
"""What the model of the scenes writes; of the last it only gets so far."""

ANSWERS: Final = (
    "On Saturdays we are open from ten to four, and the reading room until six.",
    "Tea is welcome in the reading room, as long as the cup has",
)

LETTERS: Final = (
    "longer", "Of course: it is yours until the end of the month.",
    "damage", "Thank you for telling us; we will mend the map this week.",
    "search", "Two books on tide pools stand on shelf seven, by the window.",
)  # fmt: skip
"""What it answers the letters of three readers, for each what it is and what to say."""

QUESTION: Final = """\
studio: 1
name: refund
nodes:
  letter: {type: flow.input, kind: text, value: "The kettle came without its lid. I want my money back."}
  sort:
    type: llm.function
    title: What is wanted
    instructions: "What does this customer want? {letter}"
    labels: [refund, repair, other]
  ask:
    type: human.ask
    title: Ask the shop
    question: "The customer asks for a {wish}. Grant it?"
    choices: ["yes", "no"]
  reply: {type: text.template, title: Reply, template: "Your {wish}: {answer}."}
  out: {type: flow.output}
edges:
  - letter.value -> sort.letter
  - sort.label -> ask.wish
  - sort.label -> reply.wish
  - ask.answer -> reply.answer
  - reply.text -> out.value
layout:
  letter: [0, 20]
  sort: [260, 0]
  ask: [560, 90]
  reply: [820, 10]
  out: [1060, 20]
"""

TALK: Final = """\
studio: 1
name: front_desk
about: Answers what visitors of a library ask.
nodes:
  message: {type: flow.input, kind: text}
  topic:
    type: llm.function
    title: What it is about
    instructions: "What is this about? {message}"
    labels: [hours, books, other]
  reply:
    type: llm.function
    title: Answer
    instructions: |
      Answer the visitor in one sentence.
      Topic: {topic}
      Message: {message}
    output: text
  answer: {type: flow.output, kind: text}
edges:
  - message.value -> topic.message
  - message.value -> reply.message
  - topic.label -> reply.topic
  - reply.text -> answer.value
layout:
  message: [0, 80]
  topic: [230, 0]
  reply: [540, 60]
  answer: [860, 80]
"""

NOTICES: Final = """\
studio: 1
name: notices
about: Sorts what readers write and answers each in a line.
nodes:
  letters:
    type: flow.input
    value:
      - "May I keep the book a week longer?"
      - "The map in the atlas is torn."
      - "Do you have anything on tide pools?"
  each: {type: flow.map, graph: answering}
  answers: {type: flow.output}
edges:
  - letters.value -> each.items
  - each.answer -> answers.value
graphs:
  answering:
    nodes:
      item: {type: flow.input, title: A letter}
      kind:
        type: llm.function
        title: What it is
        instructions: "What does the reader want? {letter}"
        labels: [longer, damage, search]
      reply:
        type: llm.function
        title: Answer
        instructions: |
          Answer the reader in one sentence.
          It is about: {kind}
          {letter}
        output: text
      answer: {type: flow.output}
    edges:
      - item.value -> kind.letter
      - item.value -> reply.letter
      - kind.label -> reply.kind
      - reply.text -> answer.value
    layout:
      item: [0, 120]
      kind: [260, 0]
      reply: [620, 60]
      answer: [960, 90]
      /frames: [{rect: [230, -60, 670, 290], title: One letter, colour: blue}]
      /comments: [{rect: [0, 290, 210, 70], text: "Each letter is answered on its own, all at once."}]
      /wires: {item.value -> reply.letter: [[440, 250]]}
layout:
  letters: [0, 0]
  each: [240, 0]
  answers: [480, 0]
"""

FAULTY: Final = """\
studio: 1
name: half_done
nodes:
  topic: {type: flow.input, value: tide pools}
  sort: {type: llm.function, instructions: "Is {text} about water?", labels: [water, land], temperature: 9.5}
  writer: {type: llm.function, instructions: "Write something nice about {topic}"}
  merge: {type: text.template, template: "{kind}: {draft} ({source})"}
  strange: {type: acme.poet, rhyme: true}
  result: {type: flow.output}
  spare: {type: flow.output}
edges:
  - topic.value -> sort.text
  - topic.value -> writer.topic
  - sort.label -> merge.kind
  - writer.text -> merge.draft
  - merge.txt -> result.value
layout:
  topic: [0, 60]
  sort: [240, 0]
  writer: [240, 220]
  merge: [560, 90]
  strange: [560, 320]
  result: [840, 90]
  spare: [840, 320]
"""
