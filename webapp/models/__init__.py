"""Tables and the questions and verbs about one record; no Flask, no HTTP."""
