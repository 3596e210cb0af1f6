#!/usr/bin/env python3
"""Looks at the HTML reports in a real browser: `make test-report` runs it.

    pip install onnx
    python3 Tests/Browser/check_pages.py BNFOLD CHROMIUM FOLDER [CORPUS]

Makes reports of the samples, of the corpus model that has the most nodes, of a chain of 1,000
layers and of two models that differ, opens each at the width of a desk and of a telephone, and
checks: nothing in the console, no request to a network, no sideways scrolling of the page, no text
of a chart over another, columns sort both ways and back, filters filter, every control has a name.
Screenshots go to FOLDER. Prints a line for each problem and exits 1.
"""
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from devtools import Browser  # noqa: E402

bnfold, chromium, out = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
corpus = pathlib.Path(sys.argv[4]) if len(sys.argv) > 4 else None
samples = pathlib.Path(__file__).resolve().parents[2] / "samples"
out.mkdir(parents=True, exist_ok=True)
problems = []

CHECKS = """
(() => {
  const found = [];
  // What the browser puts off until it is near is looked at all the same.
  document.head.insertAdjacentHTML('beforeend', '<style>.long{content-visibility:visible}</style>');
  const page = document.documentElement;
  if (page.scrollWidth > innerWidth + 1) found.push(`wider than its window: ${page.scrollWidth}`);
  const shape = document.querySelector('[data-tip]');
  shape?.dispatchEvent(new Event('pointerover', {bubbles: true}));
  if (shape && shape.querySelector('title')?.textContent !== shape.dataset.tip)
    found.push('pointing at a shape says nothing');
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  for (const id of ids.filter((id, i) => ids.indexOf(id) !== i)) found.push(`id ${id} twice`);
  for (const link of document.querySelectorAll('a[href^="#"]'))
    if (!document.getElementById(link.hash.slice(1))) found.push(`link ${link.hash} goes nowhere`);
  for (const svg of document.querySelectorAll('svg[role=img]')) {
    if (!svg.getAttribute('aria-label')) found.push('a chart without a description');
    if (svg.closest('details:not([open])')) continue;
    const texts = [...svg.querySelectorAll('text')].map(t => [t, t.getBoundingClientRect()]);
    const frame = svg.getBoundingClientRect();
    texts.forEach(([a, p], i) => {
      if (p.left < frame.left - 2 || p.right > frame.right + 2)
        found.push(`"${a.textContent}" leaves its chart`);
      for (const [b, q] of texts.slice(i + 1))
        if (p.left < q.right - 1 && q.left < p.right - 1 && p.top < q.bottom - 2 && q.top < p.bottom - 2)
          found.push(`"${a.textContent}" lies over "${b.textContent}"`);
    });
  }
  for (const control of document.querySelectorAll('button, input, a'))
    if (!control.textContent.trim() && !control.labels?.length)
      found.push(`a ${control.localName} without a name`);
  const cells = [...document.querySelectorAll('.card, .tile, section')];
  for (const cell of cells)
    if (cell.scrollWidth > cell.clientWidth + 2) found.push(`${cell.className || cell.id} is too narrow`);
  for (const box of document.querySelectorAll('div.rows')) {
    const rows = () => [...box.querySelectorAll('tbody tr')];
    const first = rows().map(r => r.textContent).join('|');
    box.querySelectorAll('thead button').forEach((button, column) => {
      const head = button.closest('th'), numeric = head.classList.contains('n');
      const values = () => rows().map(r => r.cells[column])
        .map(c => numeric ? (c.dataset.n ? Number(c.dataset.n) : null) : c.textContent)
        .filter(v => v !== null);
      for (let turn = 0; turn < 2; turn += 1) {
        button.click();
        const down = head.getAttribute('aria-sort') === 'descending';
        const v = values();
        const sorted = v.every((x, i) => i === 0 || (numeric
          ? (down ? v[i - 1] >= x : v[i - 1] <= x)
          : (down ? 1 : -1) * v[i - 1].localeCompare(x, 'en', {numeric: true}) >= 0));
        if (!sorted) found.push(`${box.querySelector('caption').textContent}: ${button.textContent} does not sort`);
      }
      button.click();
      if (head.hasAttribute('aria-sort') || rows().map(r => r.textContent).join('|') !== first)
        found.push(`${button.textContent}: the third click does not restore the order`);
    });
    const input = box.querySelector('input'), name = rows()[0].cells[0].textContent;
    input.value = name;
    input.dispatchEvent(new Event('input'));
    const left = rows().filter(r => !r.hidden);
    if (!left.length || !left.every(r => r.textContent.toLowerCase().includes(name.toLowerCase().split(/\\s+/)[0])))
      found.push(`filter "${name}" leaves ${left.length} rows`);
    input.value = '';
    input.dispatchEvent(new Event('input'));
    if (rows().some(r => r.hidden)) found.push('an empty filter hides rows');
  }
  return [...new Set(found)];
})()
"""


