// The live page: hears what changed, asks for it, and puts it where it belongs. Without it the page still reads.
"use strict";

const body = document.body;
const rows = document.getElementById("rows");
const channel = document.getElementById("channel");
const say = (key) => document.querySelector(`[data-say="${key}"]`)?.dataset.text ?? "";
const MOST = 120; // messages that stay in the page: older ones are a click away
const CHARTS = 5000; // ms between two looks at the charts that are seen
document.documentElement.classList.add("scripted");

// Times in the reader's own zone, in Slack's own formats: docs.slack.dev/messaging/formatting-message-text#date-formatting

const language = document.documentElement.lang || "en";
const inWords = (options) => new Intl.DateTimeFormat(language, options);
const FORMATS = {
  time: inWords({ hour: "numeric", minute: "2-digit" }),
  time_secs: inWords({ hour: "numeric", minute: "2-digit", second: "2-digit" }),
  date: inWords({ year: "numeric", month: "long", day: "numeric" }),
  date_short: inWords({ year: "numeric", month: "short", day: "numeric" }),
  date_long: inWords({ year: "numeric", month: "long", day: "numeric", weekday: "long" }),
  moment: inWords({ month: "short", day: "numeric", hour: "numeric", minute: "2-digit", second: "2-digit" }),
};
const near = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

function dated(at, token) {
  if (token === "date_num") return new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
  const plain = token.replace("_pretty", "");
  if (token !== plain) {
    const days = Math.round((new Date(at).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / 86400000);
    if (Math.abs(days) <= 1) return near.format(days, "day");
  }
  return FORMATS[plain] ? FORMATS[plain].format(at) : `{${token}}`;
}

const moment = (ms) => `${dated(new Date(ms), "date_short_pretty")} ${FORMATS.time.format(new Date(ms))}`;

function localise(within) {
  for (const time of within.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    time.title = at.toLocaleString(language, { dateStyle: "full", timeStyle: "long" });
    const form = time.dataset.dateFormat ?? (time.dataset.form ? `{${time.dataset.form}}` : "");
    const text = form.replace(/\{(\w+)\}/g, (_, token) => dated(at, token));
    if (text) time.textContent = text;
  }
  for (const message of within.querySelectorAll(".sk-message[data-ts]")) {
    const time = message.querySelector(".sk-time");
    const at = new Date(Number(message.dataset.ts) * 1000);
    if (time && message.dataset.ts) time.textContent = FORMATS.time.format(at);
  }
  for (const thread of within.querySelectorAll(".sk-thread")) {
    const last = [...thread.querySelectorAll(".sk-message[data-ts]")].pop();
    const told = thread.querySelector(".sk-last");
    if (last && told) told.textContent = say("last_reply").replace("{at}", moment(Number(last.dataset.ts) * 1000));
  }
  for (const tick of within.querySelectorAll("text[data-ms]")) {
    tick.textContent = dated(new Date(Number(tick.dataset.ms)), tick.dataset.form);
  }
}

// Asking and putting

function made(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  localise(holder.content);
  return holder.content;
}

async function part(path) {
  const answer = await fetch(path, { headers: { Accept: "text/html" } });
  count(answer.headers.get("X-Messages"));
  return answer.status === 200 ? made(await answer.text()) : null;
}

const about = (extra) => {
  const asked = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(extra)) asked.set(name, value);
  return asked.toString();
};
const isFiltered = () => ["q", "kind", "colour", "only", "before"].some((name) => new URLSearchParams(location.search).get(name));

/** Put a new version in place without closing what the reader has opened. */
function replaced(old, fresh) {
  const opened = [...old.querySelectorAll("details")].map((one) => one.open);
  const why = old.querySelector(":scope > .why");
  const details = [...fresh.querySelectorAll("details")];
  if (details.length === opened.length || !why) details.forEach((one, place) => { one.open = opened[place] ?? one.open; });
  if (old.classList.contains("current")) fresh.classList.add("current");
  const focused = old === document.activeElement;
  old.replaceWith(fresh);
  if (focused) fresh.focus({ preventScroll: true });
  if (why) open(fresh, true);
}

