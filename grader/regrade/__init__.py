"""Regrade: stored grades and an assignment that was mended -> new grades, at the least cost, and what they change; nothing is stored until
somebody has seen the difference."""
