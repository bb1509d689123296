#!/usr/bin/env python3
# pab-grep, pab-glob and pab-ls beside the tools people use, on corpora that
# bench-search.sh makes: every row is run interleaved, forwards and backwards in turn, into
# a pipe, and the hits are compared. Prints medians of wall and CPU time (of the whole
# process), and the ratio to the faster ripgrep. With all rows, a table and a plot are left
# beside the corpora; with -r, only ripgrep is compared with.
# usage: bench-search.py BUILD_DIR CORPORA [-n RUNS] [-r] [ROW ...]
import hashlib, os, subprocess, sys, time

args = sys.argv[1:]
runs = 7
while '-n' in args:
    i = args.index('-n')
    runs = int(args[i + 1])
    del args[i:i + 2]
only_rg = '-r' in args
args = [a for a in args if a != '-r']
build, corpora, wanted = os.path.abspath(args[0]), os.path.abspath(args[1]), args[2:]
tests = os.path.dirname(os.path.abspath(sys.argv[0]))
os.chdir(corpora)
table = None if wanted else corpora + '.tsv'
if table and os.path.exists(table):
    os.remove(table)
for name in list(os.environ):
    if name.startswith('PAB_') or name.startswith('RIPGREP'):
        del os.environ[name]
os.environ['LC_ALL'] = 'C.UTF-8'

GREP, GLOB, LS = build + '/pab-grep', build + '/pab-glob', build + '/pab-ls'
RG15 = 'rg15/node_modules/@vscode/ripgrep-linux-x64/bin/rg'
ALT5 = 'kmalloc_array|pm_suspend|copy_from_user|cgroup_path|skb_clone'
WORDS = 'pci_read_config_dword'


def search(goal, what, flags, pattern, dir='linux', more=(), against='rg', same=True):
    """One row: the same search by every tool. flags are those all greps share."""
    row = [('pab', [GREP, '-uu', '--no-limit', *flags, '-e', pattern, dir])]
    pcre = ['-P'] if against == 'rg -P' else []
    for name, rg in (('rg15', RG15), ('rg13', '/usr/bin/rg')):
        row.append((name, [rg, '-j2', '-uu', '-n', '-H', *pcre, *flags, '-e', pattern, dir]))
    row += [(n, [*argv, *flags, '-e', pattern, dir]) for n, argv in more]
    return what, goal, row, same


def listing(goal, what, pab, dir, *others):
    return what, goal, [('pab', pab), *others], True


grep = ('grep', ['grep', '-rnIH'])
grep_e = ('grep', ['grep', '-rnIHE'])
git = ('git', ['git', 'grep', '--no-index', '--threads=2', '-nI'])
git_e = ('git', ['git', 'grep', '--no-index', '--threads=2', '-nIE'])


def files(dir, *ignore):
    """The tools that list every file."""
    both = [('rg15', [RG15, '--files', '-j2', *ignore, dir]),
            ('rg13', ['/usr/bin/rg', '--files', '-j2', *ignore, dir]),
            ('fd', ['fdfind', '-j2', *(['-HI'] if ignore else ['-H', '--no-require-git']),
                    '-t', 'f', '.', dir])]
    if ignore:
        both += [('bfs', ['bfs', dir, '-type', 'f']), ('find', ['find', dir, '-type', 'f'])]
    return both


def floor(goal, what, dir, pab, mode, rg):
    """Beside what only opens, reads and lists; ripgrep shows how much of it that is."""
    return what, goal, [('pab', pab + [dir]), ('floor', [build + '/floor', *mode, dir]),
                        ('rg15', [RG15, '-j2', *rg, dir]),
                        ('rg13', ['/usr/bin/rg', '-j2', *rg, dir])], True


