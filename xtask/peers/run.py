#!/usr/bin/env python3
"""Driver of the peer benchmark.  python3 run.py [SECTION...]   (micro ir allocs build e2e sys rtt big; no argument: all)
Environment: BIN (folder of the built binaries), POSTFIX (folder of an unpacked Postfix package with
usr/sbin/smtp-sink), NODE_DIR (folder with node_modules/nodemailer), PY (python with aiosmtplib), ROUNDS."""
import os, re, socket, statistics as st, subprocess as sp, sys, time, json, tempfile
HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.environ.get("BIN", os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(HERE, "target")), "release"))
PF = os.environ.get("POSTFIX", "")
NODE = os.environ.get("NODE_DIR", "")
PY = os.environ.get("PY", sys.executable)
ONLY = os.environ.get("ONLY", "")
ROUNDS = int(os.environ.get("ROUNDS", "3"))
TMP = os.environ.get("BENCH_TMP", tempfile.gettempdir())
ENV = dict(os.environ)
if NODE:
    ENV["NODE_PATH"] = os.path.join(NODE, "node_modules")
PFENV = dict(ENV, LD_LIBRARY_PATH=os.path.join(PF, "usr/lib/postfix") + ":" + os.path.join(PF, "usr/lib/x86_64-linux-gnu"))
S = os.path.join(HERE, "scripts")
_port = [23000 + os.getpid() % 1000]
def port():
    _port[0] += 1
    return _port[0]
class Srv:
    def __init__(self, argv, p, env=None, log=None):
        self.log = open(log or os.devnull, "w+")
        self.p = sp.Popen(argv, stdout=self.log, stderr=sp.STDOUT, env=env or ENV)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", p), 1).close(); break
            except OSError:
                time.sleep(0.05)
    def __enter__(self): return self
    def __exit__(self, *a):
        self.p.terminate(); self.p.wait()
def sink(p, *a, log=None):
    return Srv([BIN + "/sink", "--listen", "127.0.0.1:%d" % p, *a], p, log=log)
def sh(argv, env=None, t=300):
    try:
        r = sp.run(argv, stdout=sp.PIPE, stderr=sp.PIPE, text=True, env=env or ENV, timeout=t)
    except sp.TimeoutExpired:
        return None, "timeout"
    return (r.stdout if r.returncode == 0 else None), r.stderr
def client(peer, p, n, c, size=1024, rc=1, extra=()):
    if peer in ("smtplib", "aiosmtplib"):
        return [PY, S + "/%s_send.py" % peer, str(p), str(n), str(c), str(size), str(rc), *extra]
    if peer == "nodemailer":
        return ["node", S + "/nodemailer_send.js", str(p), str(n), str(c), str(size), str(rc), *extra]
    a = [BIN + "/client", peer.split("+")[0], "--port", str(p), "--n", str(n), "--conns", str(c), "--size", str(size), "--rcpts", str(rc), *extra]
    if "+w" in peer:
        a += ["--window", peer.split("+w")[1]]
    return a
PEERS1 = ["raw-bdat+w16", "raw-bdat", "raw-pipe", "raw-lockstep", "posthaste-raw", "posthaste-bdat", "posthaste-all", "lettre-conn", "lettre-pool", "lettre-tokio", "mail-send", "async-smtp", "smtplib", "aiosmtplib", "nodemailer"]
AWAY = set() if NODE else {"nodemailer"}
try:
    sp.run([PY, "-c", "import aiosmtplib"], check=True, stderr=sp.DEVNULL)
except sp.CalledProcessError:
    AWAY.add("aiosmtplib")
PEERS1 = [x for x in PEERS1 if x not in AWAY]
def timed_tool(argv, n, env=None):
    """Runs a tool that sends n messages itself; same figures from the kernel's accounting."""
    t = time.perf_counter()
    pr = sp.Popen(argv, stdout=sp.DEVNULL, stderr=sp.PIPE, env=env or ENV)
    _, status, ru = os.wait4(pr.pid, 0)
    s = time.perf_counter() - t
    pr.returncode = status
    if status:
        return None
    return [n / s, ru.ru_utime * 1e6 / n, ru.ru_stime * 1e6 / n, ru.ru_maxrss / 1024]
def curl_cfg(p, n):
    f = os.path.join(TMP, "curl-%d.cfg" % n); m = os.path.join(TMP, "curl-msg.eml")
    open(m, "w", newline="").write("From: <a@example.org>\r\nTo: <b@example.net>\r\nSubject: bench\r\n\r\n" + "the quick message delivery queue of mail is retried until accepted later\r\n" * 13)
    with open(f, "w") as o:
        for i in range(n):
            o.write(("next\n" if i else "") + 'url = "smtp://127.0.0.1:%d/bench"\nmail-from = "a@example.org"\nmail-rcpt = "b@example.net"\nupload-file = "%s"\nsilent\n' % (p, m))
    return f
