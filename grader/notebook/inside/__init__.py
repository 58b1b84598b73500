"""What runs inside of the room, beside student code: scripts that are copied there, never imported by the judge."""
