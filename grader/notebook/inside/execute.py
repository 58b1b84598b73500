"""Execute: /task/notebook.json, cell by cell -> /out, in the room. Runs with the lane's Python (3.8 and newer) and IPython.

Two processes. This one holds the clock: it hands cells over, takes what they print, interrupts what takes too long or prints too much,
and writes /out/cells.json: what became of each cell. The other one is an IPython shell with the notebook's names. The probes' results go
straight to /out; for each that one doesn't leave, its NAME.error.json says why, with the cell and its line.

It decides nothing. Student code runs as the same user and could write all of that itself: the judge compares what was saved with what it
computed, and takes from here only the reason of a failure.
"""

import argparse
import contextlib
import json
import os
import re
import select
import signal
import socket
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
GRACE_S = 2.0  # from the interrupt to the end of a cell that doesn't listen
START_S = 30.0  # for the shell to be there
MAX_REPLY = 1 << 20
KEPT_OUTPUT = 16 << 10  # of each cell, for the report
KEPT_OUTPUTS = 1 << 20  # of all
RANKS = ("CELL_MISSING", "KERNEL_DIED", "CELL_TIMEOUT", "CELL_OUTPUT", "CELL_ERROR")
VERDICTS = {"died": "KERNEL_DIED", "timeout": "CELL_TIMEOUT", "output": "CELL_OUTPUT", "error": "CELL_ERROR"}
PLACE = re.compile(rb'File "[^"\n]*#([^"\n#]+)", line (\d+)')


# ---- the shell's process ---------------------------------------------------------------------------------------------------------------


def serve(channel, name):
    """Executes what the channel says until it ends. Stdout and stderr are the pipe to the other process already."""
    import builtins
    import faulthandler
    import warnings

    import ck_room
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1, all_threads=False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.filterwarnings("ignore", message="To exit: use")
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    shell = InteractiveShell.instance(config=config)
    code_name = [""]
    shell.compile.get_code_name = lambda raw, transformed, number: code_name[0]
    shell.displayhook.write_output_prompt = lambda: None
    displayed = [None]
    shell.displayhook.write_format_data = lambda data, metadata=None: show(data, displayed)
    shell.showtraceback = shell.showsyntaxerror = lambda *_, **__: None
    shell.ask_exit = ask_exit
    builtins.input = nobody_answers
    ck_room.place_of = lambda caught: place_of(caught, name)
    own = os.getpid()
    lines = channel.makefile("r", encoding="utf-8")
    tell(channel, {"ready": True})
    for line in lines:
        step = json.loads(line)
        code_name[0] = f"{name}#{step['name']}"
        start = time.process_time()
        displayed[0] = None
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            caught = probe(shell, step, ck_room) if step["kind"] == "probe" else cell(shell, step)
        except KeyboardInterrupt as interrupt:
            caught = interrupt
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        if os.getpid() != own:  # the cell forked, and the copy came home as well
            os._exit(0)
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
        tell(channel, {"cpu_s": time.process_time() - start, "result": displayed[0], **described(caught, name)})


def cell(shell, step):
    """What a cell raised, or None."""
    result = shell.run_cell(step["source"], store_history=False)
    return result.error_before_exec or result.error_in_exec


def probe(shell, step, room):
    """As `cell`; a probe sees the notebook's names and leaves none there."""
    names = dict(shell.user_ns)
    names["room"] = room
    try:
        exec(compile(step["source"], f"<{step['name']}>", "exec"), names)
    except BaseException as caught:
        return caught
    return None


def show(data, displayed):
    """A cell's last value: printed, and told with the reply (nbgrader's tests give partial credit by it)."""
    text = data.get("text/plain", "")
    displayed[0] = text[:200]
    print(text)


def ask_exit():
    raise SystemExit("exit()")


def nobody_answers(prompt=""):
    raise EOFError("input() has nobody to answer it while a notebook is graded; write the value into the cell")


def described(caught, name):
    if caught is None:
        return {"ok": True}
    try:
        message = str(caught)[:500]
    except BaseException:
        message = "(its message can't be had)"
    file, line = place_of(caught, name)
    return {"ok": False, "type": type(caught).__name__, "message": message, "file": file, "line": line}


def place_of(caught, name):
    """(cell's file name, line) of the innermost of the notebook's lines that an exception went through."""
    if isinstance(caught, SyntaxError) and str(caught.filename).startswith(f"{name}#"):
        return caught.filename, caught.lineno
    found, frame = (None, None), caught.__traceback__
    while frame is not None:
        file = frame.tb_frame.f_code.co_filename
        if file.startswith(f"{name}#"):
            found = file, frame.tb_lineno
        frame = frame.tb_next
    return found


