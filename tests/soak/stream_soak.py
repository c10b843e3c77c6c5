#!/usr/bin/python3
"""stream_soak RECLOOP USERS DAYS KILLS [FOLDER]: a long job from the generator into a sandbox on disk, whole.

What the job has is counted first, from its own files. Then it is streamed; with KILLS, one of the two programs
is killed with -9 at so many random moments and started again: the job goes on from its cursor, the sandbox from
its database. In the end both sides must have counted every message once: the job's last words, Segment's Event
Delivery figures for each source, and the interactions that the events became. Memory of both is looked at every
second and must not grow in the second half of the run; it is printed either way. Exit 1 on any difference.
"""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

PLATFORMS = {"android": "android-prod", "web": "website-prod", "ios": "ios-prod", "email": "email-prod"}
KEYS = {"WEBSITE": "website-prod", "ANDROID": "android-prod", "IOS": "ios-prod", "EMAIL": "email-prod"}
FIRST_DAY = "2019-05-19"


def resident_mib(pid):
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except (OSError, IndexError):
        return 0.0


class Soak:
    def __init__(self, recloop, users, days, kills, folder):
        self.recloop, self.kills, self.folder = recloop, kills, folder
        last = time.strftime("%Y-%m-%d", time.gmtime(time.mktime((2019, 5, 19 + days - 1, 12, 0, 0, 0, 0, 0))))
        self.job = [FIRST_DAY, "--to", last, "--users", str(users), "--seed", "7"]
        self.chance = random.Random(os.environ.get("SOAK_SEED"))
        self.home = os.path.join(folder, "home")
        os.makedirs(self.home, exist_ok=True)
        self.environment = {"PATH": os.environ["PATH"], "HOME": self.home, "LC_ALL": "C.UTF-8"}
        self.port = None
        self.sandbox = self.stream = None
        self.memory = {"sandbox": [], "stream": []}
        self.is_over = False

    def count(self):
        """Lines of each platform's own file, and the products among the web's, without keeping them."""
        expected = {}
        for platform, source in PLATFORMS.items():
            command = [self.recloop, "stream", *self.job, "--platforms", platform, "--out", "-"]
            run = subprocess.Popen(command, stdout=subprocess.PIPE, env=self.environment)
            lines = items = 0
            for line in run.stdout:
                lines += 1
                items += platform == "web" and b'"sku":' in line
            assert run.wait() == 0, command
            expected[source] = lines
            if platform == "web":
                expected["interactions"] = items
        return expected

    def start_sandbox(self):
        listen = f"127.0.0.1:{self.port or 0}"
        command = [self.recloop, "sandbox", "--listen", listen, "--data", os.path.join(self.folder, "data"), "--json"]
        self.sandbox = subprocess.Popen(command, stdout=subprocess.PIPE, env=self.environment)
        told = json.loads(self.sandbox.stdout.readline())
        self.port = int(told["url"].rsplit(":", 1)[1])
        self.url = told["url"]
        keys = {f"SEGMENT_{name}_WRITE_KEY": told["write_keys"][source] for name, source in KEYS.items()}
        # a profile of a real cloud: its receiver stays where it is, and nobody starts another one
        self.cloud = dict(self.environment, RECLOOP_PROFILE="cloud", RECLOOP_TRACKING_URL=self.url, **keys)
        threading.Thread(target=self.sandbox.stdout.read, daemon=True).start()

    def start_stream(self):
        command = [self.recloop, "stream", *self.job, "--platforms", "android,web,ios,email", "--json"]
        self.stream = subprocess.Popen(
            command + ["--cursor", os.path.join(self.folder, "job.cursor")],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.cloud,
        )

    def ask(self, path):
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return json.load(answer)

    def watch_memory(self):
        while not self.is_over:
            for name in self.memory:
                program = getattr(self, name)
                if program and program.poll() is None:
                    self.memory[name].append((program.pid, resident_mib(program.pid)))
            time.sleep(1)

    def kill_one(self):
        if self.chance.random() < 0.5:
            self.sandbox.send_signal(signal.SIGKILL)
            self.sandbox.wait()
            self.start_sandbox()
            return "sandbox"
        self.stream.send_signal(signal.SIGKILL)
        return "stream"

    def follow(self, total):
        """Runs the job to its end; returns its last words and how often each side was killed."""
        moments = sorted(self.chance.randrange(total // 50, total) for _ in range(self.kills))
        killed = {"sandbox": 0, "stream": 0}
        while True:
            self.start_stream()
            last, last_done = {}, 0
            for line in self.stream.stdout:
                told = json.loads(line)
                if told["kind"] == "progress":
                    done = last_done = told["done"]
                    assert done <= total, told
                    if moments and done >= moments[0]:
                        moments.pop(0)
                        killed[self.kill_one()] += 1
                elif told["kind"] == "values":
                    last = told
            status = self.stream.wait()
            if status == 0:
                return dict(last, progress_done=last_done), killed
            if status != -signal.SIGKILL:
                sys.stderr.write(self.stream.stderr.read().decode())
                raise SystemExit(f"stream_soak: recloop stream ended with {status}: {last}")

    def settle(self):
        """Waits until every delivery has been made."""
        while self.ask("/_recloop/health")["pending_deliveries"]:
            time.sleep(1)

    def judge(self, expected, interactions_before, last):
        problems = []
        for source in PLATFORMS.values():
            figures = self.ask(f"/_recloop/event-delivery?source={source}&window=14d")
            steps = {step["step"]: step["count"] for step in figures["steps"]}
            found = steps["successfully_received"]
            print(f"source  {source}: {found} of {expected[source]}, repeats told apart {figures['duplicates']}")
            if found != expected[source]:
                problems.append(f"{source}: {found} instead of {expected[source]}")
        found = self.interactions() - interactions_before
        print(f"loop    {found} interactions of {expected['interactions']}")
        if found != expected["interactions"]:
            problems.append(f"interactions: {found} instead of {expected['interactions']}")
        total = sum(expected[source] for source in PLATFORMS.values())
        if not last.get("is_complete") or last["refused"] or last["progress_done"] != total:
            problems.append(f"the job counted {last}")
        return problems

    def interactions(self):
        return self.ask("/_recloop/health")["interactions"]

    def judge_memory(self):
        problems = []
        for name, samples in self.memory.items():
            pid = samples[-1][0]  # the last life alone
            life = [mib for number, mib in samples if number == pid]
            middle, end = life[len(life) // 2], life[-1]
            print(f"memory  {name}: {life[0]:.1f} MiB, {middle:.1f} in the middle, {end:.1f} at the end")
            # the sandbox's day of message ids, and what its recommender may hold, are stated bounds of its own
            if name == "stream" and end > middle * 1.05 + 4:
                problems.append(f"{name} grew from {middle:.1f} to {end:.1f} MiB")
        return problems

    def run(self):
        expected = self.count()
        total = sum(expected[source] for source in PLATFORMS.values())
        print(f"job     {' '.join(self.job)}: {total} messages, {expected['interactions']} with a product", flush=True)
        self.start_sandbox()
        before = self.interactions()
        watcher = threading.Thread(target=self.watch_memory)
        watcher.start()
        began = time.monotonic()
        try:
            last, killed = self.follow(total)
            seconds = time.monotonic() - began
            print(f"sent    {seconds:.0f} s, {total / seconds:.0f} messages/s; killed {killed}", flush=True)
            self.settle()
        finally:
            self.is_over = True
            watcher.join()
        problems = self.judge(expected, before, last) + self.judge_memory()
        self.sandbox.terminate()
        if self.sandbox.wait() != 0:
            problems.append("the sandbox did not end well")
        for problem in problems:
            print(f"stream_soak: {problem}")
        print("stream_soak: " + ("FAILED" if problems else "every message exactly once"))
        return 1 if problems else 0


def main():
    recloop, users, days, kills = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    folder = sys.argv[5] if len(sys.argv) > 5 else tempfile.mkdtemp(prefix="recloop-stream-soak-")
    soak = Soak(os.path.abspath(recloop), users, days, kills, folder)
    try:
        status = soak.run()
    finally:
        for program in (soak.sandbox, soak.stream):
            if program and program.poll() is None:
                program.kill()
    if len(sys.argv) <= 5 and status == 0:
        shutil.rmtree(folder)
    sys.exit(status)


if __name__ == "__main__":
    main()