def e2e():
    print("## loopback, 1 KiB messages, 1 recipient\nserver\tconns\tpeer\tmsgs/s median\tmsgs/s best\tuser us/msg\tsys us/msg\tcpu us/msg (min)\tpeak MiB\truns")
    n = int(os.environ.get("N", "10000"))
    for conns in (1, 8):
        servers = [("own sink", lambda p: sink(p, "--quiet"))]
        if PF:
            servers.append(("smtp-sink", lambda p: Srv([PF + "/usr/sbin/smtp-sink", "-u", "nobody", "-c", "127.0.0.1:%d" % p, "512"], p, env=PFENV)))
        for name, mk in servers:
            peers = [x for x in PEERS1 if name == "own sink" or x in ("raw-pipe", "raw-lockstep", "posthaste-raw", "lettre-conn", "mail-send", "nodemailer")]
            tools = []
            p = port()
            with mk(p):
                res = {}
                for r in range(ROUNDS):
                    for peer in peers:
                        k = n if peer.startswith(("raw", "posthaste", "lettre", "mail", "async")) else n // 5
                        # a stalling peer would take minutes: probe with few messages first
                        if r == 0:
                            t = time.time(); o, e = sh(client(peer, p, 80 * conns, conns), t=60)
                            res[peer] = []
                            res[peer + "/k"] = k if time.time() - t < 1.5 else 80 * conns
                        k = res[peer + "/k"]
                        o, e = sh(client(peer, p, k, conns), t=120)
                        if o:
                            f = o.strip().split("\t"); res[peer].append([float(x) for x in f[4:8]])
                        elif r == 0:
                            print("#", peer, "failed:", (e or "").strip().splitlines()[-1:])
                    if PF:
                        v = timed_tool([PF + "/usr/sbin/smtp-source", "-s", str(conns), "-m", str(n), "-l", "1024", "-f", "a@example.org", "-t", "b@example.net", "-d", "127.0.0.1:%d" % p], n, PFENV)
                        if v: res.setdefault("smtp-source", []).append(v)
                    if conns == 1:
                        k = 1000
                        v = timed_tool(["curl", "-s", "-K", curl_cfg(p, k)], k)
                        if v: res.setdefault("curl", []).append(v)
                for peer, v in res.items():
                    if peer.endswith("/k") or not v: continue
                    m = [st.median(x[i] for x in v) for i in range(4)]
                    print("%s\t%d\t%s\t%.0f\t%.0f\t%.1f\t%.1f\t%.1f\t%.1f\t%d x %s" % (name, conns, peer, m[0], max(x[0] for x in v), m[1], m[2], min(x[1] + x[2] for x in v), m[3], len(v), res.get(peer + "/k", "")))
                    sys.stdout.flush()
def syscalls():
    print("## system calls per message, one connection (difference of 600 and 100 messages)\npeer\tcalls/msg\tmain calls")
    def count(argv, env=None):
        f = os.path.join(TMP, "strace.out")
        sh(["strace", "-f", "-c", "-o", f, *argv], env=env, t=120)
        d = {}
        for l in open(f):
            w = l.split()
            if len(w) >= 5 and re.match(r"^[\d.]+$", w[0]) and w[-1] != "total":
                d[w[-1]] = int(w[3])
        return d
    p = port()
    with sink(p, "--quiet"):
        jobs = [(x, lambda n, x=x: (client(x, p, n, 1), None)) for x in PEERS1 if x != "raw-bdat+w16"]
        jobs.append(("curl", lambda n: (["curl", "-s", "-K", curl_cfg(p, n)], None)))
        if PF:
            jobs.append(("smtp-source", lambda n: ([PF + "/usr/sbin/smtp-source", "-s", "1", "-m", str(n), "-l", "1024", "-d", "127.0.0.1:%d" % p], PFENV)))
        for name, mk in jobs:
            a, b = count(*mk(100)), count(*mk(600))
            d = {k: (b.get(k, 0) - a.get(k, 0)) / 500 for k in b}
            top = sorted(d.items(), key=lambda x: -x[1])[:6]
            print("%s\t%.2f\t%s" % (name, sum(v for v in d.values() if v > 0), ", ".join("%s %.2f" % x for x in top if x[1] > 0.02)))
            sys.stdout.flush()
