"""A lived-in region of made-up people, to try everything with. Nothing here is real, and nothing is sent."""
