// Data, state, words, and how elements are made. Text reaches the page as text nodes only.

const DATA = JSON.parse(document.getElementById('data').textContent);
const byId = (id) => document.getElementById(id);

const state = {
  view: 0,
  // The reader's own language if the page speaks it, else the one it was built to open in.
  lang: (navigator.languages || []).map((tag) => tag.slice(0, 2)).find((tag) => DATA.languages.includes(tag)) || DATA.lang,
  query: '',
  hidden: DATA.views.map(() => new Set()),       // node types put out by the reader, by view
  hiddenLinks: DATA.views.map(() => new Set()),
  chosen: DATA.views.map((view) => view.filters.map(() => -1)),
  selected: null,                                 // {thing} or {edge}
  tab: 'drawing',
  proofs: false,
  sort: { column: 0, down: false },
  from: 0,
};
const view = () => DATA.views[state.view];

/** The text in the reader's language, else in English, else any: [text, language or '']. */
function pick(texts) {
  for (const tag of [state.lang, 'en', ...Object.keys(texts).sort()]) {
    if (tag in texts) return [texts[tag], tag];
  }
  return ['', ''];
}

function say(key, values = {}) {
  return pick(DATA.words[key])[0].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

/** A message that has a form for one and a form for several, as the reader's language counts. */
function sayCount(key, n, values = {}) {
  return say(new Intl.PluralRules(state.lang).select(n) === 'one' ? `${key}_one` : key, { ...values, n });
}

/** A text as it is compared: no accents, no case, no hyphens or apostrophes, single spaces. */
function fold(text) {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
    .replace(/œ/g, 'oe').replace(/æ/g, 'ae').replace(/ß/g, 'ss').replace(/ø/g, 'o')
    .replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}

/** An element with attributes and children; a string child becomes text. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'onclick') element.addEventListener('click', value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null && child !== ''));
  return element;
}

/** Texts by language as an element that says its own language when it is not the reader's. */
function spoken(tag, texts, attributes = {}) {
  const [text, lang] = pick(texts);
  return make(tag, { ...attributes, lang: lang && lang !== state.lang ? lang : null }, text);
}

const nameOf = (thing) => pick(DATA.things[thing].label)[0];
const kindOf = (thing) => ('kind' in DATA.things[thing] ? pick(DATA.kinds[DATA.things[thing].kind])[0] : '');

function announce(text) {
  byId('said').textContent = text;
}

const isThing = (value) => typeof value === 'number';

/** A literal in words: dates, numbers and truth values as the reader writes them. */
function literal(value) {
  const text = value.v;
  if (value.t === 'date' && /^\d{4}-\d\d-\d\d$/.test(text)) return inTime(text, { dateStyle: 'long' });
  if (value.t === 'gYearMonth' && /^\d{4}-\d\d$/.test(text)) return inTime(`${text}-01`, { month: 'long', year: 'numeric' });
  if (value.t === 'boolean' && text in DATA.words) return say(text);
  if (/^(integer|nonNegativeInteger|decimal)$/.test(value.t) && Number.isFinite(Number(text))) {
    return new Intl.NumberFormat(state.lang, { maximumFractionDigits: 20 }).format(Number(text));
  }
  return text;
}

function inTime(text, form) {
  const [year, month, day] = text.split('-').map(Number);
  return new Intl.DateTimeFormat(state.lang, { ...form, timeZone: 'UTC' }).format(Date.UTC(year, month - 1, day));
}

// Facts by what they are about and by what they point to.
const OUT = DATA.things.map(() => []);
const INTO = DATA.things.map(() => []);
DATA.facts.forEach(([subject, , value], place) => {
  OUT[subject].push(place);
  if (isThing(value)) INTO[value].push(place);
});

/** All that a search may find of a thing: its own texts, and those of the nameless things around it. */
const HAYSTACK = DATA.things.map((thing, place) => {
  const texts = Object.values(thing.label);
  const own = (at) => OUT[at].filter((f) => !isThing(DATA.facts[f][2])).map((f) => DATA.facts[f][2].v);
  texts.push(...own(place));
  for (const fact of [...OUT[place], ...INTO[place]]) {
    const [subject, , value] = DATA.facts[fact];
    const other = subject === place ? value : subject;
    if (isThing(other) && DATA.things[other].unnamed && 'iri' in thing && !thing.listed) {
      texts.push(...own(other).filter((text) => text.length < 120));
      for (const next of OUT[other]) {
        const word = DATA.facts[next][2];
        if (isThing(word) && DATA.things[word].listed) texts.push(...Object.values(DATA.things[word].label));
      }
    }
  }
  return ` ${[...new Set(texts.map(fold))].join(' | ')}`;
});

const words = () => fold(state.query).split(' ').filter(Boolean);
const matches = (thing, wanted) => wanted.every((word) => HAYSTACK[thing].includes(word));

/** The nodes that types and filters leave, and those of them that the search finds. */
function visible() {
  const shown = new Set();
  const around = view().filters.map((filter, place) => {
    const option = filter.options.find(([node]) => node === state.chosen[state.view][place]);
    return option ? new Set(option[1]) : null;
  });
  for (const node of view().nodes) {
    const out = state.hidden[state.view].has(node.kind) || around.some((set) => set && !set.has(node.id));
    if (!out) shown.add(node.id);
  }
  const wanted = words();
  return { shown, found: new Set([...shown].filter((node) => matches(node, wanted))) };
}

/** Whether a link is drawn: both ends are, its type is, and it holds for what the filters chose. */
function linkShown(edge, shown) {
  const chosen = state.chosen[state.view].filter((node) => node >= 0);
  const scoped = edge.scopes.length === 0 || chosen.every((node) => edge.scopes.includes(node) || !view().edges.some((e) => e.scopes.includes(node)));
  return shown.has(edge.from) && shown.has(edge.to) && scoped && !state.hiddenLinks[state.view].has(edge.link);
}
