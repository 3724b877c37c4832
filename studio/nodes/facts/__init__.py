"""Facts held for reasons: a working memory with a stack of states."""
