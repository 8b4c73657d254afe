"""What all commands that change a project have in common: reading it, planning, refusing, writing, and the way back."""
