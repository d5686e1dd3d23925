// Controls, and what happens when the reader uses them.

/** Where the three parts stand one below the other. */
const narrow = window.matchMedia('(max-width: 59.99rem)');

function select(what, focus = false) {
  state.selected = what;
  showDetails();
  dress();
  resize();
  showIndex();
  if (what) announce(say('said_selected', { name: 'edge' in what ? labelOfLink(view().edges[what.edge]) : nameOf(what.thing) }));
  if (focus) (what ? byId('details') : byId('search')).focus();
  else if (what && narrow.matches) byId('details').scrollIntoView();
}

/** A node's or a link's sign, as in the drawing. */
function sign(shape, color, dashes = false) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 26 16');
  svg.setAttribute('class', 'key');
  svg.setAttribute('aria-hidden', 'true');
  const draw = (tag, attributes) => {
    const part = document.createElementNS(space, tag);
    for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
    svg.append(part);
  };
  const paths = {
    diamond: '13,1 20,8 13,15 6,8', square: '7,2 19,2 19,14 7,14', triangle: '13,1 20,14 6,14', triangleDown: '6,2 20,2 13,15',
    star: '13,0.5 15,6 21,6 16.3,9.4 18,15 13,11.7 8,15 9.7,9.4 5,6 11,6', hexagon: '9,2 17,2 21,8 17,14 9,14 5,8',
  };
  if (shape === 'line') draw('path', { d: 'M1 8H25', stroke: color, 'stroke-width': 2.5, 'stroke-dasharray': dashes ? '4 3' : 'none' });
  else if (shape in paths) draw('polygon', { points: paths[shape], fill: color });
  else draw('circle', { cx: 13, cy: 8, r: 6.5, fill: color });
  return svg;
}

function legendRow(key, label, count, mark, hidden) {
  const box = make('input', { type: 'checkbox' });
  box.checked = !hidden.has(key);
  box.addEventListener('change', () => {
    if (box.checked) hidden.delete(key);
    else hidden.add(key);
    refresh();
  });
  return make('li', {}, make('label', {}, box, mark, spoken('span', label), make('span', { class: 'n' }, String(count))));
}

function showLegend() {
  const { nodes, edges, types, links } = view();
  byId('types').replaceChildren(...types.map((type) => legendRow(
    type.key, type.label, nodes.filter((node) => node.kind === type.key).length,
    sign(type.shape, tone(type.color)), state.hidden[state.view],
  )));
  byId('links').open = links.length <= 6;
  byId('linktypes').replaceChildren(...links.map((link) => legendRow(
    link.key, link.label, edges.filter((edge) => edge.link === link.key).length,
    sign('line', tone(link.color), link.dashes), state.hiddenLinks[state.view],
  )));
}

function showFilters() {
  byId('filters').replaceChildren(...view().filters.map((filter, place) => {
    const id = `filter-${place}`;
    const list = make('select', { id }, make('option', { value: '-1' }, say('filter_all')));
    const sorted = [...filter.options].sort(([a], [b]) => nameOf(a).localeCompare(nameOf(b), state.lang));
    for (const [node] of sorted) list.append(make('option', { value: String(node) }, nameOf(node)));
    list.value = String(state.chosen[state.view][place]);
    list.addEventListener('change', () => {
      state.chosen[state.view][place] = Number(list.value);
      refresh();
      fit();
    });
    return make('div', { class: 'field' }, make('label', { for: id }, spoken('span', filter.label)), list);
  }));
}

/** What the measures of the network say, in sentences whose names open what they name. */
function showFindings() {
  byId('sentences').replaceChildren(...view().findings.map((finding) => make('li', {},
    ...pick(finding)[0].map((part) => (isThing(part) ? toThing(part) : part)))));
}

