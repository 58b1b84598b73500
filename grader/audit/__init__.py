"""Audit: two stored grades -> what differs in what they rest on, and in what came of it, in words."""
