"""The only code that knows e-conomic's HTTP; it knows nothing of the rest of the app."""