/** The nodes in words: what the drawing shows, for those who do not see it, and for those in a hurry. */
function showIndex() {
  const { shown, found } = visible();
  const links = view().edges.filter((edge) => linkShown(edge, shown)).length;
  byId('count').textContent = `${sayCount('count_nodes', found.size, { m: view().nodes.length })}, ${sayCount('count_links', links)}`;
  const groups = view().types.map((type) => {
    const nodes = view().nodes.filter((node) => node.kind === type.key && found.has(node.id)).map((node) => node.id);
    if (!nodes.length) return null;
    nodes.sort((a, b) => nameOf(a).localeCompare(nameOf(b), state.lang, { numeric: true }));
    const items = nodes.map((thing) => make('li', {}, make('button', {
      type: 'button', 'aria-current': state.selected && state.selected.thing === thing ? 'true' : null,
      onclick: () => select({ thing }),
    }, spoken('span', DATA.things[thing].label))));
    return make('div', { class: 'group' }, make('h3', {}, spoken('span', type.label), make('span', { class: 'n' }, String(nodes.length))), make('ul', {}, ...items));
  }).filter(Boolean);
  const focus = document.activeElement && byId('index').contains(document.activeElement) ? document.activeElement.textContent : null;
  byId('index').replaceChildren(...(groups.length ? groups : [make('p', { class: 'empty' }, say('nothing'))]));
  if (focus) [...byId('index').querySelectorAll('button')].find((button) => button.textContent === focus)?.focus();
}

/** Everything that depends on search, filters and legend. */
function refresh() {
  state.from = 0;
  dress();
  showIndex();
  showTable();
  const { found } = visible();
  announce(sayCount('said_shown', found.size, { m: view().nodes.length }));
}

function pressed(group, current) {
  [...group.children].forEach((button, place) => button.setAttribute('aria-pressed', String(place === current)));
}

function openView(place) {
  state.view = place;
  if (state.selected && 'edge' in state.selected) state.selected = null;
  draw();
  translate();
  announce(say('said_view', { name: pick(view().title)[0] }));
}

function openTab(tab) {
  state.tab = tab;
  byId('drawing').hidden = tab !== 'drawing';
  byId('zoom').hidden = tab !== 'drawing';
  byId('table').hidden = tab !== 'table';
  pressed(byId('tabs'), tab === 'drawing' ? 0 : 1);
  showTable();
  if (tab === 'drawing') {
    network.redraw();
    fit();
  }
}

/** Say everything in the reader's language. */
function translate() {
  document.documentElement.lang = state.lang;
  const title = pick(DATA.title)[0];
  document.title = title;
  byId('title').textContent = title;
  byId('description').textContent = pick(view().description)[0];
  for (const element of document.querySelectorAll('[data-say]')) element.textContent = say(element.dataset.say);
  for (const element of document.querySelectorAll('[data-name]')) element.setAttribute('aria-label', say(element.dataset.name));
  byId('search').setAttribute('placeholder', say('search_hint'));
  byId('views').replaceChildren(...DATA.views.map((each, place) => make('button', { type: 'button', onclick: () => { openView(place); byId('views').children[place].focus(); } }, pick(each.title)[0])));
  pressed(byId('views'), state.view);
  pressed(byId('languages'), DATA.languages.indexOf(state.lang));
  showFilters();
  showLegend();
  showFindings();
  showIndex();
  showDetails();
  showTable();
  dress();
}

function start() {
  const names = { en: 'English', fr: 'Français' };
  byId('languages').append(...DATA.languages.map((tag) => make('button', { type: 'button', lang: tag, onclick: () => {
    state.lang = tag;
    translate();
  } }, names[tag] || tag)));
  byId('search').addEventListener('input', () => {
    state.query = byId('search').value;
    refresh();
  });
  byId('search').addEventListener('keydown', (event) => {
    const first = byId('index').querySelector('button');
    if (event.key === 'Enter' && state.query && first) first.click();
  });
  byId('tab-drawing').addEventListener('click', () => openTab('drawing'));
  byId('tab-table').addEventListener('click', () => openTab('table'));
  byId('zoom-in').addEventListener('click', () => zoom(1.3));
  byId('zoom-out').addEventListener('click', () => zoom(1 / 1.3));
  byId('fit').addEventListener('click', fit);
  byId('drawing').addEventListener('keydown', drawingKeys);
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !state.selected) return;
    const inside = byId('details').contains(document.activeElement);
    select(null);
    if (inside || document.activeElement === document.body) (state.tab === 'drawing' ? byId('drawing') : byId('search')).focus();
  });
  dark.addEventListener('change', () => { showLegend(); dress(); });
  byId('legend').open = byId('findings').open = byId('listing').open = !narrow.matches;
  draw();
  translate();
  // For tests and the curious: the drawing as vis-network sees it.
  window.kg = { network: () => network, view, state, select, data: DATA };
}

start();