def rtt():
    ms = int(os.environ.get("MS", "50"))
    print("## %d ms each way (round trip %d ms); turns = server flushes before the end of each message" % (ms, 2 * ms))
    print("setting\tpeer\tturns at end of message 1,2,3\tms for message 1,2,3\tms/RTT 1,2\tquit turn")
    log = os.path.join(TMP, "sink.log")
    for label, tls, rc in (("STARTTLS+AUTH, 1 rcpt", True, 1), ("STARTTLS+AUTH, 50 rcpts", True, 50), ("plain, 1 rcpt", False, 1)):
        p, q = port(), port()
        ca = os.path.join(TMP, "sink-ca.pem"); args = ["--tls", "--auth", "--cert-out", ca] if tls else []
        with sink(p, *args, log=log), Srv([BIN + "/delayproxy", "--listen", "127.0.0.1:%d" % q, "--to", "127.0.0.1:%d" % p, "--ms", str(ms)], q):
            ex = (["--tls", "--auth", "--ca", ca] if tls else []) + ["--timing"]
            for peer in PEERS1[1:]:
                if peer == "async-smtp" and tls: continue
                o, e = sh(client(peer, q, 3, 1, 1024, rc, ex), t=120)
                if not o:
                    print("%s\t%s\tfailed %s" % (label, peer, (e or "").strip().splitlines()[-1:])); continue
                time.sleep(0.6)
                t = [float(x) for x in o.strip().split("\t")[-1].split(",")]
                j = [json.loads(l) for l in open(log) if l.startswith("{") and '"msgs":3' in l][-1]
                print("%s\t%s\t%s\t%s\t%s\t%s" % (label, peer, j["turns_at_msg_end"], ",".join("%.0f" % x for x in t[:3]), ",".join("%.2f" % (x / 2 / ms) for x in t[:2]), j["quit"]))
                sys.stdout.flush()
def bigfile():
    mib = int(os.environ.get("BIG_MIB", "1024"))
    f = os.path.join(TMP, "big.bin")
    if not os.path.exists(f) or os.path.getsize(f) != mib << 20:
        with open(f, "wb") as o:
            blk = os.urandom(1 << 20)
            for i in range(mib): o.write(i.to_bytes(8, "little") + blk[8:])
    print("## %d MiB file as one attachment, loopback\ntool\tseconds\tuser s\tsys s\tpeak MiB" % mib)
    p, q = port(), port()
    with sink(p, "--quiet"), sink(q, "--raw"):
        jobs = [("raw-file (cat)", [BIN + "/client", "raw-file", "--port", str(q), "--n", "1", "--file", f], None)]
        for x in ("raw-b64-bdat", "posthaste-file", "lettre-file", "mail-send-file"):
            jobs.append((x, [BIN + "/client", x, "--port", str(p), "--n", "1", "--file", f], None))
        jobs.append(("smtplib", client("smtplib", p, 1, 1, 1, 1, ["--file", f]), None))
        if NODE: jobs.append(("nodemailer", client("nodemailer", p, 1, 1, 1, 1, ["--file", f]), None))
        eml = os.path.join(TMP, "big.eml")
        if PF and os.path.exists(PF + "/usr/bin/msmtp"):
            if not os.path.exists(eml) or os.path.getsize(eml) < (mib << 20):
                import base64
                with open(f, "rb") as i, open(eml, "wb") as o:
                    o.write(b"From: <a@example.org>\nTo: <b@example.net>\nSubject: big\nMIME-Version: 1.0\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n")
                    while True:
                        b = i.read(57 * 20000)
                        if not b: break
                        o.write(base64.encodebytes(b))
            jobs.append(("msmtp (encoded beforehand)", ["sh", "-c", "exec %s/usr/bin/msmtp --file=/dev/null --host=127.0.0.1 --port=%d --from=a@example.org b@example.net < %s" % (PF, p, eml)], PFENV))
            jobs.append(("curl (encoded beforehand)", ["curl", "-s", "--crlf", "--mail-from", "a@example.org", "--mail-rcpt", "b@example.net", "-T", eml, "smtp://127.0.0.1:%d/bench" % p], None))
            jobs.append(("curl -F encoder=base64", ["curl", "-s", "--mail-from", "a@example.org", "--mail-rcpt", "b@example.net", "-H", "Subject: big", "-F", "=see attachment", "-F", "file=@%s;encoder=base64" % f, "smtp://127.0.0.1:%d/bench" % p], None))
            jobs.append(("swaks --attach", ["perl", PF + "/usr/bin/swaks", "--server", "127.0.0.1", "--port", str(p), "--from", "a@example.org", "--to", "b@example.net", "--ehlo", "bench", "--attach", "@" + f, "--silent", "3"], PFENV))
        for name, argv, env in jobs:
            if not name.startswith(ONLY): continue
            t = time.perf_counter()
            pr = sp.Popen(["timeout", "240", *argv], stdout=sp.DEVNULL, stderr=sp.PIPE, env=env or ENV)
            err = pr.stderr.read()
            _, status, ru = os.wait4(pr.pid, 0); pr.returncode = status
            print("%s\t%.2f\t%.2f\t%.2f\t%.0f\t%s" % (name, time.perf_counter() - t, ru.ru_utime, ru.ru_stime, ru.ru_maxrss / 1024, "" if status == 0 else "FAILED %s %s" % (status, err[-120:])))
            sys.stdout.flush()