def tell(channel, value):
    channel.sendall(json.dumps(value).encode() + b"\n")


# ---- the process that holds the clock --------------------------------------------------------------------------------------------------


class Dead(Exception):
    """The shell is gone."""


class Shell:
    """The other process, from here."""

    def __init__(self, name, task, out):
        near, far = socket.socketpair()
        self.output, write = os.pipe()
        self.errors, write_errors = os.pipe()
        self.process = os.fork()
        if not self.process:
            try:
                os.setsid()
                near.close()
                os.close(self.output)
                os.close(self.errors)
                null = os.open(os.devnull, os.O_RDONLY)
                for source, target in ((null, 0), (write, 1), (write_errors, 2)):
                    os.dup2(source, target)
                os.close(write)
                os.close(write_errors)
                import ck_room

                ck_room.TASK, ck_room.OUT = task, out
                serve(far, name)
            except BaseException as fault:
                os.write(2, f"the shell failed: {type(fault).__name__}: {fault}\n".encode())
                os._exit(1)
            os._exit(0)
        far.close()
        os.close(write)
        os.close(write_errors)
        os.set_blocking(self.output, False)
        os.set_blocking(self.errors, False)
        near.setblocking(False)
        self.channel = near
        self.waiting = b""
        self.printed = b""
        self.count = 0  # bytes on stdout and stderr
        self.complained = False  # something came on stderr

    def ask(self, step):
        self.printed, self.count, self.complained = b"", 0, False
        try:
            self.channel.setblocking(True)
            self.channel.settimeout(GRACE_S)
            self.channel.sendall(json.dumps(step).encode() + b"\n")
        except OSError:
            raise Dead from None
        finally:
            self.channel.setblocking(False)

    def answer(self, until, most=None):
        """The next reply, or None if there is none by then, or if more than `most` bytes were printed before. Raises Dead."""
        while True:
            line, mark, rest = self.waiting.partition(b"\n")
            if mark:
                self.waiting = rest
                self.drain()
                try:
                    reply = json.loads(line)
                except ValueError:
                    reply = None
                if isinstance(reply, dict):
                    return reply
                raise Dead
            left = until - time.monotonic()
            if left <= 0 or (most is not None and self.count > most):
                return None
            ready, _, _ = select.select([self.channel, self.output, self.errors], [], [], left)
            if self.output in ready or self.errors in ready:
                self.drain(1 << 16)
            if self.channel in ready:
                try:
                    data = self.channel.recv(1 << 16)
                except BlockingIOError:
                    continue
                except OSError:
                    data = b""
                self.waiting += data
                if not data or len(self.waiting) > MAX_REPLY:
                    self.drain()
                    raise Dead

    def drain(self, most=1 << 22):
        """Takes what was printed, and keeps the beginning and the end of it."""
        for stream in (self.output, self.errors):
            left = most
            while left > 0:
                try:
                    data = os.read(stream, 1 << 16)
                except OSError:
                    break
                if not data:
                    break
                left -= len(data)
                self.count += len(data)
                self.complained = self.complained or stream == self.errors
                self.printed += data
                if len(self.printed) > 3 * KEPT_OUTPUT:
                    self.printed = self.printed[:KEPT_OUTPUT] + self.printed[-KEPT_OUTPUT:]

    def signal(self, number):
        with contextlib.suppress(OSError):
            os.kill(self.process, number)

    def end(self):
        """Ends the shell and what it started in its session; how it ended."""
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(OSError):
                kill(self.process, signal.SIGKILL)
        try:
            return os.waitpid(self.process, 0)[1]
        except OSError:
            return 0


