"""Measurements of the app against others, on labelled sets made by seed; nothing here runs in the app itself."""
