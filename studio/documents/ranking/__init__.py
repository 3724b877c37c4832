"""Rankings: which of many texts are most like a question, by words, by vectors, by several rankings together."""
