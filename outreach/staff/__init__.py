"""The people who work with Outreach: roles, sign-in, and what each may see."""
