"""Notebooks: a master text -> the students' notebook and its solution; a notebook that was handed in -> what is executed and judged."""
