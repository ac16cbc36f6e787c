"""The engine: decides in pure code, acts on tables, and reaches e-conomic through its client."""
