"""Campaigns: contact plans, who is in them, and the planner that says what is due."""
