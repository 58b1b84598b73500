"""What holds for every test."""

from hypothesis import settings

# The same examples each time: a lane that turns red says that a change is bad, and not that luck was. `make explore` draws new ones.
settings.register_profile("same", derandomize=True)
settings.register_profile("explore", max_examples=500)
settings.load_profile("same")
