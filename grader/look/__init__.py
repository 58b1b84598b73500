"""The static look: source and built program -> Sightings, for the staff and never for points. docs/design/static-look.md"""

from grader.look.look import CODE, look, look_again, look_at, starter_of
from grader.look.rules import RULES, Rule, rule

__all__ = ["CODE", "RULES", "Rule", "look", "look_again", "look_at", "rule", "starter_of"]
