"""What a case's command may use of ours, inside of its sandbox: results go out as data. Standard library only, Python 3.8 and newer; arrays
need NumPy. Nothing here decides anything: whoever runs beside this could change it, so the judge believes no file for being there."""

import contextlib
import importlib.util
import json
import os
import sys
import traceback

TASK, OUT, STUDENT = "/task", "/out", "/task/student"
MAX_MESSAGE = 500


def save(name, value):
    """/out/NAME.npy for an array (anything with a dtype and a shape), /out/NAME.json for all else."""
    path = os.path.join(OUT, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        import numpy

        with open(path + ".npy", "wb") as file:
            numpy.save(file, numpy.asarray(value), allow_pickle=False)
    else:
        with open(path + ".json", "w", encoding="utf-8") as file:
            json.dump(value, file)


def load(name):
    """/task/NAME.npy or /task/NAME.json, as problem.py's room() made it."""
    path = os.path.join(TASK, name)
    if os.path.exists(path + ".npy"):
        import numpy

        return numpy.load(path + ".npy", allow_pickle=False)
    with open(path + ".json", encoding="utf-8") as file:
        return json.load(file)


def student(name):
    """The student's module /task/student/NAME.py, executed now."""
    path = os.path.join(STUDENT, name + ".py")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def error(name, verdict, message, file=None, line=None, message_ko=""):
    """/out/NAME.error.json: why the part NAME has no result."""
    path = os.path.join(OUT, name + ".error.json")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    told = {"verdict": verdict, "message": str(message)[:MAX_MESSAGE], "message_ko": message_ko, "file": file, "line": line}
    with open(path, "w", encoding="utf-8") as stream:
        json.dump(told, stream)


@contextlib.contextmanager
def part(name):
    """What goes wrong inside is told as this part's error, and the next part goes on. A student's sys.exit ends its part, too."""
    try:
        yield
    except KeyboardInterrupt:
        raise
    except BaseException as caught:
        file, line = place_of(caught)
        error(name, "EXCEPTION", f"{type(caught).__name__}: {caught}", file, line)


def place_of(caught):
    """(file below /task/student, line) of the innermost of the student's lines that an exception went through."""
    if isinstance(caught, SyntaxError) and caught.filename and caught.filename.startswith(STUDENT + "/"):
        return os.path.relpath(caught.filename, STUDENT), caught.lineno
    for frame in reversed(traceback.extract_tb(caught.__traceback__)):
        if frame.filename.startswith(STUDENT + "/"):
            return os.path.relpath(frame.filename, STUDENT), frame.lineno
    return None, None
