"""Turn-taking: when to answer, when to fall silent, what to do with time."""
