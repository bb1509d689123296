#!/usr/bin/env python3
# Draws the table that bench-search.py leaves: for each row the time of pab as a part of that of
# the faster ripgrep, and the goal; grey is what the system alone takes to open, read and list.
# usage: bench-plot.py TABLE.tsv >plot.svg
import sys

rows = {}
for line in open(sys.argv[1]):
    what, tool, goal, wall, _ = line.rstrip('\n').split('\t')
    rows.setdefault(what, {'goal': float(goal)})[tool] = float(wall)
rows = {w: (r.get('floor', r['pab']) / min(t for n, t in r.items() if n[:2] == 'rg'),
            None if 'floor' in r else r['goal'])
        for w, r in rows.items() if any(n[:2] == 'rg' for n in r)}
left, width, step = 150, 400, 16
height = step * len(rows) + 40
x = lambda ratio: left + width * min(ratio, 1.5) / 1.5
out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
       'font-family="sans-serif" font-size="11">' % (left + width + 50, height),
       '<rect width="100%" height="100%" fill="white"/>']
for i, (what, (ratio, goal)) in enumerate(rows.items()):
    y = 8 + i * step
    out.append('<text x="%d" y="%d" text-anchor="end">%s</text>' % (
        left - 6, y + 10, what.replace('&', '&amp;').replace('<', '&lt;')))
    out.append('<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>' % (
        left, y, x(ratio) - left, step - 4,
        '#aaa' if not goal else '#3a7' if ratio <= goal else '#c83'))
    if goal:
        out.append('<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#333"/>' % (
            x(goal), y - 1, x(goal), y + step - 3))
    out.append('<text x="%.1f" y="%d">%.2f</text>' % (x(ratio) + 4, y + 10, ratio))
out.append('<line x1="%.1f" y1="4" x2="%.1f" y2="%d" stroke="#c00" stroke-dasharray="3"/>' % (
    x(1), x(1), height - 28))
out.append('<text x="%.1f" y="%d" text-anchor="middle">time, the faster ripgrep is 1</text>' % (
    x(1), height - 14))
out.append('</svg>')
print('\n'.join(out))