function nothingToSay() {
  for (const empty of rows.querySelectorAll(":scope > .nothing")) empty.remove();
}

async function messageChanged(ts) {
  const found = await part(`/message/${ts}?${about({ part: "row" })}`);
  const old = document.getElementById(`row-${ts}`);
  const fresh = found?.querySelector(".row");
  if (!fresh) {
    old?.remove(); // it is no longer what is asked for
    return;
  }
  if (old) {
    replaced(old, fresh);
    return;
  }
  const after = [...rows.querySelectorAll(":scope > .row")].find((one) => one.dataset.ts < ts);
  const isOld = !after && rows.querySelector(":scope > .older");
  if (isOld) return;
  nothingToSay();
  fresh.classList.add("arrived");
  const away = window.scrollY > 200 && (after ?? null) === rows.querySelector(":scope > .row");
  const height = document.documentElement.scrollHeight;
  rows.insertBefore(fresh, after ?? rows.querySelector(":scope > .older"));
  if (away) {
    window.scrollBy(0, document.documentElement.scrollHeight - height);
    channel.querySelector(".fresh").hidden = false;
  }
  prune();
}

function count(now) {
  const shown = document.querySelector("[data-count]");
  if (!shown || !now) return;
  shown.textContent = shown.textContent.replace(shown.dataset.count, now);
  shown.dataset.count = now;
}

/** What stands far down goes, and is asked for again when the reader gets there. */
function prune() {
  const all = rows.querySelectorAll(":scope > .row");
  if (all.length <= MOST || window.scrollY > 2000) return;
  for (const row of [...all].slice(MOST)) row.remove();
  let older = rows.querySelector(":scope > .older");
  if (!older) {
    older = document.createElement("a");
    older.className = "older";
    older.textContent = say("older");
    rows.append(older);
  }
  older.dataset.before = all[MOST - 1].dataset.ts;
  older.href = `/?${about({ before: older.dataset.before })}`;
}

async function allRows() {
  const found = await part(`/rows?${about({})}`);
  if (found) rows.replaceChildren(found);
}

async function alarmChanged(name) {
  const card = [...document.querySelectorAll(".alarm[data-name]")].find((one) => one.dataset.name === name);
  if (!card) return;
  const found = await part(`/alarm?name=${encodeURIComponent(name)}&part=card`);
  const fresh = found?.querySelector(".alarm");
  if (!fresh) return;
  fresh.open = card.open;
  fresh.hidden = card.hidden;
  for (const more of card.querySelectorAll("details[data-part]")) {
    const same = fresh.querySelector(`details[data-part="${more.dataset.part}"]`);
    if (same) same.open = more.open;
  }
  card.replaceWith(fresh);
  watch(fresh);
}

async function entryCame(n) {
  const came = document.getElementById("came");
  const found = came && (await part(`/event/${n}?part=entry`));
  const fresh = found?.querySelector(".entry");
  if (!fresh) return;
  const old = came.querySelector(`:scope > [data-n="${n}"]`);
  if (old) {
    replaced(old, fresh);
    return;
  }
  came.querySelector(".nothing")?.remove();
  came.prepend(found);
  for (const old of [...came.querySelectorAll(":scope > .entry")].slice(60)) old.remove();
}

// News

let working = Promise.resolve();

function take(news) {
  const messages = news.filter(([sort]) => sort === "message").map(([, key]) => key);
  const jobs = messages.length > 15 ? [allRows] : messages.map((ts) => () => messageChanged(ts));
  for (const [sort, key] of news) {
    if (sort === "alarm") jobs.push(() => alarmChanged(key));
  }
  for (const [, key] of news.filter(([sort]) => sort === "entry").slice(-30)) jobs.push(() => entryCame(key));
  for (const job of jobs) working = working.then(job).catch(() => undefined);
}

async function catchUp() {
  await allRows();
  const states = await (await fetch("/alarms")).json();
  for (const card of document.querySelectorAll(".alarm[data-name]")) {
    if (states[card.dataset.name] !== card.dataset.state) await alarmChanged(card.dataset.name);
  }
}