def glob(dir, ext):
    return [('rg15', [RG15, '--files', '-j2', '-uu', '-g', '*.' + ext, dir]),
            ('rg13', ['/usr/bin/rg', '--files', '-j2', '-uu', '-g', '*.' + ext, dir]),
            ('fd', ['fdfind', '-j2', '-HI', '-t', 'f', '-e', ext, '.', dir]),
            ('bfs', ['bfs', dir, '-type', 'f', '-name', '*.' + ext]),
            ('find', ['find', dir, '-type', 'f', '-name', '*.' + ext])]


GLOB_ALL = [GLOB, '-uu', '--no-limit', '--kind', 'f']
ROWS = [
    search(0.65, 'literal absent', ['-F'], 'zqxjkvbpw_absent', more=[grep, git]),
    search(0.65, 'literal rare', ['-F'], 'cgroup_kill_write', more=[grep, git]),
    search(0.65, 'literal medium', ['-F'], WORDS, more=[grep, git]),
    search(0.60, 'a million hits', ['-F'], 'return', more=[grep, git]),
    search(0.65, '-i literal', ['-i'], 'pm_resume', more=[grep, git]),
    search(0.65, '[A-Z]+_SUSPEND', [], r'\b[A-Z]+_SUSPEND\b', more=[grep_e]),
    search(0.65, 'EXPORT_SYMBOL', [], r'EXPORT_SYMBOL(_GPL)?\(', more=[grep_e]),
    search(0.65, 'five literals', [], ALT5, more=[grep_e, git_e]),
    search(0.40, 'no literal', [], '[A-Za-z]{20,}_[0-9]+', more=[grep_e]),
    search(0.30, 'Greek', [], r'\p{Greek}'),
    search(0.35, 'back reference', [], r'\b(\w{4,}) \1\b', against='rg -P', same=False),
    search(0.65, '-l', ['-l', '-F'], 'kmalloc', more=[('grep', ['grep', '-rI']),
           ('git', ['git', 'grep', '--no-index', '--threads=2', '-I'])]),
    search(0.50, '-c', ['-c', '-F'], 'return'),
    search(0.65, 'nm: absent', ['-F'], 'zqxjkvbpw_absent', 'nm', more=[grep]),
    search(0.60, 'nm: function', ['-F'], 'function', 'nm'),
    search(0.65, 'nm: -i', ['-i'], 'usestate', 'nm'),
    search(0.80, 'big: absent', ['-F'], 'zqxjkvbpw_absent', 'big.txt', more=[grep]),
    search(0.80, 'big: rare', ['-F'], 'cgroup_kill_write', 'big.txt', more=[grep]),
    search(0.80, 'big: return', ['-F'], 'return', 'big.txt', more=[grep]),
    search(0.80, 'big: -i', ['-i'], 'pm_resume', 'big.txt'),
    search(0.80, 'big: five literals', [], ALT5, 'big.txt'),
    search(0.80, 'big: no literal', [], '[A-Za-z]{20,}_[0-9]+', 'big.txt'),
    search(0.90, 'small: 20 files', ['-F'], 'kmalloc', 'small', more=[grep, git]),
    listing(0.50, 'list all', GLOB_ALL + ['*', 'linux'], 'linux', *files('linux', '-uu')),
    listing(0.50, 'nm: list all', GLOB_ALL + ['*', 'nm'], 'nm', *files('nm', '-uu')),
    listing(0.50, 'glob *.c', GLOB_ALL + ['*.c', 'linux'], 'linux', *glob('linux', 'c')),
    listing(0.50, 'nm: glob *.ts', GLOB_ALL + ['*.ts', 'nm'], 'nm', *glob('nm', 'ts')),
    listing(0.50, 'list, ignore rules', [GLOB, '--no-limit', '-.', '--kind', 'f', '*', 'linux'],
            'linux', ('rg15', [RG15, '--files', '-j2', '-.', '--no-require-git', 'linux']),
            ('rg13', ['/usr/bin/rg', '--files', '-j2', '-.', '--no-require-git', 'linux'])),
    listing(0.50, 'ls -R', [LS, '-R', '-0', '--kind', 'f', 'linux'], 'linux',
            *files('linux', '-uu')),
    floor(1.15, 'floor', 'linux', [GREP, '-uu', '-F', '-e', 'zqxjkvbpw_absent'], [],
          ['-uu', '-F', '-e', 'zqxjkvbpw_absent']),
    floor(None, 'list floor', 'linux', GLOB_ALL + ['*'], ['-l'], ['--files', '-uu']),
    floor(None, 'nm: list floor', 'nm', GLOB_ALL + ['*'], ['-l'], ['--files', '-uu']),
]


