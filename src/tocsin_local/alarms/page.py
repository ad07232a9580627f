"""One self-contained HTML page of a backtest: no script, nothing loaded, light or dark, from a phone's width up.

Lines and bands are inline SVG that stretches with the page; all text is HTML above it, so that it keeps its size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from tocsin_local.alarms import chart, telling
from tocsin_local.alarms.datapoints import Sample
from tocsin_local.alarms.history import History

COLUMNS, STRIP = 1200, 300
WIDTH, HEIGHT, BAND = 1000, 300, 10
LISTED = 200
FEW = 120  # datapoints that are worth a dot each
CLASSES = {"OK": "ok", "ALARM": "al", "INSUFFICIENT_DATA": "no"}
TALL = {"OK": 5, "ALARM": BAND, "INSUFFICIENT_DATA": 2}  # told by height too, not by colour alone

STYLE = """
:root{color-scheme:light dark;--page:#fff;--ink:#1d1c1d;--soft:#616061;--rule:#e4e4e6;--line:#1264a3;--al:#c9184a;
--ok:#2a9d6f;--no:#9a9a9f;--card:#f7f7f8}
@media(prefers-color-scheme:dark){:root{--page:#1a1d21;--ink:#e9e9ea;--soft:#a9abae;--rule:#34373c;--line:#5aa9e6;
--al:#ff5c7c;--ok:#4cc38a;--no:#77797d;--card:#222529}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1000px;margin:0 auto;padding:24px 16px 48px}
h1{font-size:22px;line-height:1.25;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:16px;margin:32px 0 8px}
p{margin:0;color:var(--soft);overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(128px,1fr));gap:8px;margin:20px 0}
dl div{background:var(--card);border-radius:8px;padding:8px 12px}
dt{color:var(--soft);font-size:13px}
dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums}
figure{margin:24px 0 0}
svg{display:block;width:100%;overflow:visible}
.plot{position:relative;height:280px;margin:0 8px 0 52px;border-bottom:1px solid var(--rule)}
.plot svg{position:absolute;height:100%}
.y,.x,.t{position:absolute;font-size:12px;color:var(--soft);white-space:nowrap;font-variant-numeric:tabular-nums}
.y{right:100%;margin-right:8px;transform:translateY(50%)}
.x{top:4px;transform:translateX(-50%)}
.t{right:0;color:var(--al);font-weight:600;background:var(--page);padding:0 4px;margin:3px 0;line-height:1.2}
.states{margin:6px 8px 0 52px}
.states svg{height:16px}
.times{position:relative;height:24px;margin:0 8px 0 52px}
path,line{fill:none;vector-effect:non-scaling-stroke}
.data{stroke:var(--line);stroke-width:1.4;stroke-linecap:round;stroke-linejoin:round}
.dots{stroke:var(--line);stroke-width:5;stroke-linecap:round}
.grid{stroke:var(--rule)}
.limit{stroke:var(--al);stroke-width:1.5;stroke-dasharray:6 4}
.al{fill:var(--al)}.ok{fill:var(--ok)}.no{fill:var(--no)}
rect.al{stroke:var(--al);stroke-width:.7;vector-effect:non-scaling-stroke}
.shade{fill:var(--al);opacity:.14}
.key{display:flex;flex-wrap:wrap;gap:4px 16px;margin:4px 8px 0 52px;font-size:13px;color:var(--soft)}
.key i{display:inline-block;width:14px;margin-right:6px;border-radius:2px;vertical-align:baseline}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:6px 8px;border-bottom:1px solid var(--rule);white-space:nowrap}
th{color:var(--soft);font-weight:500;font-size:13px}
th:first-child,td:first-child{text-align:left;padding-left:0}
td.strip{width:30%;min-width:120px}
td.strip svg{height:12px}
.own td{font-weight:600}
@media(max-width:560px){.x.odd{display:none}.plot{height:220px}}
"""


def page(history: History, tried: Sequence[History], samples: Sequence[Sample]) -> str:
    """The page for one alarm: summary, chart, variants (best first), episodes."""
    alarm, span = history.alarm, history.span
    head = f"{telling.condition(alarm)}, {telling.GAPS[alarm.treatment]}"
    parts = [
        f"<h1>{escape(alarm.name)}</h1><p>{escape(telling.metric(alarm))}</p><p>{escape(head)}</p>",
        f"<p>{telling.instant(span.start)} – {telling.instant(span.end)} UTC, {len(samples):,} samples</p>",
        f"<dl>{''.join(_tiles(history))}</dl>",
        f"<figure>{''.join(_figure(history, samples))}</figure>",
        *(_variants(history, tried) if tried else ()),
        *_episodes(history),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(alarm.name)}: backtest</title><style>{STYLE}</style></head>\n<body><main>\n"
        + "\n".join(parts)
        + "\n</main></body></html>\n"
    )


def _tiles(history: History) -> Iterator[str]:
    for word, told in telling.summary(history):
        yield f"<div><dt>{word}</dt><dd>{told}</dd></div>"


def _figure(history: History, samples: Sequence[Sample]) -> Iterator[str]:
    alarm, span = history.alarm, history.span
    lines = chart.runs(alarm, samples, span, COLUMNS)
    scale = chart.scale(alarm, lines)
    states = chart.bands(history, COLUMNS)
    yield f'<div class="plot">{_svg(HEIGHT, _drawing(history, lines, scale, states), "datapoints and threshold")}'
    for tick in scale.ticks:
        yield f'<span class="y" style="bottom:{100 * scale.part(tick):.2f}%">{telling.number(tick)}</span>'
    limit = scale.part(alarm.threshold)
    side = "top" if limit > 0.9 else "bottom"
    place = f"{side}:{100 * (1 - limit if side == 'top' else limit):.2f}%"
    yield f'<span class="t" style="{place}">{telling.exact(alarm.threshold)}</span></div>'
    yield f'<div class="states">{_svg(BAND, _bands(states), "states")}</div><div class="times">'
    for number, (at, label) in enumerate(chart.time_ticks(span)):
        left = 100 * (at - span.start) / max(span.length, 1)
        yield f'<span class="x{" odd" * (number % 2)}" style="left:{left:.2f}%">{label}</span>'
    yield '</div><div class="key">'
    for state, css in CLASSES.items():
        style = f"height:{TALL[state]}px;background:var(--{css})"
        yield f'<span><i style="{style}"></i>{state.replace("_", " ")}</span>'
    yield "</div>"


def _svg(height: int, shapes: Iterable[str], label: str) -> str:
    box = f'viewBox="0 0 {WIDTH} {height}" preserveAspectRatio="none" role="img" aria-label="{label}"'
    return f"<svg {box}>{''.join(shapes)}</svg>"


def _drawing(
    history: History, lines: list[list[chart.Point]], scale: chart.Scale, states: list[chart.Band]
) -> Iterator[str]:
    for band in states:
        if band.state == "ALARM":
            yield _rect("shade", band, 0, HEIGHT)
    for tick in scale.ticks:
        yield _level("grid", scale.part(tick))
    length = max(history.span.length, 1)
    dots = sum(map(len, lines)) <= FEW
    for line in lines:
        path: list[str] = []
        for point in line:
            across = WIDTH * (point.at - history.span.start) / length
            for value in dict.fromkeys((point.low, point.high)):
                path.append(f"{across:.1f} {HEIGHT * (1 - scale.part(value)):.1f}")
        yield f'<path class="data" d="M{"L".join(path)}"/>'
        if dots or len(path) == 1:
            yield f'<path class="dots" d="{"".join(f"M{place}h0" for place in path)}"/>'
    yield _level("limit", scale.part(history.alarm.threshold))


def _level(css: str, part: float) -> str:
    height = f"{HEIGHT * (1 - part):.1f}"
    return f'<line class="{css}" x1="0" x2="{WIDTH}" y1="{height}" y2="{height}"/>'


def _bands(states: Iterable[chart.Band]) -> Iterator[str]:
    for band in states:
        yield _rect(CLASSES[band.state], band, BAND - TALL[band.state], TALL[band.state])


def _rect(css: str, band: chart.Band, top: int, height: int) -> str:
    left, width = WIDTH * band.left, WIDTH * (band.right - band.left)
    return f'<rect class="{css}" x="{left:.1f}" y="{top}" width="{width:.1f}" height="{height}"/>'


def _variants(history: History, tried: Sequence[History]) -> Iterator[str]:
    yield '<h2>What if</h2><p>The fewest alarms first.</p><div class="scroll"><table><tr><th>condition</th>'
    yield "<th>alarms</th><th>minutes</th><th>of the time</th><th>longest</th><th></th></tr>"
    for one in tried:
        own = ' class="own"' if one is history else ""
        yield f"<tr{own}><td>{escape(telling.condition(one.alarm))}</td><td>{len(one.episodes):,}</td>"
        yield f"<td>{telling.minutes(one.time_in('ALARM'))}</td><td>{telling.percent(one.share_of('ALARM'))}</td>"
        yield f"<td>{telling.lasted(one.longest) if one.episodes else '–'}</td>"
        yield f'<td class="strip">{_svg(BAND, _bands(chart.bands(one, STRIP)), "states")}</td></tr>'
    yield "</table></div>"


def _episodes(history: History) -> Iterator[str]:
    episodes = history.episodes
    if not episodes:
        return
    yield '<h2>Episodes</h2><div class="scroll"><table><tr><th>from (UTC)</th><th>to</th><th>lasted</th></tr>'
    for episode in episodes[:LISTED]:
        ended = telling.instant(episode.end) if episode.over else "still in ALARM"
        started, length = telling.instant(episode.start), telling.lasted(episode.length)
        yield f"<tr><td>{started}</td><td>{ended}</td><td>{length}</td></tr>"
    yield "</table></div>"
    if len(episodes) > LISTED:
        yield f"<p>… and {len(episodes) - LISTED:,} more.</p>"
