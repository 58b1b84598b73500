"""A real NVIDIA GPU, `--device cuda`. `device.py` is the row of the table; `card.py` is the process that owns the card's memory;
`machine.py` knows what this machine has; docs/design/real-gpu.md says who is trusted with what."""