def run(argv, sink):
    """Returns wall and CPU seconds of the process."""
    start = time.monotonic()
    pid = os.posix_spawnp(argv[0], argv, os.environ, file_actions=[
        (os.POSIX_SPAWN_OPEN, 0, '/dev/null', os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, sink, 1),
        (os.POSIX_SPAWN_OPEN, 2, '/dev/null', os.O_WRONLY, 0)])
    _, status, use = os.wait4(pid, 0)
    return time.monotonic() - start, use.ru_utime + use.ru_stime


def hits(argv):
    """What was printed, without an order: a number of lines and a hash."""
    text = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout.replace(b'\0', b'\n')
    lines = sorted(line.rstrip(b'\r') for line in text.split(b'\n') if line)
    return len(lines), hashlib.md5(b'\n'.join(lines)).hexdigest()


def median(values):
    return sorted(values)[len(values) // 2]


def measure(what, goal, row, same):
    if only_rg:
        row = [t for t in row if t[0] in ('pab', 'rg15', 'rg13', 'floor')]
    row = [(n, argv) for n, argv in row if subprocess.run(
        ['sh', '-c', 'command -v ' + argv[0]], stdout=subprocess.DEVNULL).returncode == 0]
    found = {name: hits(argv) for name, argv in row if name != 'floor'}
    times = {name: [] for name, _ in row}
    cat = subprocess.Popen(['sh', '-c', 'cat >/dev/null'], stdin=subprocess.PIPE)
    for i in range(runs):
        for name, argv in row if i % 2 else reversed(row):
            times[name].append(run(argv, cat.stdin.fileno()))
    cat.stdin.close()
    cat.wait()
    wall = {n: median([t[0] for t in v]) for n, v in times.items()}
    cpu = {n: median([t[1] for t in v]) for n, v in times.items()}
    rgs = ['floor'] if 'floor' in wall else [n for n in wall if n.startswith('rg')]
    best = min(rgs, key=lambda n: wall[n])
    ratio, of_cpu = wall['pab'] / wall[best], cpu['pab'] / cpu[min(rgs, key=lambda n: cpu[n])]
    equal = all(found[n] == found['pab'] for n in found if n.startswith('rg'))
    hit = 'hits equal' if equal else ' '.join('%s:%d' % (n, found[n][0]) for n in found)
    aim = 'no goal' if goal is None else 'goal %.2f %s' % (
        goal, 'met' if ratio <= goal else 'MISSED')
    print('%-20s %5.2f %-5s %-16s cpu %4.2f  %s  [%s]' % (
        what, ratio, 'of ' + best if best == 'floor' else best, aim, of_cpu, ' '.join(
            '%s %.0f/%.0f' % (n, 1000 * wall[n], 1000 * cpu[n]) for n, _ in row), hit),
        flush=True)
    if table:
        with open(table, 'a') as f:
            for n, _ in row:
                f.write('%s\t%s\t%.2f\t%.6f\t%.6f\n' % (
                    what, n, goal or 0, wall[n], cpu[n]))
    return equal or not same


print('%d runs, interleaved, into a pipe; %d processors; ms wall/CPU; ratio to the faster rg' % (
    runs, len(os.sched_getaffinity(0))))
bad = [row[0] for row in ROWS if (not wanted or row[0] in wanted) and not measure(*row)]
if table:
    with open(corpora + '.svg', 'w') as f:
        subprocess.check_call([tests + '/bench-plot.py', table], stdout=f)
if bad:
    print('hits differ: ' + ', '.join(bad))
sys.exit(bool(bad))
