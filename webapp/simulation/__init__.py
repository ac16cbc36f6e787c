"""The simulator: random histories of people, faults and crashes, played on the product's own engine, then judged."""
