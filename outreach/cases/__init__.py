"""Persons, households, cases, and the timeline through which all that happens to a case is recorded."""
