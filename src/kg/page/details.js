// The details of a node or a link: every fact in words, and what proves it.

/** A thing as a button that opens it. */
function toThing(thing) {
  const known = 'kind' in DATA.things[thing];
  if (!known) return spoken('span', DATA.things[thing].label);
  const look = DATA.things[thing].unnamed ? 'to nameless' : 'to';
  return make('button', { type: 'button', class: look, onclick: () => select({ thing }, true) }, spoken('span', DATA.things[thing].label));
}

function placeOf(span) {
  return 'record' in span ? say('record', { r: span.record }) : 'a' in span ? say('chars', { a: span.a, b: span.b }) : '';
}

/** The short line on evidence: standing and places. */
function proofLine(proof) {
  const places = proof.spans.map((at) => DATA.spans[at]).map((s) => ('record' in s ? s.record : `${s.a}–${s.b}`));
  const status = proof.status in DATA.statuses ? pick(DATA.statuses[proof.status])[0] : '';
  return [status, places.join(', ')].filter(Boolean).join(' · ');
}

const issued = new Map(DATA.dated);

/** What proves a fact, folded away until asked for. */
function proofOf(fact) {
  const proofs = DATA.facts[fact][3].map((at) => DATA.proofs[at]);
  if (!proofs.length) return null;
  const box = make('details', { class: 'proof', open: state.proofs });
  box.append(make('summary', {}, proofs.map(proofLine).filter(Boolean).join(' ; ') || say('proof')));
  for (const proof of proofs) {
    for (const at of proof.spans) {
      const span = DATA.spans[at];
      if ('words' in span) box.append(make('blockquote', {}, span.words));
      box.append(make('p', { class: 'place' }, placeOf(span)));
    }
    if ('source' in proof) {
      const date = issued.get(proof.source);
      box.append(make('p', { class: 'source' }, toThing(proof.source), date ? ` (${literal(date)})` : ''));
    }
    for (const [name, label] of [['inferred', 'inferred_from'], ['reading', 'reading']]) {
      if (name in proof) box.append(make('p', {}, make('span', { class: 'status' }, `${say(label)} : `), spoken('span', proof[name])));
    }
  }
  return box;
}

/** The other end of a fact in words, with the facts of a nameless thing below it. What is told again, in another
    language and on the same evidence, needs its evidence no second time. */
function valueOf(fact, from, seen, told) {
  const [subject, , value] = DATA.facts[fact];
  const other = from === subject ? value : subject;
  const cell = make('dd', { class: told ? 'again' : null });
  if (!isThing(other)) {
    cell.append(make('span', { lang: other.l && other.l !== state.lang ? other.l : null }, literal(other)));
    if (other.l && other.l !== state.lang) cell.append(make('span', { class: 'tag' }, other.l));
  } else cell.append(toThing(other));
  const proof = told ? null : proofOf(fact);
  if (proof) cell.append(proof);
  if (isThing(other) && DATA.things[other].unnamed && !seen.has(other)) {
    const inner = OUT[other].filter((f) => f !== fact && !seen.has(DATA.facts[f][2]));
    if (inner.length) cell.append(listOf(inner, other, new Set([...seen, other])));
  }
  return cell;
}

/** Facts as a list of properties and values; `from` is the thing they are seen from. */
function listOf(facts, from, seen) {
  const groups = new Map();
  for (const fact of facts) {
    const property = DATA.properties[DATA.facts[fact][1]];
    const label = DATA.facts[fact][0] === from ? property.label : property.inverse;
    const key = pick(label)[0];
    if (!groups.has(key)) groups.set(key, { label, facts: [] });
    groups.get(key).facts.push(fact);
  }
  const list = make('dl');
  for (const { label, facts: held } of groups.values()) {
    // The reader's own language first.
    held.sort((a, b) => foreign(a) - foreign(b));
    const told = (fact) => fact !== held[0] && foreign(fact) && String(DATA.facts[fact][3]) === String(DATA.facts[held[0]][3]);
    const wide = held.some((fact) => nested(fact, from));
    list.append(make('div', {}, spoken('dt', label, { class: wide ? 'wide' : null }), ...held.map((fact) => valueOf(fact, from, seen, told(fact)))));
  }
  return list;
}

function nested(fact, from) {
  const [subject, , value] = DATA.facts[fact];
  const other = from === subject ? value : subject;
  return isThing(other) && DATA.things[other].unnamed;
}

const foreign = (fact) => (DATA.facts[fact][2].l && DATA.facts[fact][2].l !== state.lang ? 1 : 0);

const typeOfLink = (edge) => view().links.find((link) => link.key === edge.link);
const labelOfLink = (edge) => pick(typeOfLink(edge).label)[0];
const unnamed = (thing) => 'unnamed' in DATA.things[thing];
const through = (edge) => edge.via >= 0 && !unnamed(edge.via);   // a link by way of a thing with a name

