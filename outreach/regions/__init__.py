"""Regions and their municipalities: what differs between regions is data here, not code."""