function listen() {
  const pulse = document.querySelector(".pulse");
  const source = new EventSource(`/live?since=${body.dataset.rev}`);
  const shown = (state, text) => {
    pulse.className = `pulse ${state}`;
    pulse.textContent = text;
  };
  source.onopen = () => shown("live", say("live"));
  source.onerror = () => {
    shown("lost", say("lost"));
    // A server that was away answers with an error for a moment, after which a browser does not try again by itself.
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  };
  source.addEventListener("news", (event) => {
    body.dataset.rev = event.lastEventId;
    take(JSON.parse(event.data));
  });
  source.addEventListener("resync", (event) => {
    body.dataset.rev = event.lastEventId;
    working = working.then(catchUp).catch(() => undefined);
  });
}

document.querySelector(".sieve")?.addEventListener("input", (event) => {
  const wanted = event.target.value.trim().toLowerCase();
  for (const card of document.querySelectorAll(".alarm[data-name]")) {
    card.hidden = !`${card.dataset.name} ${card.dataset.state}`.toLowerCase().includes(wanted);
  }
});

// Charts: only those that are seen are asked for

const seen = new Set();
const eyes = new IntersectionObserver((changes) => {
  for (const { target, isIntersecting } of changes) {
    if (isIntersecting) seen.add(target);
    else seen.delete(target);
  }
});

function watch(card) {
  eyes.observe(card);
}

async function drawCharts() {
  const open = [...seen].filter((card) => card.isConnected && card.open && card.querySelector(".plot"));
  for (const card of seen) if (!card.isConnected) seen.delete(card);
  if (!open.length || document.hidden) return;
  const asked = open.map((card) => `name=${encodeURIComponent(card.dataset.name)}`).join("&");
  const charts = await (await fetch(`/charts?${asked}`)).json();
  for (const card of open) {
    const plot = card.querySelector(".plot");
    if (charts[card.dataset.name]) plot.replaceChildren(made(charts[card.dataset.name]));
  }
}

// Doing

async function post(path, content) {
  const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: content });
  const told = await answer.json().catch(() => ({ ok: answer.ok, error: String(answer.status) }));
  return told.ok ? "" : told.error || String(answer.status);
}

async function doing(button, path, content, done = say("taken")) {
  const result = button.closest(".try > section, .acts, li")?.querySelector(".result");
  button.disabled = true;
  try {
    const error = await post(path, content);
    if (result) result.textContent = error ? say("not_taken").replace("{error}", () => error) : done;
  } catch {
    if (result) result.textContent = say("lost");
  } finally {
    button.disabled = false;
  }
}

let loaded = 0; // the timer that says when a load has ended by itself

async function sample(name) {
  return (await fetch(`/gallery/${name}`)).text();
}

async function open(row, wanted) {
  const old = row.querySelector(":scope > .why");
  if (wanted === Boolean(old)) return;
  if (old) old.remove();
  else {
    const found = await part(`/message/${row.dataset.ts}?part=why`);
    row = document.getElementById(row.id) ?? row; // a newer version may stand in its place by now
    if (found && !row.querySelector(":scope > .why")) row.append(found);
  }
  const ask = row.querySelector(":scope > .trail > .ask");
  ask.textContent = say(wanted ? "why_hide" : "why");
  ask.setAttribute("aria-expanded", String(wanted));
}

async function more(link, path, into) {
  const found = await part(path);
  link.remove();
  if (found) into.append(found);
}

const plain = (event) => !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button > 0);