class Conductor:
    """One notebook's execution, and what became of each of its steps."""

    def __init__(self, plan, task, out):
        self.plan, self.task, self.out = plan, task, out
        self.name = plan["notebook"]
        self.done = []
        self.by_name = {}
        self.culprit = None  # the record of the step after which there is no shell any more
        self.kept = 0
        self.end = time.monotonic() + plan["time_s"]

    def run(self):
        self.shell = Shell(self.name, self.task, self.out)
        try:
            if not (self.shell.answer(time.monotonic() + START_S) or {}).get("ready"):
                raise Dead
        except Dead:
            self.shell.end()
            sys.stderr.write(self.shell.printed.decode("utf-8", "replace")[-2000:] + "\nthe notebook's shell didn't start\n")
            return 1
        for step in self.plan["steps"]:
            record = self.step(step)
            self.done.append(record)
            self.by_name[step["name"]] = record
            self.write()
        if self.culprit is None:
            self.shell.end()
        self.write()
        return 0

    def step(self, step):
        record = {"name": step["name"], "kind": step["kind"], "status": "skipped", "seconds": 0.0, "cpu_s": 0.0, "output": ""}
        missing = [name for name in step["needs"] if name in self.plan["missing"]]
        if missing:
            cell = missing[0]
            say(record, f"needs the cell {cell}, which was deleted", f"지워진 셀 {cell}이(가) 필요합니다.")
            text = f"the cell {cell} isn't in the notebook any more; take it from the starter again"
            korean = f"셀 {cell}이(가) 노트북에 없습니다. 시작 노트북에서 다시 가져오세요."
            self.explain(step, "CELL_MISSING", (text, korean), f"{self.name}#{cell}", None)
            return record
        if self.culprit is not None:
            verdict = VERDICTS[self.culprit["status"]]
            say(record, f"not reached: {self.culprit['message']}", f"여기까지 실행되지 않았습니다. {self.culprit['message_ko']}")
            self.explain(step, verdict, said(record), self.culprit.get("file"), self.culprit.get("line"))
            return record
        start = time.monotonic()
        until = min(start + step["time_s"], self.end)
        try:
            self.shell.ask(step)
            reply = self.shell.answer(until, self.plan["output_kib"] << 10)
            if reply is None:
                flood = self.shell.count > self.plan["output_kib"] << 10
                self.interrupted(step, record, flood, until >= self.end)
            else:
                self.answered(step, record, reply)
        except Dead:
            self.died(step, record)
        record["seconds"] = round(time.monotonic() - start, 4)
        if record["status"] == "timeout":  # which another day's machine may not bring about: the room isn't kept
            with contextlib.suppress(OSError):
                open(os.path.join(self.out, "limited"), "wb").close()
        self.keep_output(record)
        if step["kind"] == "probe" and record["status"] != "ok":
            self.blame(step, record)
        return record

    def answered(self, step, record, reply):
        record["cpu_s"] = number(reply.get("cpu_s"))
        record["complained"] = self.shell.complained
        if reply.get("ok") is True:
            record["status"] = "ok"
            if isinstance(reply.get("result"), str):
                record["result"] = reply["result"][:200]
            return
        record["status"] = "error"
        record["type"] = str(reply.get("type"))[:100]
        say(record, f"{record['type']}: {str(reply.get('message'))[:500]}")
        self.place(step, record, reply.get("file"), reply.get("line"))

    def interrupted(self, step, record, flood, all_of_it):
        """Over its time, or its output: where it is, then an interrupt, and in the end a kill."""
        what, what_ko = ("the probe of this cell", "이 셀을 시험하는 코드가") if step["kind"] == "probe" else ("the cell", "셀이")
        if flood:
            record["status"], most = "output", self.plan["output_kib"]
            say(record, f"{what} printed more than {most} KiB", f"{what_ko} {most} KiB 넘게 출력했습니다.")
        elif all_of_it and self.plan["time_s"] > step["time_s"]:
            record["status"], most = "timeout", f"{self.plan['time_s']:g}"
            korean = f"노트북 전체가 {most}초 넘게 걸렸습니다. 그때 여기를 실행하고 있었습니다."
            say(record, f"the whole notebook took more than {most} s; this is where it was", korean)
        else:
            record["status"], most = "timeout", f"{step['time_s']:g}"
            say(record, f"{what} took more than {most} s", f"{what_ko} {most}초 넘게 걸렸습니다.")
        before = len(self.shell.printed)
        self.shell.signal(signal.SIGUSR1)
        with contextlib.suppress(Dead):
            self.shell.answer(time.monotonic() + 0.1)
        dumped = self.shell.printed[min(before, len(self.shell.printed)) :]
        found = PLACE.search(dumped) or PLACE.search(self.shell.printed[-KEPT_OUTPUT:])
        if found:
            self.place(step, record, f"{self.name}#{found[1].decode('ascii', 'replace')}", int(found[2]))
        else:
            self.place(step, record, None, None)
        self.shell.printed = self.shell.printed.partition(b"Stack (most recent call first)")[0]
        try:
            self.shell.signal(signal.SIGINT)
            reply = self.shell.answer(time.monotonic() + GRACE_S)
            if reply is not None and not (all_of_it and self.end <= time.monotonic()):
                record["cpu_s"] = number(reply.get("cpu_s"))
                if not found:
                    self.place(step, record, reply.get("file"), reply.get("line"))
                return
        except Dead:
            pass
        self.shell.end()
        say(record, f"{record['message']}; what comes after it wasn't executed", f"{record['message_ko']} 그 뒤는 실행되지 않았습니다.")
        self.culprit = record

    def died(self, step, record):
        status = self.shell.end()
        printed = self.shell.printed
        if os.WIFSIGNALED(status):
            how = f"signal {os.WTERMSIG(status)}"
            with contextlib.suppress(ValueError):
                how = signal.Signals(os.WTERMSIG(status)).name
            how_ko = how
            if os.WTERMSIG(status) == signal.SIGKILL:
                how, how_ko = f"{how}, as when memory runs out", f"{how}, 메모리가 모자랄 때처럼"
        else:
            how, how_ko = f"exit status {os.WEXITSTATUS(status)}", f"종료 상태 {os.WEXITSTATUS(status)}"
        found = PLACE.search(printed[-KEPT_OUTPUT:]) if b"Fatal Python error" in printed else None
        self.shell.printed = printed.partition(b"Fatal Python error")[0]
        record["status"] = "died"
        what, what_ko = ("the probe of this cell", "이 셀을 시험하는 코드") if step["kind"] == "probe" else ("this cell", "이 셀")
        korean = f"노트북을 실행하는 프로세스가 {what_ko}에서 끝났습니다({how_ko})."
        say(record, f"the process that executes the notebook ended in {what} ({how})", korean)
        if found:
            self.place(step, record, f"{self.name}#{found[1].decode('ascii', 'replace')}", int(found[2]))
        else:
            self.place(step, record, None, None)
        self.culprit = record

    def place(self, step, record, file, line):
        """Where it happened: a line of the notebook's, else the cell, or the first that a probe is about."""
        if isinstance(file, str) and isinstance(line, int) and file.startswith(f"{self.name}#"):
            record["file"], record["line"] = file[:200], line
            return
        cells = step["needs"] if step["kind"] == "probe" else [step["name"]]
        record["file"], record["line"] = (f"{self.name}#{cells[0]}" if cells else None), None

    def blame(self, step, record):
        """Why a probe's results aren't there: a cell that it needs didn't get through, else what happened under the probe itself."""
        causes = [self.by_name[name] for name in step["needs"] if self.by_name.get(name, {}).get("status") in VERDICTS]
        if causes and record["status"] == "error":
            worst = min(causes, key=lambda each: RANKS.index(VERDICTS[each["status"]]))
            self.explain(step, VERDICTS[worst["status"]], said(worst), worst.get("file"), worst.get("line"))
            return
        verdict = "EXCEPTION" if record["status"] == "error" else VERDICTS[record["status"]]
        self.explain(step, verdict, said(record), record.get("file"), record.get("line"))

    def explain(self, step, verdict, texts, file, line):
        told = {"verdict": verdict, "message": texts[0], "message_ko": texts[1], "file": file, "line": line}
        for name in step["saves"]:
            paths = [os.path.join(self.out, name + suffix) for suffix in (".npy", ".json", ".error.json")]
            if any(os.path.lexists(path) for path in paths):
                continue
            try:
                os.makedirs(os.path.dirname(paths[2]), exist_ok=True)
                with open(paths[2], "w", encoding="utf-8") as stream:
                    json.dump(told, stream)
            except OSError:
                pass

    def keep_output(self, record):
        printed = self.shell.printed
        text = printed if len(printed) <= KEPT_OUTPUT else printed[:KEPT_OUTPUT] + b"\n... (more was printed)\n"
        if self.kept + len(text) <= KEPT_OUTPUTS:
            self.kept += len(text)
            record["output"] = text.decode("utf-8", "replace")

    def write(self):
        differences = {key: self.plan[key] for key in ("missing", "restored", "doubled", "unanswered")}
        aside = os.path.join(self.out, ".cells.json")
        try:
            with open(aside, "w", encoding="utf-8") as stream:
                json.dump({"notebook": self.name, "cells": self.done, **differences}, stream)
            os.replace(aside, os.path.join(self.out, "cells.json"))
        except OSError:
            pass


def say(record, english, korean=""):
    """What became of a cell, in both languages; Python's own words have no Korean."""
    record["message"], record["message_ko"] = english, korean


def said(record):
    return record["message"], record["message_ko"]


def number(value):
    return float(value) if isinstance(value, (int, float)) and 0 <= value < 1e6 else 0.0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--task", default=HERE)
    parser.add_argument("--out", default="/out")
    chosen = parser.parse_args()
    sys.path.insert(0, chosen.task)
    os.environ.setdefault("MPLBACKEND", "agg")
    os.environ.setdefault("IPYTHONDIR", "/tmp/ipython")
    with open(os.path.join(chosen.task, "notebook.json"), encoding="utf-8") as stream:
        plan = json.load(stream)
    return Conductor(plan, chosen.task, chosen.out).run()


if __name__ == "__main__":
    sys.exit(main())