function linksOf(thing) {
  const { shown } = visible();
  const list = make('ul', { class: 'linklist' });
  for (const edge of view().edges) {
    if ((edge.from === thing || edge.to === thing) && linkShown(edge, shown)) {
      const other = edge.from === thing ? edge.to : edge.from;
      const ahead = edge.from === thing ? `${labelOfLink(edge)} → ${nameOf(other)}` : `${nameOf(other)} → ${labelOfLink(edge)}`;
      const text = typeOfLink(edge).arrow ? ahead : `${labelOfLink(edge)} – ${nameOf(other)}`;
      const about = edge.notes.length ? edge.notes.join(' · ') : through(edge) ? nameOf(edge.via) : '';
      const note = about ? make('span', { class: 'note' }, ` ${about}`) : null;
      list.append(make('li', {}, make('button', { type: 'button', class: 'to', onclick: () => select({ edge: edge.id }, true) }, text), note));
    }
  }
  return list.childElementCount ? [make('h3', {}, say('links_of')), list] : [];
}

function head(kicker, title) {
  const close = make('button', { type: 'button', onclick: () => select(null, true) }, say('close'));
  return make('div', { class: 'head' }, make('div', {}, make('p', { class: 'kicker' }, kicker), title), close);
}

function proofSwitch() {
  const word = state.proofs ? 'proofs_close' : 'proofs_open';
  return make('button', { type: 'button', id: 'proofs', onclick: () => {
    state.proofs = !state.proofs;
    showDetails();
    byId('proofs').focus();
  } }, say(word));
}

function thingDetails(thing) {
  const data = DATA.things[thing];
  const parts = [head(kindOf(thing), spoken('h2', data.label)), make('p', { class: 'iri' }, data.iri)];
  parts.push(proofSwitch());
  if (OUT[thing].length) parts.push(make('h3', {}, say('facts')), listOf(OUT[thing], thing, new Set([thing])));
  if (INTO[thing].length) parts.push(make('h3', {}, say('facts_in')), listOf(INTO[thing], thing, new Set([thing])));
  if (view().nodes.some((node) => node.id === thing)) parts.push(...linksOf(thing));
  return parts;
}

/** For a link by way of a thing with a name: the nameless things that tie that one to the ends, each with its facts.
    Those that others of them hold are told there. */
function tiesOf(edge) {
  const ends = new Set([edge.from, edge.to]);
  const values = (thing) => OUT[thing].map((fact) => DATA.facts[fact][2]).filter(isThing);
  const near = (thing) => values(thing).some((value) => ends.has(value) || (unnamed(value) && values(value).some((next) => ends.has(next))));
  const ties = [...new Set(INTO[edge.via].map((fact) => DATA.facts[fact][0]))].filter((thing) => unnamed(thing) && near(thing));
  const held = new Set(ties.flatMap(values));
  return ties.filter((thing) => !held.has(thing))
    .map((thing) => make('div', { class: 'tie' }, toThing(thing), listOf(OUT[thing], thing, new Set([thing]))));
}

/** A link: its ends, its wording, and the facts it stands for. */
function edgeDetails(edge) {
  const title = make('h2', {}, `${nameOf(edge.from)} ${typeOfLink(edge).arrow ? '→' : '–'} ${nameOf(edge.to)}`);
  const about = make('dl', { class: 'about' });
  if (edge.notes.length) about.append(make('div', {}, make('dt', {}, say('wording')), make('dd', {}, make('q', { class: 'note' }, edge.notes.join(' · ')))));
  if (through(edge) && !edge.scopes.includes(edge.via)) about.append(make('div', {}, make('dt', {}, say('by_way')), make('dd', {}, toThing(edge.via))));
  const scopes = edge.scopes.filter((scope) => scope !== edge.to);
  if (scopes.length) about.append(make('div', {}, make('dt', {}, say('at_scope')), ...scopes.map((scope) => make('dd', {}, toThing(scope)))));
  const parts = [head(labelOfLink(edge), title), about.childElementCount ? about : '', proofSwitch(), make('h3', {}, say('facts'))];
  const ties = through(edge) ? tiesOf(edge) : [];
  if (ties.length) parts.push(...ties);
  else if (edge.via >= 0) parts.push(listOf(OUT[edge.via], edge.via, new Set([edge.via])));
  else {
    const between = OUT[edge.from].filter((f) => DATA.facts[f][2] === edge.to);
    const same = between.filter((f) => DATA.properties[DATA.facts[f][1]].link === edge.link);
    parts.push(listOf(same.length ? same : between, edge.from, new Set([edge.from])));
  }
  return parts;
}

function showDetails() {
  const place = byId('details');
  const chosen = state.selected;
  document.querySelector('main').classList.toggle('open', Boolean(chosen));
  if (!chosen) place.replaceChildren(make('h2', {}, say('details')), make('p', { class: 'empty' }, say('details_empty')));
  else place.replaceChildren(...('edge' in chosen ? edgeDetails(view().edges[chosen.edge]) : thingDetails(chosen.thing)));
  place.scrollTop = 0;
}
