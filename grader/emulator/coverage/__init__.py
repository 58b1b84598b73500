"""What the emulated GPU can do, measured: the opcode table asked with each spelling of public programs, and its tests."""
