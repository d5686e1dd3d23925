// The facts as a table: the same search and filters as the drawing, sorted by any column.

const PAGE = 200;
const COLUMNS = ['col_subject', 'col_property', 'col_value', 'col_status', 'col_place'];

/** The facts about what the view shows, and about the nameless things beside it. */
function factsShown() {
  const { shown } = visible();
  const drawn = new Set(view().nodes.map((node) => node.id));
  const beside = new Set(shown);
  for (const [subject, , value] of DATA.facts) {
    if (!isThing(value)) continue;
    if (shown.has(value) && DATA.things[subject].unnamed && !drawn.has(subject)) beside.add(subject);
    if (shown.has(subject) && DATA.things[value].unnamed && !drawn.has(value)) beside.add(value);
  }
  const wanted = words();
  return DATA.facts.map((fact, place) => place).filter((place) => {
    if (!beside.has(DATA.facts[place][0])) return false;
    if (!wanted.length) return true;
    const text = fold(cells(place).map(([t]) => t).join(' | '));
    return wanted.every((word) => text.includes(word));
  });
}

/** The texts of one row, each with what it sorts by. */
function cells(fact) {
  const [subject, property, value, proofs] = DATA.facts[fact];
  const proof = proofs.map((at) => DATA.proofs[at]);
  const text = isThing(value) ? nameOf(value) : literal(value);
  const status = [...new Set(proof.map((p) => pick(DATA.statuses[p.status])[0]))].join(', ') || say('proof_none');
  const spans = proof.flatMap((p) => p.spans.map((at) => DATA.spans[at]));
  const place = spans.map((span) => ('record' in span ? span.record : `${span.a}–${span.b}`)).join(', ');
  const number = !isThing(value) && /^-?\d+(\.\d+)?$/.test(value.v) ? Number(value.v) : null;
  return [
    [nameOf(subject)], [pick(DATA.properties[property].label)[0]], [text, number], [status], [place, spans.length ? spans[0].a ?? null : null],
  ];
}

function inOrder(facts) {
  const { column, down } = state.sort;
  const collator = new Intl.Collator(state.lang, { numeric: true });
  const keyed = facts.map((fact) => [cells(fact)[column], fact]);
  keyed.sort(([[a, x], f], [[b, y], g]) => {
    const order = typeof x === 'number' && typeof y === 'number' ? x - y : collator.compare(a, b);
    return (down ? -order : order) || f - g;
  });
  return keyed.map(([, fact]) => fact);
}

function rowOf(fact) {
  const [subject, , value] = DATA.facts[fact];
  const [, property, shown, status, place] = cells(fact).map(([text]) => text);
  const lang = isThing(value) ? null : value.l;
  const cell = isThing(value) ? make('td', {}, toThing(value)) : make('td', { lang: lang && lang !== state.lang ? lang : null }, shown);
  return make('tr', {}, make('th', { scope: 'row' }, toThing(subject)), make('td', {}, property), cell, make('td', {}, status), make('td', {}, place));
}

function sortBy(column) {
  const same = state.sort.column === column;
  state.sort = { column, down: same && !state.sort.down };
  state.from = 0;
  showTable();
  byId('table').querySelectorAll('thead button')[column].focus();
  announce(say('said_sorted', { name: say(COLUMNS[column]) }));
}

function headings() {
  return COLUMNS.map((key, column) => {
    const on = state.sort.column === column;
    const arrow = on ? (state.sort.down ? ' ↓' : ' ↑') : '';
    const button = make('button', { type: 'button', onclick: () => sortBy(column) }, say(key), make('span', { 'aria-hidden': 'true' }, arrow));
    return make('th', { scope: 'col', 'aria-sort': on ? (state.sort.down ? 'descending' : 'ascending') : null }, button);
  });
}

function turn(by) {
  state.from = Math.max(0, state.from + by);
  showTable();
  byId('table').querySelector('.scroll').focus();
}

function showTable() {
  if (state.tab !== 'table') return;
  const facts = inOrder(factsShown());
  if (state.from >= facts.length) state.from = 0;
  const upTo = Math.min(facts.length, state.from + PAGE);
  const body = make('tbody', {}, ...facts.slice(state.from, upTo).map(rowOf));
  const table = make('table', {}, make('caption', {}, say('caption')), make('thead', {}, make('tr', {}, ...headings())), body);
  const region = make('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': say('table') }, table);
  const back = make('button', { type: 'button', disabled: state.from === 0, onclick: () => turn(-PAGE) }, say('previous'));
  const on = make('button', { type: 'button', disabled: upTo >= facts.length, onclick: () => turn(PAGE) }, say('next'));
  const count = make('span', { class: 'quiet', id: 'rows' }, say('rows', { a: facts.length ? state.from + 1 : 0, b: upTo, n: facts.length }));
  byId('table').replaceChildren(region, make('div', { class: 'pager' }, count, back, on));
}