IR = {
    "reply-250-ok": (20, "limit", "floor", "posthaste", "smtp-proto", "lettre", "async-smtp"),
    "reply-250-esc": (20, "limit", "floor", "posthaste", "smtp-proto", "lettre", "async-smtp"),
    "reply-ehlo12": (20, "limit", "floor", "posthaste-proto Parser", "smtp-proto ResponseReceiver", "lettre Response::", "async-smtp",
                     "posthaste-proto Capabilities", "smtp-proto EhloResponse", "lettre Response + "),
    "reply-ehlo12-byte-at-a-time": (20, "limit", "posthaste", "smtp-proto"),
    "reply-9000-lines": (5, "limit", "posthaste-proto Parser, limits", "posthaste-proto Parser, refused", "smtp-proto", "lettre"),
    "build-small-nonascii-subject": (400, "limit", "posthaste", "mail-builder", "lettre"),
    "build-alternative-20KB-chinese": (40, "limit", "posthaste", "mail-builder", "lettre"),
    "dotstuff-text-10MiB": (3, "limit", "memcpy", "memmem + span copies, blocks", "posthaste", "mail-send"),
    "dotstuff-base64-13MiB": (3, "limit", "memmem + span copies, blocks", "posthaste", "mail-send"),
    "dotstuff-text-with-dots-10MiB": (3, "limit", "memmem + span copies, blocks", "posthaste", "mail-send"),
}
def counted(tool, pattern):
    """Figure of a valgrind tool per operation, from the difference of two iteration counts: work, peer, figure."""
    def run(w, x, n):
        # "rep movsb" would be counted once an octet, which no processor does
        env = dict(ENV, GLIBC_TUNABLES="glibc.cpu.x86_rep_movsb_threshold=2147483647")
        _, e = sh(["valgrind", *tool, BIN + "/micro", "--ir", w, x, str(n)], env=env, t=600)
        return int(re.search(pattern, e).group(1).replace(",", "")), int(re.search(r"ops (\d+)", e).group(1))
    for w, (n, *peers) in IR.items():
        if not w.startswith(ONLY): continue
        for x in peers:
            (i1, o1), (i2, o2) = run(w, x, 1), run(w, x, n)
            yield w, x, (i2 - i1) / (o2 - o1)
def ir():
    print("## instructions per operation (callgrind, difference of two iteration counts)\nwork\tpeer\tinstructions/op\tratio to first")
    first = {}
    for w, x, n in counted(["--tool=callgrind", "--callgrind-out-file=/dev/null"], r"Collected : (\d+)"):
        print("%s\t%s\t%.1f\t%.2f" % (w, x, n, n / first.setdefault(w, n))); sys.stdout.flush()
def allocs():
    print("## allocations per operation (memcheck, difference of two iteration counts)\nwork\tpeer\tallocations/op")
    for w, x, n in counted(["--leak-check=no", "--undef-value-errors=no"], r"total heap usage: ([\d,]+) allocs"):
        print("%s\t%s\t%.4g" % (w, x, n)); sys.stdout.flush()
def build():
    print("## one message with a 100 MiB attachment, own process\npeer\tMiB\tseconds\tpeak\tover input\tout")
    for x in ("encodify", "posthaste-mime", "posthaste-mime-write", "mail-builder", "mail-builder-write", "lettre"):
        for _ in range(ROUNDS):
            o, e = sh([BIN + "/micro", "--build", x, "100"]); print((o or e).strip())
    for argv in ([PY, S + "/build_py.py", "100"], ["node", S + "/build_node.js", "100"]):
        if argv[0] == "node" and not NODE: continue
        o, e = sh(argv); print((o or e).strip())
def micro():
    o, e = sh([BIN + "/micro"], dict(ENV, ROUNDS=str(max(ROUNDS, 11))), 600); print(o or e)
    for argv in ([PY, S + "/build_py.py"], ["node", S + "/build_node.js"]):
        if argv[0] == "node" and not NODE: continue
        o, e = sh(argv); print((o or e).strip())
if __name__ == "__main__":
    sections = {"micro": micro, "ir": ir, "allocs": allocs, "build": build, "e2e": e2e, "sys": syscalls, "rtt": rtt, "big": bigfile}
    for x in sys.argv[1:] or sections:
        if x not in sections: sys.exit("sections: " + " ".join(sections))
    for x in sys.argv[1:] or sections:
        sections[x]()