document.addEventListener("click", (event) => {
  const target = event.target.closest("a, button");
  if (!target || !plain(event)) return;
  const { set, load, send, edit, go, do: what } = target.dataset;
  if (set !== undefined) {
    const name = target.closest(".alarm").dataset.name;
    doing(target, "/alarms/state", JSON.stringify({ name, value: set, reason: say("set_reason") }));
  } else if (load !== undefined) {
    doing(target, "/load", JSON.stringify({ seconds: Number(load) }), Number(load) ? say("loading") : "");
    clearTimeout(loaded);
    loaded = setTimeout(() => { target.closest(".acts").querySelector(".result").textContent = ""; }, load * 1000);
  } else if (send !== undefined) {
    const own = document.getElementById("own");
    if (send) sample(send).then((text) => doing(target, "/events", text));
    else if (own.value.trim()) doing(target, "/events", own.value);
  } else if (edit !== undefined) {
    sample(edit).then((text) => {
      const own = document.getElementById("own");
      own.value = text;
      own.focus();
    });
  } else if (go !== undefined) {
    event.preventDefault();
    show(go);
  } else if (what === "theme") theme();
  else if (what === "help") help();
  else if (what === "top") {
    target.hidden = true;
    window.scrollTo({ top: 0 });
  } else if (target.matches(".row > .trail > .ask")) {
    event.preventDefault();
    const row = target.closest(".row");
    open(row, !row.querySelector(":scope > .why"));
  } else if (target.matches("#rows > .older")) {
    event.preventDefault();
    more(target, `/rows?${about({ before: target.dataset.before })}`, rows);
  } else if (target.matches("#came > .older")) {
    event.preventDefault();
    more(target, `/events?part=list&before=${target.dataset.before}`, document.getElementById("came"));
  }
});

document.addEventListener("toggle", (event) => {
  const card = event.target;
  if (card.matches?.(".alarm[data-name]") && card.open && card.querySelector(":scope > .fetch")) alarmChanged(card.dataset.name);
}, true);

document.querySelector(".filters")?.addEventListener("change", (event) => event.currentTarget.requestSubmit());
document.querySelector(".filters")?.addEventListener("submit", (event) => {
  for (const field of event.currentTarget.elements) field.disabled = !field.value && field.name;
});

// Tabs, theme, keys

function show(tab) {
  body.dataset.tab = tab;
  for (const link of document.querySelectorAll(".tabs a")) {
    const here = link.dataset.go === tab || (tab === "channel" && link.dataset.go === "alarms" && innerWidth > 900);
    if (here) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  history.replaceState(null, "", tab === "channel" ? location.pathname + location.search : `#${tab}`);
  drawCharts();
}

function remembered(name, value) {
  try {
    if (value !== undefined) localStorage.setItem(name, value);
    return localStorage.getItem(name);
  } catch {
    return null; // a browser that keeps nothing: the choice lasts as long as the page
  }
}

function theme() {
  const now = document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
  remembered("tocsin-theme", document.documentElement.dataset.theme);
}

function help() {
  const dialog = document.getElementById("help");
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

function step(by) {
  const all = [...document.querySelectorAll(".row")];
  const at = all.findIndex((row) => row.classList.contains("current"));
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
  if (!next) return;
  if (at >= 0) all[at].classList.remove("current");
  next.classList.add("current");
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  "/": () => document.querySelector(".filters input")?.focus(),
  "?": help,
  t: theme,
  1: () => show("channel"),
  2: () => show("alarms"),
  3: () => show("send"),
  4: () => show("events"),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.matches("input, textarea, select");
  const current = document.querySelector(".row.current");
  if (event.key === "Escape") {
    if (typing) event.target.blur();
    else if (current) {
      if (current.querySelector(":scope > .why")) open(current, false);
      else current.classList.remove("current");
    }
  } else if (typing) return;
  else if (event.key === "Enter" && current && !event.target.closest("a, button, summary")) {
    open(current, !current.querySelector(":scope > .why"));
  } else if (KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key]();
  }
});

// Beginning

const chosen = remembered("tocsin-theme");
if (chosen) document.documentElement.dataset.theme = chosen;
localise(document);
if (document.querySelector(".tabs")) {
  const asked = location.hash.slice(1);
  show(["alarms", "send", "events"].includes(asked) ? asked : body.dataset.tab);
}
for (const card of document.querySelectorAll(".alarm[data-name]")) watch(card);
setInterval(() => drawCharts().catch(() => undefined), CHARTS);
if (rows && body.dataset.live) listen();