def make(name, *arguments, status=0):
    """Runs bnfold with --html; the page's path."""
    path = out / f"{name}.html"
    run = subprocess.run(
        [bnfold, *map(str, arguments), "--html", str(path)], capture_output=True, text=True)
    if run.returncode != status or not path.exists():
        problems.append(f"{name}: exit {run.returncode}: {run.stderr.strip()}")
    return path


def chain(path, layers):
    """A model of so many layers, half of them convolutions, half batch normalizations."""
    import onnx
    from onnx import TensorProto, helper
    nodes, stored, value = [], [], "x"
    for i in range(layers // 2):
        parts = {"w": [8, 8, 1, 1], "g": [8], "b": [8], "m": [8], "v": [8]}
        for j, (key, dims) in enumerate(parts.items()):
            size = 64 if key == "w" else 8
            numbers = [((i + 3 * k + 7 * j) % 19 + 1) / 40 for k in range(size)]
            stored.append(helper.make_tensor(f"{key}{i}", TensorProto.FLOAT, dims, numbers))
        nodes.append(helper.make_node("Conv", [value, f"w{i}"], [f"c{i}"], f"block{i}/conv"))
        value = f"y{i}" if i < layers // 2 - 1 else "y"
        nodes.append(helper.make_node(
            "BatchNormalization", [f"c{i}", f"g{i}", f"b{i}", f"m{i}", f"v{i}"], [value],
            f"block{i}/<bn>&\"'{i}"))
    kind = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 8, 4, 4])
    graph = helper.make_graph(nodes, "chain", [kind("x")], [kind("y")], stored)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


began = time.monotonic()
cnn, kept = samples / "cnn.onnx", samples / "residual-kept.onnx"
folded = out / "folded.onnx"
pages = [
    make("sample-fold", "fold", cnn, "-o", folded),
    make("sample-verify", "verify", cnn, folded),
    make("sample-stats", "stats", cnn, "--input", samples / "cnn.in.npz"),
    make("sample-inspect", "inspect", kept),
    make("kept-fold", "fold", kept, "-o", folded),
    make("branches-fold", "fold", samples / "branches.onnx", "-o", folded),
    make("differing-verify", "verify", cnn, samples / "ir3.onnx", status=1),
]
long = out / "chain.onnx"
chain(long, 1000)
pages.append(make("chain-fold", "fold", long, "-o", folded, "--no-verify"))
if corpus and corpus.is_dir():
    def nodes(path):
        import onnx
        return len(onnx.load(path, load_external_data=False).graph.node)
    dense = max(corpus.glob("*.onnx"), key=nodes)
    print(f"densest model of the corpus: {dense.name}")
    pages += [
        make("dense-fold", "fold", dense, "-o", folded),
        make("dense-stats", "stats", dense, "--input", dense.with_suffix(".in.npz")),
        make("dense-inspect", "inspect", dense),
    ]
for path in (folded, long):
    path.unlink(missing_ok=True)
print(f"{len(pages)} pages made in {time.monotonic() - began:.1f} s")

browser = Browser(chromium)
try:
    for page in (path for path in pages if path.exists()):
        views = [("desk", 1280, 900, False), ("phone", 390, 844, False)]
        if page.stem in ("sample-fold", "dense-fold", "dense-stats"):
            views.append(("dark", 1280, 900, True))
        for name, width, height, dark in views:
            seconds = browser.open(page, width, height, dark)
            found = browser.evaluate(CHECKS)
            found += browser.complaints()
            problems += [f"{page.stem}, {name}: {text}" for text in found]
            browser.screenshot(out / f"{page.stem}-{name}.png")
            if name == "desk":
                size = page.stat().st_size / 1000
                print(f"{page.stem}: {size:.0f} kB, open after {seconds:.2f} s")
finally:
    browser.close()
for problem in problems[:60]:
    print(f"PROBLEM {problem}")
print(f"{len(pages)} pages in {time.monotonic() - began:.1f} s, {len(problems)} problems; "
      f"screenshots in {out}")
sys.exit(1 if problems else 0)
