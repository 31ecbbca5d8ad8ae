"""Home visits: planning, checklists, the phone app, what came of it, safety at the door."""
